"""Mutations on a structure's contact list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import strawberry
from anyio import to_thread
from strawberry.file_uploads import Upload

from api.core.commanding.commands import carry_out, catch_up, refusal_of, reload_after
from api.core.commanding.inputs import Repeatable, reference, to_command, value_of
from api.core.commanding.payloads import Payload
from api.core.commanding.uploaded_tables import is_all_known, named_as_sent, take_file
from api.core.context import Info
from api.structures.types import Structure, load_structure
from application.commanding.commands import Command
from application.contacts import commands
from application.contacts.commands import DEFAULT_DAYS, MOST_DAYS
from application.contacts.contact_file import read_contacts
from domain.contacts.events import ContactAdded, PlanningSent
from domain.kernel.errors import DomainError
from domain.kernel.rights import Action, Belongings, may
from eventstore.log import read_at, read_command
from projections.contacts import queries

MOST_ANIMATIONS = 200


@strawberry.input(description="A contact that is added. Name and address are kept encrypted.")
class ContactAddInput(Repeatable):
    structure_id: strawberry.ID = reference("The structure.")
    name: str | None = value_of("The name. Mandatory.")
    email: str | None = value_of("The e-mail address. Mandatory.")
    kind: str | None = value_of("What it is: école, centre social… « autre » when left out.")


@strawberry.input(description="A file of contacts.")
class ContactsImportInput(Repeatable):
    structure_id: strawberry.ID = reference("The structure.")
    csv: str | None = value_of(
        "The file's text; its first line names the columns: nom;courriel;type, in any order and usual spelling."
        " Mandatory unless `file` is given."
    )
    file: Upload | None = value_of(
        "The file itself, CSV of any usual encoding, XLSX or ODS, 5 MB at most. Sent by the GraphQL multipart request"
        " specification."
    )


@strawberry.input(description="A contact that is removed.")
class ContactRemoveInput(Repeatable):
    structure_id: strawberry.ID = reference("The structure.")
    contact_id: strawberry.ID = reference("The contact.")


@strawberry.input(description="The planning that is sent.")
class PlanningSendInput(Repeatable):
    structure_id: strawberry.ID = reference("The structure.")
    days: int | None = value_of(f"How many days ahead: 1 to {MOST_DAYS}; {DEFAULT_DAYS} when left out.")


@strawberry.type(description="What became of a mutation on a contact list.")
class ContactsPayload(Payload):
    structure: Structure | None = strawberry.field(
        description="The structure, with its list as it now stands; null after errors, or when it cannot be read yet."
    )
    written_to: int | None = strawberry.field(
        default=None, description="How many contacts the planning goes to; null for what sends none, and after errors."
    )
    ignored_columns: list[str] | None = strawberry.field(
        default=None, description="The columns of an imported file that were not kept; null for what imports none."
    )
    warnings: list[str] | None = strawberry.field(
        default=None, description="What reads as if a letter was lost, in French, with its row and column."
    )
    added: int | None = strawberry.field(
        default=None, description="How many contacts of an imported file are new; null for what imports none."
    )
    known: int | None = strawberry.field(
        default=None, description="How many were in the list already (« déjà connus »); null for what imports none."
    )


@strawberry.type
class ContactMutations:
    @strawberry.mutation(description="Adds a contact; an address stands in a list once. For the structure.")
    async def contact_add(self, info: Info, input: ContactAddInput) -> ContactsPayload:
        return await _answer(info, commands.ContactAdd, to_command(input))

    @strawberry.mutation(
        description="Adds the contacts of a file, all or none: every row that cannot be used is named, with the number"
        " that a spreadsheet shows. Those in the list already are passed over: a file imported again changes nothing."
        " For the structure."
    )
    async def contacts_import(self, info: Info, input: ContactsImportInput) -> ContactsPayload:
        return await _imported(info, to_command(input))

    @strawberry.mutation(description="Removes a contact: it is written to no more. For the structure.")
    async def contact_remove(self, info: Info, input: ContactRemoveInput) -> ContactsPayload:
        return await _answer(info, commands.ContactRemove, to_command(input))

    @strawberry.mutation(
        description="Sends the planning of the coming published animations to all contacts, by e-mail. For the"
        " structure."
    )
    async def planning_send(self, info: Info, input: PlanningSendInput) -> ContactsPayload:
        values = to_command(input)
        days = values.get("days", DEFAULT_DAYS)
        values |= {"animation_ids": await _coming(info, input, days)}
        payload = await _answer(info, commands.PlanningSend, values)
        if payload.position is not None:
            payload.written_to = await to_thread.run_sync(_written_to, info, payload.position)
        return payload


def _written_to(info: Info, position: int) -> int | None:
    with info.context.services.application.pool.connection() as conn:
        events = [record.event for record in read_at(conn, [position])]
    return next((len(event.contact_ids) for event in events if isinstance(event, PlanningSent)), None)


def _added(info: Info, position: int) -> int:
    with info.context.services.application.pool.connection() as conn:
        return sum(isinstance(record.event, ContactAdded) for record in read_command(conn, position))


async def _imported(info: Info, values: dict[str, Any]) -> ContactsPayload:
    sent = "file" if "file" in values else "csv"
    try:
        await take_file(values, allowed=_may_import(info, values))
    except DomainError as refusal:
        errors = named_as_sent(refusal_of(info.context, refusal).errors, sent)
        return ContactsPayload(structure=None, position=None, errors=errors)
    payload = await _answer(info, commands.ContactsImport, values)
    if is_all_known(payload.errors):
        structure = await load_structure(info.context, UUID(str(values["structure_id"])))
        payload = ContactsPayload(structure=structure, position=(await info.context.read()).position, errors=[])
    elif payload.position is not None:
        payload.added = await to_thread.run_sync(_added, info, payload.position)
    if not payload.errors:
        file = await to_thread.run_sync(read_contacts, str(values["csv"]))
        payload.ignored_columns, payload.added = list(file.ignored), payload.added or 0
        payload.warnings = list(file.warnings)
        payload.known = len(file.contacts) - payload.added
    return replace(payload, errors=named_as_sent(payload.errors, sent))


def _may_import(info: Info, values: Mapping[str, Any]) -> bool:
    try:
        structure_id = UUID(str(values["structure_id"]))
    except ValueError:
        return False
    return may(info.context.actor, Action.CONTACTS_IMPORT, Belongings(structure_id=structure_id))


async def _coming(info: Info, input: PlanningSendInput, days: int) -> list[UUID]:
    """Return the animations of the planning; empty if the asker may not send it."""
    context = info.context
    try:
        structure_id = UUID(str(input.structure_id))
    except ValueError:
        return []
    if not may(context.actor, Action.PLANNING_SEND, Belongings(structure_id=structure_id)):
        return []
    await catch_up(context)
    read = await context.read()
    until = context.now + timedelta(days=min(max(days, 1), MOST_DAYS))
    params = {"structure_id": structure_id, "now": context.now, "until": until, "most": MOST_ANIMATIONS}
    return [row["animation_id"] for row in await read.rows(read.sql(queries.COMING), params)]


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> ContactsPayload:
    carried = await carry_out(info.context, command, values)
    structure = await reload_after(info.context, carried, load_structure)
    return ContactsPayload(structure=structure, position=carried.position, errors=list(carried.errors))
