"""The import of a table of animations: rehearsed row by row, or carried out in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import strawberry
from strawberry.file_uploads import Upload

from api.core.commanding.commands import Carried, build_command, carry_out, catch_up, in_turn, refusal_of
from api.core.commanding.inputs import Repeatable, reference, to_command, value_of
from api.core.commanding.payloads import Payload, UserError
from api.core.commanding.uploaded_tables import is_all_known, named_as_sent, take_file
from api.core.context import Context, Info
from application.animations.importing import AnimationsImport, Report, RowOutcome, RowReport, Standing
from application.animations.school_by_name import NamedSchool
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.identifiers import schools_begin_with
from domain.kernel.rights import Action, Belongings, may
from eventstore.log import read_command
from projections.animations.beside import DECLARED_BY
from projections.schools import queries as school_queries
from projections.structures import queries as structure_queries

#: How far back rows are compared with what stands, and with how many.
_SINCE, _MOST_STANDING = timedelta(days=730), 20_000

strawberry.enum(RowOutcome, name="ImportOutcome", description="What becomes of a row of an imported table.")


@strawberry.input(description="A table of animations.")
class AnimationsImportInput(Repeatable):
    structure_id: strawberry.ID = reference("The structure that declares them.")
    csv: str | None = value_of("The table as CSV text. Mandatory unless `file` is given.")
    file: Upload | None = value_of(
        "The file itself, CSV of any usual encoding and delimiter, XLSX or ODS, 5 MB and 1,000 rows at most. Its first"
        " line names the columns, in any order and usual spelling; `/animations/import-template.xlsx` is an example."
        " Sent by the GraphQL multipart request specification."
    )
    dry_run: bool | None = value_of("Whether to tell what would become of each row, and record nothing.")


@strawberry.type(description="What becomes of a row of an imported table.")
class ImportedRow:
    row: int = strawberry.field(description="Its number, as a spreadsheet shows it.")
    outcome: RowOutcome = strawberry.field(description="What becomes of it.")
    title: str | None = strawberry.field(description="The title that it gives.")
    starts_at: datetime | None = strawberry.field(
        description="When it begins, in the territory's local time; null where that cannot be read."
    )
    ends_at: datetime | None = strawberry.field(
        description="When it ends, in the territory's local time; null where that cannot be read."
    )
    animation_id: strawberry.ID | None = strawberry.field(
        description="The animation that it declares, or that is declared already; null for a row that is refused."
    )
    errors: list[UserError] = strawberry.field(description="What stands against it; empty unless it is refused.")


@strawberry.type(description="What became of an import of animations.")
class AnimationsImportPayload(Payload):
    rows: list[ImportedRow] = strawberry.field(
        description="The rows in their order; empty where the file cannot be read."
    )
    ignored_columns: list[str] | None = strawberry.field(
        description="The columns of the file that were not kept; null where it cannot be read."
    )
    warnings: list[str] | None = strawberry.field(
        default=None, description="What reads as if a letter was lost, in French, with its row and column."
    )


@strawberry.type
class AnimationImportMutations:
    @strawberry.mutation(
        description="Declares the animations of a table, all that are new or, where a row is refused, none; each waits"
        " for publication. Rows that are declared already, with the same title, place and start, are passed over: a"
        " file imported again changes nothing. For the structure."
    )
    async def animations_import(self, info: Info, input: AnimationsImportInput) -> AnimationsImportPayload:
        context, values = info.context, to_command(input)
        sent, dry_run, report = "file" if "file" in values else "csv", values.pop("dry_run", False), Report()
        try:
            await take_file(values, allowed=_may(context, values))
            values |= {"report": report, "standing": await _standing(context, values)}
            values["schools"] = await _schools(context, values)
            carried = await _carried(context, values, dry_run)
        except DomainError as refusal:
            carried = refusal_of(context, refusal)
        return _payload(context, carried, report, dry_run, sent)


async def _carried(context: Context, values: dict[str, Any], dry_run: bool) -> Carried:
    """Carry the import out, or only rehearse it. A table whose rows are all known already is no error."""
    if dry_run:
        try:
            await in_turn(context, partial(_rehearse, context, values))
            return Carried()
        except DomainError as refusal:
            carried = refusal_of(context, refusal)
    else:
        carried = await carry_out(context, AnimationsImport, values)
        is_new = any(row.outcome is RowOutcome.TO_CREATE for row in values["report"].rows)
        if not carried.errors and not is_new and carried.position is not None:
            await _read_again(context, values, carried.position)
    if is_all_known(carried.errors):
        return Carried(position=None if dry_run else (await context.read()).position)
    return carried


def _rehearse(context: Context, values: dict[str, Any]) -> None:
    without_key = {name: value for name, value in values.items() if name != "idempotency_key"}
    command = build_command(context.actor, AnimationsImport, without_key)
    context.services.application.rehearse(command, context.actor, context.now)


async def _read_again(context: Context, values: dict[str, Any], position: int) -> None:
    """Fill the report of a command that is repeated: what it declared then is known by now."""
    report: Report = values["report"]

    def read() -> set[UUID]:
        with suppress(DomainError):
            _rehearse(context, values)
        with context.services.application.pool.connection() as conn:
            return {record.originator_id for record in read_command(conn, position)}

    created = await in_turn(context, read)
    for row in report.rows:
        if row.animation_id in created:
            row.outcome = RowOutcome.CREATED


async def _standing(context: Context, values: dict[str, Any]) -> list[Standing]:
    if not _may(context, values):
        return []
    await catch_up(context)
    read = await context.read()
    params = {
        "structure_id": UUID(str(values["structure_id"])),
        "since": context.now - _SINCE,
        "most": _MOST_STANDING,
    }
    rows = await read.rows(read.sql(DECLARED_BY), params)
    return [Standing(row["animation_id"], row["title"], row["venue_name"], row["starts_at"]) for row in rows]


async def _schools(context: Context, values: dict[str, Any]) -> list[NamedSchool]:
    """Return the schools that are described in the structure's territories."""
    if not _may(context, values):
        return []
    read = await context.read()
    structures = await read.of_ids(structure_queries.BY_IDS, [UUID(str(values["structure_id"]))])
    beginnings = [schools_begin_with(code) for row in structures for code in row["territories"]]
    rows = await read.rows(read.sql(school_queries.DESCRIBED_IN), {"beginnings": beginnings})
    return [NamedSchool(**row) for row in rows]


