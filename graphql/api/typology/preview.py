"""Preview what a change of the typology would touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from psycopg import sql

from api.core.commanding.commands import build_command, in_turn, refusal_of
from api.core.commanding.inputs import UNSET, to_command
from api.core.commanding.payloads import UserError
from api.core.context import Context, Info
from api.typology.inputs import TermMergeInput, TermRenameInput, TermRetireInput, TermSplitInput
from api.typology.mutations import split_values
from api.typology.territories_and_terms import lists_of
from api.typology.types import Term
from application import typology as commands
from application.commanding.commands import Command
from domain.kernel.errors import DomainError
from projections.engine.terms.touched import filled_anew
from projections.engine.terms_in_force import Change as RecordedChange
from projections.engine.terms_in_force import TermsInForce
from projections.typology.effects import SHOWN, Change, codes_of, effects_of
from projections.typology.preview import SHOWN_CODES, SHOWS


def _change(mutation: str) -> Any:
    return strawberry.field(default=UNSET, description=f"The input of `{mutation}`.")


@strawberry.input(
    one_of=True, description="A change to look at beforehand: the input of exactly one of these mutations."
)
class TypologyChangeInput:
    term_rename: TermRenameInput | None = _change("termRename")
    term_merge: TermMergeInput | None = _change("termMerge")
    term_split: TermSplitInput | None = _change("termSplit")
    term_retire: TermRetireInput | None = _change("termRetire")


@strawberry.type(description="A term's figures before and after a change of the typology. For the national team.")
class TermEffect:
    term: Term = strawberry.field(description="The term.")
    animations_before: int = strawberry.field(description="Animations that count with it today, in every status.")
    animations_after: int = strawberry.field(description="Animations that would count with it.")
    parents_before: int = strawberry.field(description="Parents attested at those of today.")
    parents_after: int = strawberry.field(description="Parents attested at those afterwards.")


@strawberry.type(description="What a change of the typology would touch. Nothing is recorded. For the national team.")
class TypologyPreview:
    animations: int = strawberry.field(
        description="Animations that the change reaches: they would show another label, count with another term, or"
        " keep a term that is offered no more."
    )
    coming: int = strawberry.field(description="Those of them that have not begun.")
    terms: list[TermEffect] = strawberry.field(description="The terms concerned, that which changes first.")
    filled_anew: list[str] = strawberry.field(
        description="The read models, by their names in `readModels`, in which it touches too much to show at once:"
        " they are filled anew by themselves. Empty: all show it at once."
    )
    errors: list[UserError] = strawberry.field(description="Why the change would be refused now; else empty.")


@dataclass(frozen=True, slots=True)
class _Kind:
    command: type[Command]
    values: Callable[[Any], dict[str, Any]] = to_command


_KINDS = {
    "term_rename": _Kind(commands.TermRename),
    "term_merge": _Kind(commands.TermMerge),
    "term_split": _Kind(commands.TermSplit, split_values),
    "term_retire": _Kind(commands.TermRetire),
}


async def _previewed(context: Context, change: TypologyChangeInput) -> TypologyPreview:
    ((name, input),) = ((name, value) for name, value in vars(change).items() if value is not UNSET)
    kind, application = _KINDS[name], context.services.application
    values = kind.values(input)
    recorded = await in_turn(
        context,
        lambda: application.rehearse(build_command(context.actor, kind.command, values), context.actor, context.now),
    )
    (event,) = (record.event for record in recorded)
    assert isinstance(event, Change)
    read, codes = await context.read(), codes_of(event)
    statement = read.sql(SHOWN, codes=sql.SQL(SHOWN_CODES[event.kind]), shows=sql.SQL(SHOWS[event.kind]))
    effects = effects_of(event, await read.rows(statement, {"codes": codes, "now": context.now}))
    changes = TermsInForce.from_history(recorded).changes
    lists, anew = await lists_of(context), await in_turn(context, lambda: _filled_anew(context, changes))
    return TypologyPreview(
        animations=effects.animations,
        coming=effects.coming,
        terms=[
            TermEffect(
                term=lists.term(event.kind, code),
                animations_before=before.animations,
                animations_after=after.animations,
                parents_before=before.parents,
                parents_after=after.parents,
            )
            for code, (before, after) in effects.terms.items()
        ],
        filled_anew=anew,
        errors=[],
    )


def _filled_anew(context: Context, changes: Sequence[RecordedChange]) -> list[str]:
    with context.services.application.pool.connection() as conn:
        return filled_anew(conn, changes)


@strawberry.type
class TypologyPreviewQueries:
    @strawberry.field(
        description="What a change of the typology would touch, on the figures of today. Nothing is recorded; what the"
        " change would be refused for is told in `errors`. For the national team; others: FORBIDDEN."
    )
    async def typology_preview(self, info: Info, change: TypologyChangeInput) -> TypologyPreview | None:
        try:
            return await _previewed(info.context, change)
        except DomainError as refusal:
            errors = list(refusal_of(info.context, refusal).errors)
            return TypologyPreview(animations=0, coming=0, terms=[], filled_anew=[], errors=errors)
