"""The mutations on candidatures, and the erasure of what they say of a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry

from api.context import Context, Info
from api.mutations.candidature_inputs import (
    CandidatureGiveOpinionInput,
    CandidatureRejectInput,
    CandidatureSubmitInput,
    CandidatureValidateInput,
    CandidatureWithdrawInput,
)
from api.mutations.carrying_out import Load, carry_out, thing
from api.mutations.inputs import stated
from api.mutations.payloads import Payload
from api.types.candidature import Candidature, candidature_of, load_candidature
from application import candidatures as commands
from application.commands import Command
from projections.queries import candidatures as queries


@strawberry.type(description="What became of a mutation on a candidature.")
class CandidaturePayload(Payload):
    candidature: Candidature | None = strawberry.field(
        description="The candidature as it now stands; null after errors, or when it cannot be read yet."
    )


async def _submitted(context: Context, candidature_id: UUID) -> Candidature | None:
    """For who has just submitted it: it says what they said. The public may not read it from then on."""
    read = await context.read()
    rows = await read.rows(read.sql(queries.BY_ID), {"id": candidature_id})
    return candidature_of(rows[0]) if rows else None


async def _answer(
    info: Info, command: type[Command], values: Mapping[str, Any], load: Load[Candidature] = load_candidature
) -> CandidaturePayload:
    carried = await carry_out(info.context, command, values)
    candidature = await thing(info.context, carried, load)
    return CandidaturePayload(candidature=candidature, position=carried.position, errors=list(carried.errors))


@strawberry.type
class CandidatureMutations:
    @strawberry.mutation(description="Volunteers as a Parent Ressource for one school. For parents, signed in or not.")
    async def candidature_submit(self, info: Info, input: CandidatureSubmitInput) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureSubmit, stated(input), _submitted)

    @strawberry.mutation(
        description="Gives the director's opinion on a candidature of the first degree. For the director of the school."
    )
    async def candidature_give_opinion(self, info: Info, input: CandidatureGiveOpinionInput) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureGiveOpinion, stated(input))

    @strawberry.mutation(
        description="Validates a candidature; the coordonnateur is informed."
        " First degree: for the inspector, after the opinion; second degree: for the head of the school."
    )
    async def candidature_validate(self, info: Info, input: CandidatureValidateInput) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureValidate, stated(input))

    @strawberry.mutation(
        description="Rejects a candidature, with a reason."
        " For who would validate it: the inspector or the head of the school; and for the national team."
    )
    async def candidature_reject(self, info: Info, input: CandidatureRejectInput) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureReject, stated(input))

    @strawberry.mutation(
        description="Takes a candidature back. For the parent, and on their behalf the coordonnateur and national team."
    )
    async def candidature_withdraw(self, info: Info, input: CandidatureWithdrawInput) -> CandidaturePayload:
        return await _answer(info, commands.CandidatureWithdraw, stated(input))
