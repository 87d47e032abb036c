"""Queries on animations: one, the public listing, those to publish, a structure's own, a territory's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import strawberry

from api.animations.filters import (
    COMING_FIRST,
    AnimationOrder,
    AnimationWhere,
    ManagedAnimationWhere,
    OwnAnimationWhere,
)
from api.animations.past import animation_at
from api.animations.types import Animation, animation_of, load_animation
from api.core.context import Context, Info
from api.core.lists.checks import check_codes, node_id
from api.core.lists.connections import connection, owned_connection
from api.core.lists.paging import After, Before, Connection, First, Last, PageArguments, page_arguments
from api.core.past import AT, At
from api.places.filters import communes_within
from api.structures.types import bounds, check_structure
from api.typology.territories_and_terms import Lists, lists_of
from domain.kernel.rights import Action
from domain.typology.typology import TermKind
from projections.animations import queries
from projections.animations.conditions import Conditions
from projections.engine.paging import Filter, Listing


@strawberry.type
class AnimationQueries:
    @strawberry.field(description=f"The public listing: published animations only, whoever asks. {COMING_FIRST}")
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
        description="Animations that wait for publication, the first declared first unless asked otherwise. For the"
        " national team; others: FORBIDDEN."
    )
    async def animations_to_publish(
        self,
        info: Info,
        where: ManagedAnimationWhere | None = None,
        order_by: list[AnimationOrder] | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Animation] | None:
        arguments = page_arguments(info, first, after, last, before)
        return await list_animations_to_publish(info.context, where, order_by, arguments)

    @strawberry.field(
        description="Animations in every status: those of a coordonnateur's territories, all for the national team and"
        f" auditors; FORBIDDEN for others. {COMING_FIRST}"
    )
    async def managed_animations(
        self,
        info: Info,
        where: ManagedAnimationWhere | None = None,
        order_by: list[AnimationOrder] | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Animation] | None:
        arguments = page_arguments(info, first, after, last, before)
        return await list_managed_animations(info.context, where, order_by, arguments)

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
    lists = await lists_of(context)
    conditions = await conditions_in_force(context, where)
    filtered = queries.listed(conditions, _minute_of(context, conditions))
    listing, filtered = _ordered(context, filtered, conditions, order_by, only_published=True)
    return await connection(context, listing, filtered, arguments, lambda row: animation_of(row, lists), lists)


async def animations_of_school(context: Context, uai: str, arguments: PageArguments) -> Connection[Animation]:
    """Return the published animations that name a school."""
    return await published_animations(context, AnimationWhere(school=[uai]), None, arguments)


async def list_animations_to_publish(
    context: Context,
    where: ManagedAnimationWhere | None,
    order_by: Sequence[AnimationOrder] | None,
    arguments: PageArguments,
) -> Connection[Animation]:
    """Return the animations to publish, oldest first unless an order is given."""
    lists = await lists_of(context)
    conditions = await conditions_in_force(context, where)
    filtered = queries.narrowed(queries.submitted(), conditions, instant_of(context, conditions))
    listing = queries.TO_PUBLISH
    if order_by:
        listing = queries.listing([order.sort_key() for order in order_by], only_published=False)
    return await connection(context, listing, filtered, arguments, lambda row: animation_of(row, lists), lists)


async def list_managed_animations(
    context: Context,
    where: ManagedAnimationWhere | None,
    order_by: Sequence[AnimationOrder] | None,
    arguments: PageArguments,
) -> Connection[Animation]:
    """Return the animations of the asker's territories, or of the country, in every status."""
    lists = await lists_of(context)
    conditions = await conditions_in_force(context, where)
    allowed = _within_territories(context)
    filtered = queries.counted(allowed, conditions, instant_of(context, conditions))
    listing, filtered = _ordered(context, filtered, conditions, order_by, only_published=False)
    return await connection(context, listing, filtered, arguments, lambda row: animation_of(row, lists), lists)


