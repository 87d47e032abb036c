"""The mutation on schools: an imported table."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import strawberry
from anyio import to_thread
from strawberry.file_uploads import Upload

from api.core.commanding.commands import build_command, carry_out, in_turn, refusal_of
from api.core.commanding.inputs import Repeatable, to_command, value_of
from api.core.commanding.payloads import Payload, UserError
from api.core.commanding.uploaded_tables import named_as_sent, take_file
from api.core.context import Context, Info
from application.schools.commands import SchoolsImport
from application.schools.school_file import read_schools
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.rights import Action, scope_of
from eventstore.records import Recorded


@strawberry.input(description="A table of schools.")
class SchoolsImportInput(Repeatable):
    csv: str | None = value_of(
        "The table's text; its first line names the columns: UAI;nom;commune;degré, in any order and usual spelling,"
        " also that of the State's directory of education. Mandatory unless `file` is given."
    )
    file: Upload | None = value_of(
        "The table itself, CSV of any usual encoding, XLSX or ODS, 5 MB at most. Sent by the GraphQL multipart request"
        " specification."
    )
    dry_run: bool | None = value_of("Only tell what would be recorded, and what would be refused.")


@strawberry.type(description="What became of an imported table of schools.")
class SchoolsImportPayload(Payload):
    added: int | None = strawberry.field(description="How many schools were not described before; null after errors.")
    changed: int | None = strawberry.field(description="How many are described anew; null after errors.")
    known: int | None = strawberry.field(
        default=None, description="How many were known so already (« déjà connus »); null after errors."
    )
    ignored_columns: list[str] | None = strawberry.field(
        default=None, description="The columns of the table that were not kept; null after errors."
    )
    warnings: list[str] | None = strawberry.field(
        default=None, description="What reads as if a letter was lost, in French, with its row and column."
    )


@strawberry.type
class SchoolMutations:
    @strawberry.mutation(
        description="Tells the names, communes and degrees of schools from a table, all rows or none: every row that"
        " cannot be used is named, with the number that a spreadsheet shows. What is known so already is passed over: a"
        " table imported again changes nothing. For the coordonnateur of the schools' territory and the national team."
    )
    async def schools_import(self, info: Info, input: SchoolsImportInput) -> SchoolsImportPayload:
        return await _imported(info.context, to_command(input))


async def _imported(context: Context, values: dict[str, Any]) -> SchoolsImportPayload:
    sent, dry_run = "file" if "file" in values else "csv", values.pop("dry_run", False)
    try:
        await take_file(values, allowed=scope_of(context.actor, Action.SCHOOLS_IMPORT) is not None)
        rehearsed = await in_turn(context, partial(_rehearse, context, values))
    except DomainError as refusal:
        return _refused(refusal_of(context, refusal).errors, sent)
    position = None
    if not dry_run and rehearsed:
        carried = await carry_out(context, SchoolsImport, values)
        if carried.errors:
            return _refused(carried.errors, sent)
        position = carried.position
    if position is None:
        position = (await context.read()).position
    file = await to_thread.run_sync(read_schools, str(values["csv"]))
    added = sum(record.originator_version == 1 for record in rehearsed)
    return SchoolsImportPayload(
        position=position,
        errors=[],
        added=added,
        changed=len(rehearsed) - added,
        known=len(file.schools) - len(rehearsed),
        ignored_columns=list(file.ignored),
        warnings=list(file.warnings),
    )


def _rehearse(context: Context, values: dict[str, Any]) -> list[Recorded]:
    """Return what would be recorded: nothing where all is known already. Raises DomainError."""
    command = build_command(context.actor, SchoolsImport, values)
    try:
        return context.services.application.rehearse(command, context.actor, context.now)
    except DomainError as refusal:
        if refusal.code is ErrorCode.DUPLICATE:
            return []
        raise


def _refused(errors: Iterable[UserError], sent: str) -> SchoolsImportPayload:
    return SchoolsImportPayload(position=None, errors=named_as_sent(errors, sent), added=None, changed=None)
