"""The mutations on conventions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from api.context import Info
from api.mutations.carrying_out import carry_out, thing
from api.mutations.convention_inputs import ConventionAmendInput, ConventionSignInput, ConventionTerminateInput
from api.mutations.inputs import changed, stated
from api.mutations.payloads import Payload
from api.types.structure import Convention, load_convention
from application import conventions as commands
from application.commands import Command


@strawberry.type(description="What became of a mutation on a convention.")
class ConventionPayload(Payload):
    convention: Convention | None = strawberry.field(
        description="The convention as it now stands; null after errors, or when it cannot be read yet."
    )


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> ConventionPayload:
    carried = await carry_out(info.context, command, values)
    convention = await thing(info.context, carried, load_convention)
    return ConventionPayload(convention=convention, position=carried.position, errors=list(carried.errors))


@strawberry.type
class ConventionMutations:
    @strawberry.mutation(
        description="Records a signed convention, which opens the structure's single account."
        " For coordonnateurs of the territory and the national team."
    )
    async def convention_sign(self, info: Info, input: ConventionSignInput) -> ConventionPayload:
        return await _answer(info, commands.ConventionSign, stated(input))

    @strawberry.mutation(
        description="Changes the conditions of a convention. For coordonnateurs of the territory and the national team."
    )
    async def convention_amend(self, info: Info, input: ConventionAmendInput) -> ConventionPayload:
        return await _answer(info, commands.ConventionAmend, changed(input))

    @strawberry.mutation(
        description="Ends a convention early, with a reason. For coordonnateurs of the territory and the national team."
    )
    async def convention_terminate(self, info: Info, input: ConventionTerminateInput) -> ConventionPayload:
        return await _answer(info, commands.ConventionTerminate, stated(input))
