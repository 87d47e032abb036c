"""Find a registration by its printed code alone, or with the day: nobody copies an animation's id from paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from anyio import to_thread

from api.core.context import Context
from api.limits.guesses import Guess
from api.registrations.types import Registration, load_held_registration
from application.commanding.signed_links import SignedLinks, typed_code
from application.registrations import PURPOSE, only_animation
from projections.registrations import queries

#: Beyond as many registrations for what is to come, those of the nearest days are looked at; the day narrows them.
_MOST = 200_000
#: All codes without their animation count as guesses of one thing.
ANY_ANIMATION = UUID(int=0)

Row = dict[str, Any]


async def registrations_with_code(context: Context, typed: str, day: date | None) -> list[Row]:
    """Return the animation and registration of each registration for what is to come that has this code."""
    code = typed_code(typed)
    if code is None:
        return []
    read = await context.read()
    rows = await read.rows(read.sql(queries.UPCOMING), {"now": context.now, "day": day, "most": _MOST})
    return await to_thread.run_sync(_having, context.services.application.links, rows, code)


def _having(links: SignedLinks, rows: Sequence[Row], code: str) -> list[Row]:
    return [row for row in rows if links.code(PURPOSE, row["registration_id"]) == code]


async def guess_of(context: Context, typed: str, animation_id: UUID | None) -> Guess | None:
    """Count an attempt with a printed code; a malformed one is no guess. Raise TOO_MANY_REQUESTS."""
    return None if typed_code(typed) is None else await Guess(context, animation_id or ANY_ANIMATION).count()


async def registration_with_code(context: Context, animation_id: UUID, typed: str) -> UUID | None:
    """Return the registration for this animation that has this code, or None."""
    code = typed_code(typed)
    if code is None:
        return None
    read = await context.read()
    rows = await read.rows(read.sql(queries.OF_ANIMATION), {"animation_id": animation_id})
    having = await to_thread.run_sync(_having, context.services.application.links, rows, code)
    return having[0]["registration_id"] if having else None


async def registration_of_code(context: Context, typed: str, day: date | None) -> Registration | None:
    """Return the registration that has this code, without what a short code must not tell of a person.

    None has it: None, and no error, for which the document would be answered again and the attempt counted twice.
    Raise INVALID if several have it, and TOO_MANY_REQUESTS after too many wrong ones.
    """
    guess = await guess_of(context, typed, None)
    having = await registrations_with_code(context, typed, day)
    if not having:
        return None
    if guess is not None:
        await guess.was_right()
    animation_id = only_animation([row["animation_id"] for row in having])
    (registration_id,) = (row["registration_id"] for row in having if row["animation_id"] == animation_id)
    registration = await load_held_registration(context, registration_id)
    return None if registration is None else replace(registration, last_name=None, email=None, phone=None)
