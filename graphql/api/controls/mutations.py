"""Mutations on sampled controls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import strawberry

from api.controls.inputs import (
    ControlAnswerInput,
    ControlCloseInput,
    ControlOpenInput,
    ControlPieceJudgeInput,
)
from api.controls.types import Control, load_control
from api.core.commanding.commands import carry_out, catch_up, reload_after
from api.core.commanding.inputs import to_command
from api.core.commanding.payloads import Payload
from api.core.context import Context, Info
from api.typology.territories_and_terms import lists_of
from application import controls as commands
from application.commanding.commands import Command
from domain.controls.control import MOST_IN_POPULATION
from domain.kernel.errors import ErrorCode, refuse
from domain.kernel.rights import Action, scope_of
from projections.controls import queries


@strawberry.type(description="What became of a mutation on a control.")
class ControlPayload(Payload):
    control: Control | None = strawberry.field(
        description="The control as it now stands; null after errors, or when it cannot be read yet."
    )


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> ControlPayload:
    carried = await carry_out(info.context, command, values)
    control = await reload_after(info.context, carried, load_control)
    return ControlPayload(control=control, position=carried.position, errors=list(carried.errors))


async def _certified(context: Context, values: Mapping[str, Any]) -> list[UUID]:
    """Return the dossiers to draw from, at most one more than allowed, up to date with the log.

    Empty for those who may not draw, or for an unreadable period: the command then reports the problem.
    """
    start, end, territory = (values.get(name) for name in ("period_from", "period_until", "territory"))
    may_draw = scope_of(context.actor, Action.CONTROL_OPEN) is not None
    if not may_draw or not isinstance(start, date) or not isinstance(end, date):
        return []
    if not await catch_up(context):
        # A draw from part of the dossiers would pass for one from all of them.
        raise refuse(ErrorCode.CONFLICT, "Tous les dossiers certifiés ne sont pas encore connus : réessayez.")
    if territory is not None and territory not in (await lists_of(context)).territories:
        return []
    read = await context.read()
    params = {"period_from": start, "period_until": end, "territory": territory, "most": MOST_IN_POPULATION + 1}
    rows = await read.rows(read.sql(queries.CERTIFIED), params)
    return [row["dossier_id"] for row in rows]


@strawberry.type
class ControlMutations:
    @strawberry.mutation(
        description="Opens a control: draws dossiers among those that were certified in a period. The seed should be"
        " published before the draw; anybody who knows it can then draw again and find the same. For auditors."
    )
    async def control_open(self, info: Info, input: ControlOpenInput) -> ControlPayload:
        values = to_command(input)
        certified = await _certified(info.context, values)
        return await _answer(info, commands.ControlOpen, values | {"certified": certified})

    @strawberry.mutation(description="Accepts or refuses a piece of a dossier that was drawn. For auditors.")
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