def _may(context: Context, values: dict[str, Any]) -> bool:
    try:
        structure_id = UUID(str(values["structure_id"]))
    except ValueError:
        return False
    return may(context.actor, Action.ANIMATIONS_IMPORT, Belongings(structure_id=structure_id))


def _payload(context: Context, carried: Carried, report: Report, dry_run: bool, called: str) -> AnimationsImportPayload:
    imported = not dry_run and not carried.errors

    def row_of(row: RowReport) -> ImportedRow:
        outcome = RowOutcome.CREATED if imported and row.outcome is RowOutcome.TO_CREATE else row.outcome
        errors = refusal_of(context, DomainError(row.problems)).errors
        return ImportedRow(
            row=row.number,
            outcome=outcome,
            title=row.title,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            animation_id=None if row.animation_id is None else strawberry.ID(str(row.animation_id)),
            errors=[replace(error, field=[called, *(error.field or ())]) for error in errors],
        )

    rows = [] if _is_refused(carried.errors) else [row_of(row) for row in report.rows]
    return AnimationsImportPayload(
        position=carried.position,
        errors=named_as_sent(carried.errors, called),
        rows=rows,
        ignored_columns=list(report.ignored) if rows else None,
        warnings=list(report.warnings) if rows else None,
    )


def _is_refused(errors: Iterable[UserError]) -> bool:
    return any(error.code in (ErrorCode.FORBIDDEN, ErrorCode.UNAUTHENTICATED) for error in errors)