def _within_territories(context: Context) -> Filter:
    territories = bounds(context.actor, Action.TERRITORY_READ)
    if territories is None:
        return Filter()
    if len(territories) == 1:
        return Filter().among("a.territory", "within", territories)
    return Filter().each_of("a.territory", "%(within)s::text[]", within=territories)


async def own_animations(
    context: Context,
    structure_id: UUID,
    within: Sequence[str] | None,
    where: OwnAnimationWhere | None,
    order_by: Sequence[AnimationOrder] | None,
    arguments: PageArguments,
) -> Connection[Animation]:
    """Return a structure's animations in every status, limited to the territories `within` unless None."""
    lists = await lists_of(context)
    conditions = await conditions_in_force(context, where)
    allowed = Filter() if within is None else Filter().among("a.territory", "within", within)
    filtered = queries.narrowed(allowed, conditions, instant_of(context, conditions))
    listing, filtered = _ordered(context, filtered, conditions, order_by, only_published=False)
    return await owned_connection(
        context, listing, structure_id, filtered, arguments, lambda row: animation_of(row, lists), lists
    )


async def conditions_in_force(context: Context, where: AnimationWhere | OwnAnimationWhere | None) -> Conditions:
    """Return the conditions of a filter by today's terms. Raises INVALID for an unknown code or structure."""
    conditions = where.conditions() if where else Conditions()
    await check_structure(context, conditions.structure_id)
    return in_force(conditions, await lists_of(context))


def instant_of(context: Context, conditions: Conditions) -> datetime | None:
    """Return the instant that the conditions speak of, None for those that speak of none."""
    return context.now if conditions.follows_the_clock else None


def _minute_of(context: Context, conditions: Conditions) -> datetime | None:
    """Return the beginning of the minute that a public list is of: its answer can be kept until that ends, and what
    begins within it is still to come.
    """
    return context.minute if conditions.follows_the_clock else None


def _ordered(
    context: Context,
    filtered: Filter,
    conditions: Conditions,
    order_by: Sequence[AnimationOrder] | None,
    only_published: bool,
) -> tuple[Listing, Filter]:
    """Return the list in the order asked for; without one, and without a time asked for, what is to come leads."""
    if order_by or conditions.names_a_time:
        listing = queries.listing([order.sort_key() for order in order_by or ()], only_published)
    else:
        listing, filtered = queries.coming_first(filtered, context.minute)
    return listing, queries.planned(filtered, conditions, listing.orders)


def in_force(conditions: Conditions, lists: Lists) -> Conditions:
    """Replace the codes of the conditions by today's terms, together with the codes that became them.

    Raise INVALID for a code that never was one: it would filter everything away.
    """
    check_codes(lists.territories, conditions.territory, "territory")
    for kind, codes, field in (
        (TermKind.THEME, conditions.theme, "theme"),
        (TermKind.ANIMATION_TYPE, conditions.type, "type"),
        (TermKind.VENUE_TYPE, conditions.venue_type, "venueType"),
        (TermKind.AUDIENCE, conditions.audience, "audience"),
        (TermKind.ACCESSIBILITY, conditions.accessibility, "accessibility"),
    ):
        check_codes(lists.codes(kind), codes, field)
    return replace(
        conditions,
        commune=communes_within(conditions.commune, conditions.around),
        around=None,
        theme=lists.with_successors(TermKind.THEME, conditions.theme),
        type=lists.with_successors(TermKind.ANIMATION_TYPE, conditions.type),
        venue_type=lists.with_successors(TermKind.VENUE_TYPE, conditions.venue_type),
        audience=lists.with_successors(TermKind.AUDIENCE, conditions.audience),
        accessibility=lists.with_successors(TermKind.ACCESSIBILITY, conditions.accessibility),
        time_zones={each.time_zone for each in lists.named(conditions.territory or lists.territories)},
    )
