"""Mutations on animations and their attestations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.animations.inputs import (
    AnimationAttestInput,
    AnimationCancelInput,
    AnimationCloneInput,
    AnimationCreateInput,
    AnimationModifyInput,
    AnimationPublishInput,
    AnimationRefuseInput,
    AnimationTextBlankInput,
    AnimationVolunteersNameInput,
    AttestationCorrectInput,
    with_contact,
)
from api.animations.types import Animation, load_animation
from api.core.commanding.commands import carry_out, catch_up, reload_after
from api.core.commanding.inputs import patch_of, to_command
from api.core.commanding.payloads import Payload
from api.core.context import Context, Info
from api.core.lists.checks import node_id
from application.animations import commands
from application.commanding.commands import Command
from application.volunteers import AnimationVolunteersName
from domain.animations.transitions import AnimationStatus
from domain.kernel.place_search import compared
from projections.animations.queries import BY_IDS, OF_THAT_CLOCK, OF_THAT_INSTANT

_STANDING = (AnimationStatus.SUBMITTED, AnimationStatus.PUBLISHED)
_ABOUT_THE_CHANGE = ("animation_id", "expected_version", "idempotency_key")


@strawberry.type(description="What became of a mutation on an animation.")
class AnimationPayload(Payload):
    animation: Animation | None = strawberry.field(
        description="The animation as it now stands; null after errors, or when it cannot be read yet."
    )
    warnings: list[str] = strawberry.field(
        default_factory=list,
        description="What who declares or changes it should know, in French: that its structure has another of the same"
        " title at that hour and place. It is recorded all the same.",
    )


async def _answer(info: Info, command: type[Command], values: Mapping[str, Any]) -> AnimationPayload:
    carried = await carry_out(info.context, command, values)
    animation = await reload_after(info.context, carried, load_animation)
    return AnimationPayload(animation=animation, position=carried.position, errors=list(carried.errors))


async def _declared(info: Info, command: type[Command], values: Mapping[str, Any]) -> AnimationPayload:
    payload = await _answer(info, command, values)
    if payload.animation is not None:
        payload.warnings = await _warnings(info.context, UUID(payload.animation.id))
    return payload


async def _warnings(context: Context, animation_id: UUID) -> list[str]:
    """Return a warning for each animation that who looks for this one would take for it."""
    read = await context.read()
    (own,) = await read.of_ids(BY_IDS, [animation_id])
    params = {"id": animation_id, "starts_at": own["starts_at"]}
    beside = [row["animation_id"] for row in await read.rows(read.sql(OF_THAT_INSTANT), params)]
    others = [other_id for other_id in beside if other_id != animation_id]
    rows = await read.of_ids(BY_IDS, others) if others else []
    return [
        f"« {row['title']} » est déjà déclarée à cette heure, au même lieu (animation {row['animation_id']}) : si c'est"
        " la même, annulez l'une des deux."
        for row in rows
        if row["status"] in _STANDING and _called(row) == _called(own)
    ]


def _called(row: Mapping[str, Any]) -> list[str]:
    """Return title and place, however they are spelt."""
    return [compared(row[name]) for name in ("title", "venue_name")]


async def _of_that_hour(context: Context, values: Mapping[str, Any]) -> list[UUID]:
    """Return the animations of the same structure that begin when the clone is to begin."""
    starts_at = values.get("starts_at")
    if not isinstance(starts_at, datetime):
        return []
    await catch_up(context)
    read = await context.read()
    params = {"id": node_id(values["animation_id"], "animationId"), "starts_at": starts_at}
    query = OF_THAT_CLOCK if starts_at.tzinfo is None else OF_THAT_INSTANT
    return [row["animation_id"] for row in await read.rows(read.sql(query), params)]


@strawberry.type
class AnimationMutations:
    @strawberry.mutation(
        description="Declares an animation, which then waits for publication. For the structure that runs it."
    )
    async def animation_create(self, info: Info, input: AnimationCreateInput) -> AnimationPayload:
        return await _declared(info, commands.AnimationCreate, with_contact(to_command(input)))

    @strawberry.mutation(
        description="Changes an animation before its attestation; a refused one is submitted again. For its structure."
    )
    async def animation_modify(self, info: Info, input: AnimationModifyInput) -> AnimationPayload:
        patch = with_contact(patch_of(input))
        values = {name: patch.pop(name) for name in _ABOUT_THE_CHANGE if name in patch}
        return await _declared(info, commands.AnimationModify, values | {"changes": patch})

    @strawberry.mutation(description="Publishes an animation: it stands in the public listing. For the national team.")
    async def animation_publish(self, info: Info, input: AnimationPublishInput) -> AnimationPayload:
        return await _answer(info, commands.AnimationPublish, to_command(input))

    @strawberry.mutation(description="Refuses an animation its publication, with a reason. For the national team.")
    async def animation_refuse(self, info: Info, input: AnimationRefuseInput) -> AnimationPayload:
        return await _answer(info, commands.AnimationRefuse, to_command(input))

    @strawberry.mutation(description="Cancels an animation, with a reason. For its structure and the national team.")
    async def animation_cancel(self, info: Info, input: AnimationCancelInput) -> AnimationPayload:
        return await _answer(info, commands.AnimationCancel, to_command(input))

    @strawberry.mutation(
        description="Blanks a text that an animation had before it was corrected: title, description, place and address"
        " of then, where they are others today, are read as « [texte masqué] » in the past, in the audit trail and in"
        " clones, but by the national team and auditors. The log stays as it is. For the national team."
    )
    async def animation_text_blank(self, info: Info, input: AnimationTextBlankInput) -> AnimationPayload:
        return await _answer(info, commands.AnimationTextBlank, to_command(input))

    @strawberry.mutation(
        description="Names all the Parents Ressource who take part in an animation from now on, by their candidatures:"
        " validated ones of its territory. The public never reads their names. For its structure and the coordonnateur"
        " of its territory."
    )
    async def animation_volunteers_name(self, info: Info, input: AnimationVolunteersNameInput) -> AnimationPayload:
        return await _answer(info, AnimationVolunteersName, to_command(input))

    @strawberry.mutation(
        description="Makes a new animation with the same content at new dates, without attestation. For its structure."
    )
    async def animation_clone(self, info: Info, input: AnimationCloneInput) -> AnimationPayload:
        values = to_command(input)
        beside = await _of_that_hour(info.context, values)
        return await _answer(info, commands.AnimationClone, values | {"beside": beside})

    @strawberry.mutation(
        description="Declares who came, once, after the end of a published animation. For its structure."
    )
    async def animation_attest(self, info: Info, input: AnimationAttestInput) -> AnimationPayload:
        return await _answer(info, commands.AnimationAttest, to_command(input))

    @strawberry.mutation(
        description="Corrects an attestation, with a reason; history keeps the first figures. For its structure."
    )
    async def attestation_correct(self, info: Info, input: AttestationCorrectInput) -> AnimationPayload:
        return await _answer(info, commands.AttestationCorrect, to_command(input))
