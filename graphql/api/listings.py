"""The lists that pages are cut from, each within what the asker may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias
from uuid import UUID

from api.animations.types import Animation, animation_of
from api.audit.types import NOTHING_BESIDE, AuditEntry, entry_of
from api.controls.types import Control, control_of, visible
from api.core.base import (
    Ahead,
    Connection,
    asked_page,
    checked_text,
    checked_texts,
    connection,
    connections,
)
from api.core.context import Context
from api.core.errors import denied
from api.inputs import (
    AnimationOrder,
    AnimationWhere,
    AuditWhere,
    ControlWhere,
    OwnAnimationWhere,
    ServiceDossierWhere,
    StructureWhere,
)
from api.proof.types import Checkpoint, checkpoint_of
from api.service_dossiers.types import ServiceDossier, dossier_of
from api.structures.types import Structure, structure_of
from api.typology.territories_and_terms import Lists
from domain.kernel.rights import Action, Scope, scope_of
from domain.typology.typology import TermKind
from projections.animations import queries as animation_queries
from projections.audit import queries as audit_queries
from projections.controls import queries as control_queries
from projections.engine.paging import Filter
from projections.proof import queries as checkpoint_queries
from projections.service_dossiers import queries as dossier_queries
from projections.structures import queries as structure_queries

Size: TypeAlias = int | None
Cursor: TypeAlias = str | None


async def published_animations(
    context: Context,
    where: AnimationWhere | None,
    order_by: Sequence[AnimationOrder] | None,
    first: Size,
    after: Cursor,
    last: Size,
    before: Cursor,
    ahead: Ahead | None,
) -> Connection[Animation]:
    """The public listing: what is published, whoever asks."""
    orders = animation_queries.orders([order.named() for order in order_by or ()], only_published=True)
    asked = asked_page(context, orders, first, after, last, before)
    conditions = where.conditions() if where else animation_queries.Conditions()
    source = animation_queries.source(ahead and ahead.columns)

    lists = await context.lists()
    sought = in_force(conditions, lists)
    return await connection(
        context,
        source,
        animation_queries.listed(sought),
        orders,
        asked,
        lambda row: animation_of(row, lists),
        lists,
        animation_queries.listed_count(sought),
    )


async def animations_to_publish(
    context: Context, first: Size, after: Cursor, last: Size, before: Cursor
) -> Connection[Animation]:
    """What waits for the national team, oldest first. Raises FORBIDDEN for who may not publish everywhere."""
    if scope_of(context.actor, Action.ANIMATION_PUBLISH) is not Scope.ANYWHERE:
        raise denied(context.actor)
    orders = animation_queries.BY_DECLARATION
    asked = asked_page(context, orders, first, after, last, before)
    lists = await context.lists()
    return await connection(
        context,
        animation_queries.SOURCE,
        animation_queries.submitted(),
        orders,
        asked,
        lambda row: animation_of(row, lists),
        beside=lists,
    )


async def own_animations(
    context: Context,
    structure_id: UUID,
    within: Sequence[str] | None,
    where: OwnAnimationWhere | None,
    order_by: Sequence[AnimationOrder] | None,
    first: Size,
    after: Cursor,
    last: Size,
    before: Cursor,
    ahead: Ahead | None,
) -> Connection[Animation]:
    """A structure's animations in every status, in the territories `within` unless that is None."""
    orders = animation_queries.orders([order.named() for order in order_by or ()], only_published=False)
    asked = asked_page(context, orders, first, after, last, before)
    allowed = Filter() if within is None else Filter().among("a.territory", "within", within)
    conditions = where.conditions() if where else animation_queries.Conditions()

    source = animation_queries.source(ahead and ahead.columns)

    async def pages(structures: list[UUID]) -> list[Connection[Animation]]:
        lists = await context.lists()
        now = context.now if conditions.past is not None else None
        filtered = animation_queries.narrowed(allowed, in_force(conditions, lists), now)
        return await connections(
            context, structures, source, filtered, orders, asked, lambda row: animation_of(row, lists)
        )

    return await context.together(repr(("own", allowed, conditions, orders, asked, source)), structure_id, pages)


def in_force(conditions: animation_queries.Conditions, lists: Lists) -> animation_queries.Conditions:
    """The conditions in today's terms: what a code became is sought with it."""
    return replace(
        conditions,
        theme=lists.sought(TermKind.THEME, conditions.theme),
        type=lists.sought(TermKind.ANIMATION_TYPE, conditions.type),
        venue_type=lists.sought(TermKind.VENUE_TYPE, conditions.venue_type),
        audience=lists.sought(TermKind.AUDIENCE, conditions.audience),
    )


