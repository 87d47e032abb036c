"""Mutations on schools' requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import strawberry

from api.animation_requests.inputs import (
    AnimationRequestAnswerInput,
    AnimationRequestDeclineInput,
    AnimationRequestGiveBackInput,
    AnimationRequestInput,
    AnimationRequestTakeUpInput,
    AnimationRequestWithdrawInput,
)
from api.animation_requests.types import AnimationRequest, load_request
from api.core.commanding.commands import carry_out, reload_after
from api.core.commanding.inputs import to_command
from api.core.commanding.payloads import Payload
from api.core.context import Context, Info
from api.schools.types import load_rows
from application import animation_requests as commands
from application.commanding.commands import Command
from domain.kernel.identifiers import check_uai, department_of_school
from domain.kernel.places import places
from projections.animation_requests import queries

#: A structure that declared something there within this time works around the school.
_LATELY = timedelta(days=730)


@strawberry.type(description="What became of a mutation on a school's request.")
class AnimationRequestPayload(Payload):
    request: AnimationRequest | None = strawberry.field(
        description="The request as it now stands; null after errors, or when it cannot be read any more."
    )


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> AnimationRequestPayload:
    carried = await carry_out(info.context, command, values)
    request = await reload_after(info.context, carried, load_request)
    return AnimationRequestPayload(request=request, position=carried.position, errors=list(carried.errors))


async def _around(context: Context, school: Any) -> list[UUID]:
    """Return the structures that work in the intercommunality of the school; none where its commune is not known."""
    try:
        uai = check_uai(str(school))
    except ValueError:
        return []
    commune = (await load_rows(context, [uai]))[uai]["commune_code"]
    if commune is None:
        return []
    communes = {code for near in places().around(commune) for code in places().spellings(near)}
    read = await context.read()
    params = {
        "communes": sorted(communes | {commune}),
        "since": context.now - _LATELY,
        "territory": department_of_school(uai),
        "most": commands.MOST_STRUCTURES,
    }
    rows = await read.rows(read.sql(queries.AROUND), params)
    # The command records on another connection.
    await context.refresh()
    return [row["structure_id"] for row in rows]


async def _resembling(context: Context, values: Mapping[str, Any]) -> list[UUID]:
    """Return the school's own requests that this one would repeat."""
    try:
        school = check_uai(str(values.get("school_uai")))
    except ValueError:
        return []
    wish = {name: values.get(name) for name in ("theme", "wished_from", "wished_until")}
    wish["audience"] = values.get("audience") or commands.USUAL_AUDIENCE
    # PostgreSQL takes no null character; the command refuses the rest.
    if not (str(wish["theme"]).isprintable() and str(wish["audience"]).isprintable()):
        return []
    read = await context.read()
    rows = await read.rows(read.sql(queries.RESEMBLING), {"school": school, **wish})
    await context.refresh()
    return [row["request_id"] for row in rows]


@strawberry.type
class AnimationRequestMutations:
    @strawberry.mutation(
        description="Asks for an animation in the name of a school. It goes to the structures that have worked in the"
        " school's intercommunality in the last two years, 50 at most, and to the coordonnateur; every structure of the"
        " territory sees it. For the director, the head and teachers of the school."
    )
    async def animation_request(self, info: Info, input: AnimationRequestInput) -> AnimationRequestPayload:
        values, schools = to_command(input), info.context.actor.schools
        if len(schools) == 1:
            values.setdefault("school_uai", next(iter(schools)))
        structures = await _around(info.context, values.get("school_uai"))
        values |= {"structures": structures, "resembling": await _resembling(info.context, values)}
        return await _answer(info, commands.AnimationRequestSend, values)

    @strawberry.mutation(
        description="Takes a request up: its structure will declare an animation. For structures with a convention in"
        " the territory."
    )
    async def animation_request_take_up(
        self, info: Info, input: AnimationRequestTakeUpInput
    ) -> AnimationRequestPayload:
        return await _answer(info, commands.AnimationRequestTakeUp, to_command(input))

    @strawberry.mutation(
        description="Gives a request back, with a reason: it is open to others again. For the structure that took it"
        " up."
    )
    async def animation_request_give_back(
        self, info: Info, input: AnimationRequestGiveBackInput
    ) -> AnimationRequestPayload:
        return await _answer(info, commands.AnimationRequestGiveBack, to_command(input))

    @strawberry.mutation(
        description="Says which animation answers a request: one that names the school. For the structure that took it"
        " up."
    )
    async def animation_request_answer(self, info: Info, input: AnimationRequestAnswerInput) -> AnimationRequestPayload:
        return await _answer(info, commands.AnimationRequestAnswer, to_command(input))

    @strawberry.mutation(
        description="Declines a request that no structure can answer, with a reason. For the coordonnateur of the"
        " territory and the national team."
    )
    async def animation_request_decline(
        self, info: Info, input: AnimationRequestDeclineInput
    ) -> AnimationRequestPayload:
        return await _answer(info, commands.AnimationRequestDecline, to_command(input))

    @strawberry.mutation(
        description="Takes a request back. For the director, the head and teachers of the school, and for the national"
        " team."
    )
    async def animation_request_withdraw(
        self, info: Info, input: AnimationRequestWithdrawInput
    ) -> AnimationRequestPayload:
        return await _answer(info, commands.AnimationRequestWithdraw, to_command(input))
