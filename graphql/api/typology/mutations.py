"""Mutations on the typology."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry

from api.core.commanding.commands import carry_out, reload_after
from api.core.commanding.inputs import to_command
from api.core.commanding.payloads import Payload
from api.core.context import Context, Info
from api.typology.inputs import TermAddInput, TermMergeInput, TermRenameInput, TermRetireInput, TermSplitInput
from api.typology.territories_and_terms import load_term
from api.typology.types import Term
from application import typology as commands
from application.commanding.commands import Command


@strawberry.type(description="What became of a mutation on a term of the typology.")
class TermPayload(Payload):
    term: Term | None = strawberry.field(
        description="The term that was named, as it now stands; null after errors, or when it cannot be read yet."
    )


def split_values(input: TermSplitInput) -> dict[str, Any]:
    """Return the values of the command: each part is an input of its own."""
    values = to_command(input)
    if "parts" in values:
        values["parts"] = [to_command(part) for part in values["parts"]]
    return values


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any], code: str | None) -> TermPayload:
    async def load(context: Context, typology: UUID) -> Term | None:
        # The whole typology is one stream: only the input says which term changed.
        return await load_term(context, values["kind"], str(code))

    carried = await carry_out(info.context, command, values)
    term = await reload_after(info.context, carried, load)
    return TermPayload(term=term, position=carried.position, errors=list(carried.errors))


@strawberry.type
class TypologyMutations:
    @strawberry.mutation(description="Adds a term. For the national team.")
    async def term_add(self, info: Info, input: TermAddInput) -> TermPayload:
        return await _answer(info, commands.TermAdd, to_command(input), input.code)

    @strawberry.mutation(description="Gives a term another label. For the national team.")
    async def term_rename(self, info: Info, input: TermRenameInput) -> TermPayload:
        return await _answer(info, commands.TermRename, to_command(input), input.code)

    @strawberry.mutation(
        description="Merges a term into another: it is offered no more, and what was declared under it counts with the"
        " other once the read models are rebuilt. For the national team."
    )
    async def term_merge(self, info: Info, input: TermMergeInput) -> TermPayload:
        return await _answer(info, commands.TermMerge, to_command(input), input.source)

    @strawberry.mutation(
        description="Splits a term into several: it is offered no more, and what was declared under it counts with one"
        " of them once the read models are rebuilt. For the national team."
    )
    async def term_split(self, info: Info, input: TermSplitInput) -> TermPayload:
        return await _answer(info, commands.TermSplit, split_values(input), input.code)

    @strawberry.mutation(description="Offers a term no more; history keeps it. For the national team.")
    async def term_retire(self, info: Info, input: TermRetireInput) -> TermPayload:
        return await _answer(info, commands.TermRetire, to_command(input), input.code)
