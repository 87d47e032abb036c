"""Queries on structures."""

from __future__ import annotations

import strawberry

from api.core.context import Context, Info
from api.core.errors import denied, invalid
from api.core.lists.checks import checked_text, checked_texts, node_id
from api.core.lists.connections import connection
from api.core.lists.paging import After, Before, Connection, First, Last, PageArguments, page_arguments
from api.core.past import AT, At
from api.structures.dues import LATE_AFTER
from api.structures.filters import StructureOrder, StructureWhere
from api.structures.past import structure_at
from api.structures.types import Structure, bounds, load_structure, load_structure_by_siret, structure_of
from api.typology.territories_and_terms import check_territories
from domain.kernel.identifiers import check_siret
from domain.kernel.rights import Action, scope_of
from projections.engine.paging import Filter
from projections.structures import queries


@strawberry.type
class StructureQueries:
    @strawberry.field(description="One structure, by its id or its SIRET: exactly one of them. Public." + AT)
    async def structure(
        self, info: Info, id: strawberry.ID | None = None, siret: str | None = None, at: At | None = None
    ) -> Structure | None:
        today = await _structure(info.context, id, siret)
        return today if at is None else await structure_at(info.context, today, at)

    @strawberry.field(description="The structures that have an account, by name. Public.")
    async def structures(
        self,
        info: Info,
        where: StructureWhere | None = None,
        order_by: StructureOrder | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Structure]:
        return await list_structures(info.context, where, order_by, page_arguments(info, first, after, last, before))


async def list_structures(
    context: Context, where: StructureWhere | None, order_by: StructureOrder | None, arguments: PageArguments
) -> Connection[Structure]:
    territory = checked_texts(where.territory, "territory") if where else None
    await check_territories(context, territory)
    filtered = queries.narrowed(territory, checked_text(where.text, "text") if where else None)
    if where is not None and (where.managed or where.owing is not None):
        filtered = _managed(context, filtered, where)
    if order_by is not StructureOrder.OWED:
        return await connection(context, queries.LISTING, filtered, arguments, structure_of)
    if where is None or not where.managed:
        raise invalid(
            "Ce que les structures doivent ne classe que celles de vos territoires : donnez managed.", "orderBy"
        )
    within = bounds(context.actor, Action.TERRITORY_READ)
    if within is None and not territory:
        # To count what each structure of the country owes takes as long as there are structures.
        return await connection(context, queries.LISTING, filtered, arguments, structure_of)
    filtered = queries.owed(filtered, within, context.now, context.now - LATE_AFTER)
    return await connection(context, queries.BY_OWED, filtered, arguments, structure_of)


def _managed(context: Context, filtered: Filter, where: StructureWhere) -> Filter:
    """Narrow to what the asker manages. Raises FORBIDDEN for whoever manages no territory."""
    if scope_of(context.actor, Action.TERRITORY_READ) is None:
        raise denied(context.actor)
    within = bounds(context.actor, Action.TERRITORY_READ)
    if within is not None:
        filtered = filtered.where("s.territories && %(managed)s", managed=within)
    return filtered if where.owing is None else queries.owing(filtered, where.owing, within, context.now)


async def _structure(context: Context, id: strawberry.ID | None, siret: str | None) -> Structure | None:
    if (id is None) == (siret is None):
        raise invalid("Indiquez id ou siret, l'un ou l'autre.", "id")
    if id is not None:
        return await load_structure(context, node_id(id))
    try:
        return await load_structure_by_siret(context, check_siret(siret or ""))
    except ValueError as error:
        raise invalid(f"siret : {error}.", "siret") from None
