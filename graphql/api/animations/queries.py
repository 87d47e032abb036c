"""Queries on animations: one, the public listing, those to publish, a structure's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import strawberry

from api.animations.filters import AnimationOrder, AnimationWhere, OwnAnimationWhere
from api.animations.past import animation_at
from api.animations.types import Animation, animation_of, load_animation
from api.core.context import Context, Info
from api.core.lists.checks import node_id
from api.core.lists.connections import connection, owned_connection
from api.core.lists.paging import After, Before, Connection, First, Last, PageArguments, page_arguments
from api.core.past import AT, At
from api.typology.territories_and_terms import Lists, lists_of
from domain.typology.typology import TermKind
from projections.animations import queries
from projections.engine.paging import Filter


@strawberry.type
class AnimationQueries:
    @strawberry.field(description="The public listing: published animations only, whoever asks.")
    async def animations(
        self,
        info: Info,
        where: AnimationWhere | None = None,
        order_by: list[AnimationOrder] | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Animation]:
        return await published_animations(
            info.context, where, order_by, page_arguments(info, first, after, last, before)
        )

    @strawberry.field(
        description="Animations that wait for publication, the first declared first. For the national team; others:"
        " FORBIDDEN."
    )
    async def animations_to_publish(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Animation]:
        return await list_animations_to_publish(info.context, page_arguments(info, first, after, last, before))

    @strawberry.field(
        description="One animation: published ones for everybody, others for those who answer for them." + AT
    )
    async def animation(self, info: Info, id: strawberry.ID, at: At | None = None) -> Animation | None:
        if at is not None:
            return await animation_at(info.context, node_id(id), at)
        return await load_animation(info.context, node_id(id))


async def published_animations(
    context: Context,
    where: AnimationWhere | None,
    order_by: Sequence[AnimationOrder] | None,
    arguments: PageArguments,
) -> Connection[Animation]:
    """Return the public listing: published animations, whoever asks."""
    listing = queries.listing([order.sort_key() for order in order_by or ()], only_published=True)
    conditions = where.conditions() if where else queries.Conditions()
    lists = await lists_of(context)
    filtered = queries.listed(in_force(conditions, lists))
    return await connection(context, listing, filtered, arguments, lambda row: animation_of(row, lists), lists)


async def list_animations_to_publish(context: Context, arguments: PageArguments) -> Connection[Animation]:
    """Return the animations to publish, oldest first."""
    lists = await lists_of(context)
    filtered = queries.submitted()
    return await connection(
        context, queries.TO_PUBLISH, filtered, arguments, lambda row: animation_of(row, lists), lists
    )


async def own_animations(
    context: Context,
    structure_id: UUID,
    within: Sequence[str] | None,
    where: OwnAnimationWhere | None,
    order_by: Sequence[AnimationOrder] | None,
    arguments: PageArguments,
) -> Connection[Animation]:
    """Return a structure's animations in every status, limited to the territories `within` unless None."""
    listing = queries.listing([order.sort_key() for order in order_by or ()], only_published=False)
    allowed = Filter() if within is None else Filter().among("a.territory", "within", within)
    conditions = where.conditions() if where else queries.Conditions()
    lists = await lists_of(context)
    now = context.now if conditions.past is not None else None
    filtered = queries.narrowed(allowed, in_force(conditions, lists), now)
    return await owned_connection(
        context, listing, structure_id, filtered, arguments, lambda row: animation_of(row, lists), lists
    )


def in_force(conditions: queries.Conditions, lists: Lists) -> queries.Conditions:
    """Replace the codes of the conditions by today's terms, together with the codes that became them."""
    return replace(
        conditions,
        theme=lists.with_successors(TermKind.THEME, conditions.theme),
        type=lists.with_successors(TermKind.ANIMATION_TYPE, conditions.type),
        venue_type=lists.with_successors(TermKind.VENUE_TYPE, conditions.venue_type),
        audience=lists.with_successors(TermKind.AUDIENCE, conditions.audience),
    )
