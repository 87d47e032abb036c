"""The volunteers that animations name, and those that can be named."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from api.core.context import Context
from api.volunteers.types import Volunteer, volunteer_of
from domain.kernel.actors import Role
from domain.kernel.rights import Action, Belongings, may
from projections.engine.paging import Filter
from projections.programme import volunteers as queries


async def volunteers_of(context: Context, animation_id: UUID, belongings: Belongings) -> list[Volunteer]:
    """Return who takes part in an animation, together with those of other animations of the answer.

    First names are for whoever may read those of volunteers.
    """
    named = may(context.actor, Action.VOLUNTEER_READ, belongings)

    async def load(ids: list[UUID]) -> Sequence[list[Volunteer]]:
        read = await context.read()
        volunteers: dict[UUID, list[Volunteer]] = {key: [] for key in ids}
        for row in await read.rows(read.sql(queries.OF_ANIMATIONS), {"ids": ids}):
            volunteers[row["animation_id"]].append(volunteer_of(row, named))
        return list(volunteers.values())

    return await context.together(f"volunteers {named}", animation_id, load)


async def in_reach(context: Context, territory: str) -> Filter:
    """Return the filter of the volunteers of a territory for the asker: of other territories there are none."""
    actor, at_work = context.actor, Filter().where(queries.AT_WORK).where("c.territory = %(code)s", code=territory)
    if actor.role is Role.STRUCTURE:
        read = await context.read()
        rows = await read.rows(read.sql(queries.TERRITORIES_OF), {"ids": list(actor.structures)})
        if territory not in {row["code"] for row in rows}:
            return at_work.where("false")
        return at_work.where(queries.CALLED)
    if not may(actor, Action.VOLUNTEER_READ, Belongings(territories=frozenset([territory]))):
        return at_work.where("false")
    return at_work
