"""Mutations on sampled controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from api.controls.inputs import (
    ControlAnswerInput,
    ControlCloseInput,
    ControlOpenInput,
    ControlPieceJudgeInput,
)
from api.controls.types import Control, load_control
from api.core.commanding.commands import carry_out, reload_after
from api.core.commanding.inputs import to_command
from api.core.commanding.payloads import Payload
from api.core.context import Info
from application import controls as commands
from application.commanding.commands import Command


@strawberry.type(description="What became of a mutation on a control.")
class ControlPayload(Payload):
    control: Control | None = strawberry.field(
        description="The control as it now stands; null after errors, or when it cannot be read yet."
    )


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> ControlPayload:
    carried = await carry_out(info.context, command, values)
    control = await reload_after(info.context, carried, load_control)
    return ControlPayload(control=control, position=carried.position, errors=list(carried.errors))


@strawberry.type
class ControlMutations:
    @strawberry.mutation(
        description="Announces a control of a share of the dossiers that were certified in a period. The draw follows"
        " by itself, from the first checkpoint signed afterwards; anybody can then draw again and find the same. For"
        " auditors."
    )
    async def control_open(self, info: Info, input: ControlOpenInput) -> ControlPayload:
        return await _answer(info, commands.ControlOpen, to_command(input))

    @strawberry.mutation(
        description="Accepts or refuses a piece of a dossier that was drawn. Once the control is closed, a refusal can"
        " still be taken back, with a comment that says why. For auditors."
    )
    async def control_piece_judge(self, info: Info, input: ControlPieceJudgeInput) -> ControlPayload:
        return await _answer(info, commands.ControlPieceJudge, to_command(input))

    @strawberry.mutation(
        description="Answers to the refusal of a piece; a further answer takes its place. For the dossier's structure."
    )
    async def control_answer(self, info: Info, input: ControlAnswerInput) -> ControlPayload:
        return await _answer(info, commands.ControlAnswer, to_command(input))

    @strawberry.mutation(description="Closes a control, once every piece is judged. For auditors.")
    async def control_close(self, info: Info, input: ControlCloseInput) -> ControlPayload:
        return await _answer(info, commands.ControlClose, to_command(input))
