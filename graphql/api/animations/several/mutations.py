"""Mutations on several animations at once: one repeated at several dates, and those published in one decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import strawberry
from anyio import to_thread

from api.animations.inputs import LOCAL, AnimationChangeInput
from api.animations.types import Animation, load_animations
from api.core.answers import NOT_REACHED, Refused
from api.core.commanding.commands import Carried, carry_out, catch_up, refusal_of
from api.core.commanding.inputs import Repeatable, reference, to_command, value_of
from api.core.commanding.payloads import Payload, UserError
from api.core.context import Context, Info
from api.core.lists.checks import node_id
from application.animations import several
from domain.animations.events import AnimationPublished, AnimationRepeated
from domain.animations.series import Interval
from domain.kernel.errors import DomainError
from domain.kernel.validation import validated
from eventstore.log import read_command
from eventstore.records import Recorded
from projections.animations.beside import BESIDE_DATES

strawberry.enum(Interval, description="How far apart the dates of a series are.")


@strawberry.input(description="When a copy of an animation begins and ends.")
class CopyDatesInput:
    starts_at: datetime | None = value_of(f"When it begins, {LOCAL} Mandatory.")
    ends_at: datetime | None = value_of(f"When it ends, after its start, {LOCAL} Mandatory.")


@strawberry.input(
    description="An animation that takes place at further dates: these `dates`, or those that follow from a rule,"
    " `every` so often `until` a day."
)
class AnimationRepeatInput(AnimationChangeInput):
    dates: list[CopyDatesInput] | None = value_of("The further dates, 1 to 60. Mandatory unless there is a rule.")
    every: Interval | None = value_of("How far apart the dates are, from the animation's own on, at its hour.")
    until: date | None = value_of("The last day on which a copy may begin. Mandatory with `every`.")
    without: list[date] | None = value_of("Days that the rule leaves out, such as those of school holidays.")


@strawberry.input(description="Animations to be published in one decision.")
class AnimationsPublishInput(Repeatable):
    animation_ids: list[strawberry.ID] = reference("The animations, 1 to 100.")


@strawberry.type(description="What became of a mutation on several animations.")
class AnimationsPayload(Payload):
    animations: list[Animation] = strawberry.field(
        description="The animations as they now stand, in the order asked for; empty when they cannot be read yet."
    )


@strawberry.type
class SeveralAnimationMutations:
    @strawberry.mutation(
        description="Declares the same content at further dates, all or none; each waits for publication and has a life"
        " of its own. Every refusal names its date: `field` is `dates`, its place from 0, and what is wrong with it."
        " For its structure."
    )
    async def animation_repeat(self, info: Info, input: AnimationRepeatInput) -> AnimationsPayload:
        context, values = info.context, to_command(input)
        if "dates" in values:
            values["dates"] = [to_command(day) for day in values["dates"]]
        beside = await _beside(context, values)
        carried = await carry_out(context, several.AnimationRepeat, values | {"beside": beside})
        records = await _recorded(context, carried)
        copies = [event.animation_ids for record in records if isinstance(event := record.event, AnimationRepeated)]
        return await _payload(context, carried, [copy_id for ids in copies for copy_id in ids])

    @strawberry.mutation(
        description="Publishes each of these animations that can be published. What stands against the others is in"
        " `errors`, whose `field` is `animationIds` and the place from 0; they stay as they are. For the national team."
    )
    async def animations_publish(self, info: Info, input: AnimationsPublishInput) -> AnimationsPayload:
        context, values = info.context, to_command(input)
        carried = await carry_out(context, several.AnimationsPublish, values)
        records = await _recorded(context, carried)
        published = {record.originator_id for record in records if isinstance(record.event, AnimationPublished)}
        ids = [several.named(animation_id) for animation_id in values["animation_ids"]] if published else []
        published_ids = [each for each in dict.fromkeys(ids) if isinstance(each, UUID) and each in published]
        payload = await _payload(context, carried, published_ids)
        payload.errors += await to_thread.run_sync(partial(_not_published, context, ids, published))
        return payload


async def _beside(context: Context, values: Mapping[str, Any]) -> list[UUID]:
    """Return the animations of the same structure that begin about when the copies are to."""
    starts = [day.get("starts_at") for day in values.get("dates", ())]
    days = [start.date() for start in starts if isinstance(start, datetime)]
    until = values.get("until")
    if until is None and not days:
        return []
    await catch_up(context)
    read = await context.read()
    animation_id = node_id(values["animation_id"], "animationId")
    rows = await read.rows(read.sql(BESIDE_DATES), {"id": animation_id, "days": days, "until": until})
    return [row["animation_id"] for row in rows]


async def _recorded(context: Context, carried: Carried) -> Sequence[Recorded]:
    """Return the events of the command, be it of this request or of the one that it repeats."""
    position = carried.position
    if position is None:
        return ()

    def read() -> list[Recorded]:
        with context.services.application.pool.connection() as conn:
            return read_command(conn, position)

    return await to_thread.run_sync(read)


async def _payload(context: Context, carried: Carried, ids: Sequence[UUID]) -> AnimationsPayload:
    animations: list[Animation | None] = []
    if carried.visible:
        try:
            animations = await load_animations(context, ids)
        except Refused as refused:
            if refused.extensions["code"] != NOT_REACHED:
                raise
    return AnimationsPayload(
        animations=[animation for animation in animations if animation is not None],
        position=carried.position,
        errors=list(carried.errors),
    )


def _not_published(context: Context, ids: Sequence[UUID | str], published: set[UUID]) -> list[UserError]:
    """Return what stands against those that were not published, and against those that are named again."""
    problems = []
    seen: set[UUID | str] = set()
    for index, animation_id in enumerate(ids):
        if animation_id in published and animation_id not in seen:
            seen.add(animation_id)
            continue
        problems += several.at_place(_refusal(context, animation_id), index)
    return list(refusal_of(context, DomainError(problems)).errors)


def _refusal(context: Context, animation_id: UUID | str) -> DomainError:
    command = validated(several.AnimationsPublish, {"animation_ids": [animation_id]})
    try:
        context.services.application.rehearse(command, context.actor, context.now)
    except DomainError as refusal:
        return refusal
    return several.not_published()
