"""A structure as it was at a moment."""

from __future__ import annotations

from dataclasses import replace

from api.core.context import Context
from api.core.past import At, moment_of, past_of
from api.structures.types import Structure, load_structure
from domain.kernel.rights import Action, may


async def structure_at(context: Context, today: Structure | None, at: At) -> Structure | None:
    moment, now = await moment_of(context, at)
    if today is None:
        return None
    past = await past_of(context, moment, now, today.structure_id, today.structure_id)
    structure = await load_structure(past, today.structure_id)
    return structure and as_of_today(context, structure, today)


def as_of_today(context: Context, then: Structure, today: Structure) -> Structure:
    """Rights to a structure follow its territories of today, and the public knows its name of today alone."""
    named = may(context.actor, Action.STRUCTURE_READ, today.belongings)
    return replace(then, territories=today.territories, home=today.home, name=then.name if named else today.name)
