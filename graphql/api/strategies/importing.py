"""The import of target schools from a table, with a dry run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

import strawberry
from anyio import to_thread
from strawberry.file_uploads import Upload

from api.core.commanding.commands import build_command, carry_out, in_turn, refusal_of, reload_after
from api.core.commanding.inputs import Versioned, reference, value_of
from api.core.commanding.payloads import Payload, UserError
from api.core.commanding.uploaded_tables import named_as_sent, take_file
from api.core.context import Context
from api.strategies.types import Strategy, load_strategy
from application.strategies.commands import StrategySchoolsImport
from application.strategies.target_file import read_targets
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.rights import Action, scope_of
from domain.schools.events import SchoolDescribed
from domain.strategies.events import StrategyWritten
from eventstore.records import Recorded


@strawberry.input(description="A table of schools that a strategy is to target besides.")
class StrategySchoolsImportInput(Versioned):
    strategy_id: strawberry.ID = reference("The last version of the strategy.")
    csv: str | None = value_of(
        "The table's text; its first line names the columns: UAI alone, or UAI;nom;commune;degré where schools are not"
        " known yet. Mandatory unless `file` is given."
    )
    file: Upload | None = value_of(
        "The table itself, CSV of any usual encoding, XLSX or ODS, 5 MB at most. Sent by the GraphQL multipart request"
        " specification."
    )
    dry_run: bool | None = value_of("Only tell what would be recorded, and what would be refused.")


@strawberry.type(description="What became of an imported table of target schools.")
class StrategySchoolsImportPayload(Payload):
    strategy: Strategy | None = strawberry.field(
        description="The version that now is the last; of a dry run, the one that was named. Null after errors."
    )
    added: int | None = strawberry.field(description="How many schools were not targeted before; null after errors.")
    described: int | None = strawberry.field(
        description="How many schools were described, or described anew; null after errors."
    )
    known: int | None = strawberry.field(description="How many were targeted already; null after errors.")
    removed: int | None = strawberry.field(
        description="How many are targeted no longer: none, an import adds only; null after errors."
    )
    validations_asked: list[str] | None = strawberry.field(
        description="The stakeholders who are asked to validate it again, also of a dry run: whoever adds schools makes"
        " a new version. Empty where all were targeted already; null after errors."
    )
    ignored_columns: list[str] | None = strawberry.field(
        default=None, description="The columns of the table that were not kept; null after errors."
    )
    warnings: list[str] | None = strawberry.field(
        default=None, description="What reads as if a letter was lost, in French, with its row and column."
    )


async def import_schools(context: Context, values: dict[str, Any]) -> StrategySchoolsImportPayload:
    sent, dry_run = "file" if "file" in values else "csv", values.pop("dry_run", False)
    try:
        await take_file(values, allowed=scope_of(context.actor, Action.STRATEGY_SCHOOLS_IMPORT) is not None)
        rehearsed = await in_turn(context, partial(_rehearse, context, values))
    except DomainError as refusal:
        return _refused(refusal_of(context, refusal).errors, sent)
    strategy = await load_strategy(context, UUID(values["strategy_id"]))
    targeted = strategy.target_school_count if strategy else 0
    written = [record.event for record in rehearsed if isinstance(record.event, StrategyWritten)]
    added = sum(len(fact.target_schools) - targeted for fact in written)
    position = None
    if not dry_run and rehearsed:
        carried = await carry_out(context, StrategySchoolsImport, values)
        if carried.errors:
            return _refused(carried.errors, sent)
        position, strategy = carried.position, await reload_after(context, carried, load_strategy)
    if position is None:
        position = (await context.read()).position
    file = await to_thread.run_sync(read_targets, str(values["csv"]))
    return StrategySchoolsImportPayload(
        strategy=strategy,
        position=position,
        errors=[],
        added=added,
        described=sum(isinstance(record.event, SchoolDescribed) for record in rehearsed),
        known=len(file.uais) - added,
        removed=0,
        validations_asked=[each.name for fact in written for each in fact.stakeholders],
        ignored_columns=list(file.described.ignored),
        warnings=list(file.described.warnings),
    )


def _rehearse(context: Context, values: dict[str, Any]) -> list[Recorded]:
    """Return what would be recorded: nothing where all is targeted already. Raises DomainError."""
    command = build_command(context.actor, StrategySchoolsImport, values)
    try:
        return context.services.application.rehearse(command, context.actor, context.now)
    except DomainError as refusal:
        if refusal.code is ErrorCode.DUPLICATE:
            return []
        raise


def _refused(errors: Iterable[UserError], sent: str) -> StrategySchoolsImportPayload:
    return StrategySchoolsImportPayload(
        strategy=None,
        position=None,
        errors=named_as_sent(errors, sent),
        added=None,
        described=None,
        known=None,
        removed=None,
        validations_asked=None,
    )
