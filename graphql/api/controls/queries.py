"""Queries on sampled controls."""

from __future__ import annotations

import strawberry

from api.controls.filters import ControlWhere
from api.controls.types import FOR_CONTROLS, Control, control_of, load_control, visible
from api.core.context import Context, Info
from api.core.errors import invalid
from api.core.lists.checks import node_id
from api.core.lists.connections import connection
from api.core.lists.paging import After, Before, Connection, First, Last, PageArguments, page_arguments
from api.service_dossiers.types import load_dossier
from api.typology.territories_and_terms import check_territories, lists_of
from projections.controls import queries


@strawberry.type
class ControlQueries:
    @strawberry.field(description=f"One sampled control. {FOR_CONTROLS} Null for others.")
    async def control(self, info: Info, id: strawberry.ID) -> Control | None:
        return await load_control(info.context, node_id(id))

    @strawberry.field(
        description=f"The sampled controls that the asker may read, the last opened first. {FOR_CONTROLS} FORBIDDEN for"
        " other roles."
    )
    async def controls(
        self,
        info: Info,
        where: ControlWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Control] | None:
        return await list_controls(info.context, where, page_arguments(info, first, after, last, before))


async def list_controls(context: Context, where: ControlWhere | None, arguments: PageArguments) -> Connection[Control]:
    """Return the controls that the asker may read."""
    conditions = where.conditions() if where else queries.Conditions()
    filtered = visible(context.actor, conditions)
    await check_territories(context, conditions.territory)
    if conditions.dossier_id is not None and await load_dossier(context, conditions.dossier_id) is None:
        message = "where.dossierId : aucun dossier que vous pouvez lire n'a cet identifiant."
        raise invalid(message, "where", "dossierId")
    lists = await lists_of(context)
    return await connection(context, queries.LISTING, filtered, arguments, lambda row: control_of(row, lists))
