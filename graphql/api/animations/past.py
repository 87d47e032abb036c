"""An animation as it was at a moment."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from api.animations.types import Animation, load_animation
from api.core.context import Context
from api.core.past import At, moment_of, past_of
from api.structures.past import as_of_today
from domain.kernel.identifiers import registration_book_id
from projections.structures.queries import CONVENTIONS


async def animation_at(context: Context, animation_id: UUID, at: At) -> Animation | None:
    moment, now = await moment_of(context, at)
    today = await load_animation(context, animation_id)
    if today is None:
        return None
    structure_id = today.structure.structure_id
    book = registration_book_id(animation_id)
    read = await context.read()
    conventions = await read.rows(read.sql(CONVENTIONS), {"structures": [structure_id]})
    streams = (animation_id, book, structure_id, *(row["convention_id"] for row in conventions))
    past = await past_of(context, moment, now, structure_id, *streams)
    animation = await load_animation(past, animation_id)
    return animation and replace(animation, structure=as_of_today(context, animation.structure, today.structure))
