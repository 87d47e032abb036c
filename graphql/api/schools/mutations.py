"""The mutation on schools: an imported table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import strawberry
from anyio import to_thread
from starlette.datastructures import UploadFile
from strawberry.file_uploads import Upload

from api.core.commanding.commands import build_command, carry_out, in_turn, refusal_of
from api.core.commanding.inputs import Repeatable, to_command, value_of
from api.core.commanding.payloads import Payload, UserError
from api.core.context import Context, Info
from application.schools.commands import SchoolsImport
from application.schools.school_file import ignored_columns
from application.tables.decoding import text_of
from domain.kernel.errors import DomainError, ErrorCode, invalid
from domain.kernel.rights import Action, scope_of
from eventstore.records import Recorded

LARGEST_UPLOAD = 5_000_000


@strawberry.input(description="A table of schools.")
class SchoolsImportInput(Repeatable):
    csv: str | None = value_of(
        "The table's text; its first line names the columns: UAI;nom;commune;degré, in any order and usual spelling,"
        " also that of the State's directory of education. Mandatory unless `file` is given."
    )
    file: Upload | None = value_of(
        "The table itself, CSV of any usual encoding or XLSX, 5 MB at most. Sent by the GraphQL multipart request"
        " specification."
    )
    dry_run: bool | None = value_of("Only tell what would be recorded, and what would be refused.")


@strawberry.type(description="What became of an imported table of schools.")
class SchoolsImportPayload(Payload):
    added: int | None = strawberry.field(description="How many schools were not described before; null after errors.")
    changed: int | None = strawberry.field(description="How many are described anew; null after errors.")
    ignored_columns: list[str] | None = strawberry.field(
        default=None, description="The columns of the table that were not kept; null after errors."
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
    file, dry_run = values.pop("file", None), values.pop("dry_run", False)
    try:
        if file is not None:
            values["csv"] = await _text(context, values, file)
        rehearsed = await in_turn(context, partial(_rehearse, context, values))
    except DomainError as refusal:
        return _refused(refusal_of(context, refusal).errors, file is not None)
    position = None
    if not dry_run and rehearsed:
        carried = await carry_out(context, SchoolsImport, values)
        if carried.errors:
            return _refused(carried.errors, file is not None)
        position = carried.position
    if position is None:
        position = (await context.read()).position
    added = sum(record.originator_version == 1 for record in rehearsed)
    return SchoolsImportPayload(
        position=position,
        errors=[],
        added=added,
        changed=len(rehearsed) - added,
        ignored_columns=list(await to_thread.run_sync(ignored_columns, str(values["csv"]))),
    )


def _rehearse(context: Context, values: dict[str, Any]) -> list[Recorded]:
    """Return what would be recorded: nothing where all is known already. Raises DomainError."""
    command = build_command(SchoolsImport, values)
    try:
        return context.services.application.rehearse(command, context.actor, context.now)
    except DomainError as refusal:
        if refusal.code is ErrorCode.DUPLICATE:
            return []
        raise


async def _text(context: Context, values: dict[str, Any], file: object) -> str:
    """Return the table in the file. Raises DomainError; opens it only for who may import it."""
    if scope_of(context.actor, Action.SCHOOLS_IMPORT) is None:
        return ""
    if "csv" in values:
        raise invalid("csv et file ne vont pas ensemble.", "file")
    if not isinstance(file, UploadFile):
        raise invalid("Fichier attendu, envoyé selon la spécification « GraphQL multipart request ».", "file")
    content = await to_thread.run_sync(file.file.read, LARGEST_UPLOAD + 1)
    if len(content) > LARGEST_UPLOAD:
        raise invalid("Fichier trop grand : 5 Mo au plus.", "file")
    return await to_thread.run_sync(text_of, content)


def _refused(errors: Iterable[UserError], of_file: bool) -> SchoolsImportPayload:
    paths = {True: "file", False: "csv"}
    named = [
        replace(error, field=[paths[of_file], *error.field[1:]]) if error.field and error.field[0] == "csv" else error
        for error in errors
    ]
    return SchoolsImportPayload(position=None, errors=named, added=None, changed=None)