async def structures(
    context: Context, where: StructureWhere | None, first: Size, after: Cursor, last: Size, before: Cursor
) -> Connection[Structure]:
    orders = structure_queries.ORDERS
    asked = asked_page(context, orders, first, after, last, before)
    territory = checked_texts(where.territory, "territory") if where else None
    filtered = structure_queries.narrowed(territory, checked_text(where.text, "text") if where else None)
    return await connection(context, structure_queries.SOURCE, filtered, orders, asked, structure_of)


async def checkpoints(
    context: Context, first: Size, after: Cursor, last: Size, before: Cursor
) -> Connection[Checkpoint]:
    orders = checkpoint_queries.ORDERS
    asked = asked_page(context, orders, first, after, last, before)
    return await connection(context, checkpoint_queries.SOURCE, Filter(), orders, asked, checkpoint_of)


async def service_dossiers(
    context: Context, where: ServiceDossierWhere | None, first: Size, after: Cursor, last: Size, before: Cursor
) -> Connection[ServiceDossier]:
    """Those that the asker may read. Raises FORBIDDEN for a role that may read none."""
    within = _own(context, Action.STRUCTURE_READ, "d")
    orders = dossier_queries.ORDERS
    asked = asked_page(context, orders, first, after, last, before)
    conditions = where.conditions() if where else dossier_queries.Conditions()
    lists = await context.lists()
    filtered = dossier_queries.narrowed(within, conditions)
    return await connection(
        context, dossier_queries.SOURCE, filtered, orders, asked, lambda row: dossier_of(row, lists)
    )


async def controls(
    context: Context, where: ControlWhere | None, first: Size, after: Cursor, last: Size, before: Cursor
) -> Connection[Control]:
    """Those that the asker may read. Raises FORBIDDEN for a role that may read none."""
    if scope_of(context.actor, Action.CONTROL_READ) is None:
        raise denied(context.actor)
    orders = control_queries.ORDERS
    asked = asked_page(context, orders, first, after, last, before)
    filtered = visible(context.actor, where.conditions() if where else control_queries.Conditions())
    lists = await context.lists()
    return await connection(
        context, control_queries.SOURCE, filtered, orders, asked, lambda row: control_of(row, lists)
    )


async def audit_trail(
    context: Context, where: AuditWhere | None, first: Size, after: Cursor, last: Size, before: Cursor
) -> Connection[AuditEntry]:
    """Every event that the asker may see. Raises FORBIDDEN for a role that may see none."""
    filtered = audit_filter(context, where)
    orders = audit_queries.ORDERS
    asked = asked_page(context, orders, first, after, last, before)
    return await connection(context, audit_queries.SOURCE, filtered, orders, asked, entry_of, NOTHING_BESIDE)


def audit_filter(context: Context, where: AuditWhere | None) -> Filter:
    """The events that the asker may see, narrowed. Raises FORBIDDEN when there can be none."""
    actor, scope = context.actor, scope_of(context.actor, Action.AUDIT_READ)
    if scope is None:
        raise denied(actor)
    conditions = where.conditions() if where else audit_queries.Conditions()
    if scope is Scope.OWN_STRUCTURE:
        if conditions.structure_id not in (None, *actor.structures):
            raise denied(actor)
        conditions = replace(conditions, structures=sorted(actor.structures))
    if scope is Scope.OWN_TERRITORY:
        conditions = replace(conditions, territories=sorted(actor.territories))
    return audit_queries.narrowed(conditions)


async def timeline(
    context: Context,
    structure_id: UUID,
    first: Size,
    after: Cursor,
    last: Size,
    before: Cursor,
    ahead: Ahead | None,
) -> Connection[AuditEntry]:
    """What the asker may see of a structure's history."""
    orders = audit_queries.ORDERS
    asked = asked_page(context, orders, first, after, last, before)
    filtered = auditable(context)
    source = audit_queries.source(ahead and ahead.columns)

    async def pages(structures: list[UUID]) -> list[Connection[AuditEntry]]:
        return await connections(context, structures, source, filtered, orders, asked, entry_of)

    return await context.together(repr(("timeline", filtered, asked, source)), structure_id, pages)


def auditable(context: Context) -> Filter:
    """The events that the asker may see. Raises FORBIDDEN when there can be none."""
    return _own(context, Action.AUDIT_READ, "t")


def _own(context: Context, action: Action, alias: str) -> Filter:
    """Rows of the table called `alias` that the action reaches. Raises FORBIDDEN when there can be none."""
    actor = context.actor
    match scope_of(actor, action):
        case None:
            raise denied(actor)
        case Scope.OWN_STRUCTURE:
            return Filter().among(f"{alias}.structure_id", "own_structures", sorted(actor.structures))
        case Scope.OWN_TERRITORY:
            return Filter().among(f"{alias}.territory", "own_territories", sorted(actor.territories))
    return Filter()
