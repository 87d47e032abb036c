"""Queries on service dossiers."""

from __future__ import annotations

import strawberry

from api.core.context import Context, Info
from api.core.errors import invalid
from api.core.lists.checks import node_id
from api.core.lists.connections import connection, within_reach
from api.core.lists.paging import After, Before, Connection, First, Last, PageArguments, page_arguments
from api.core.past import AT, At
from api.service_dossiers.filters import ServiceDossierWhere
from api.service_dossiers.past import dossier_at
from api.service_dossiers.types import FOR_DOSSIERS, ServiceDossier, dossier_of, load_dossier
from api.structures.convention import load_convention
from api.structures.types import check_structure
from api.typology.territories_and_terms import check_territories, lists_of
from domain.kernel.rights import Action
from projections.service_dossiers import queries


@strawberry.type
class ServiceDossierQueries:
    @strawberry.field(description=f"One service dossier. {FOR_DOSSIERS} Null for others." + AT)
    async def service_dossier(self, info: Info, id: strawberry.ID, at: At | None = None) -> ServiceDossier | None:
        if at is not None:
            return await dossier_at(info.context, node_id(id), at)
        return await load_dossier(info.context, node_id(id))

    @strawberry.field(
        description="The service dossiers that the asker may read, the last opened first: a structure's own, those of a"
        " coordonnateur's territories, all for the national team and auditors; FORBIDDEN for other roles."
    )
    async def service_dossiers(
        self,
        info: Info,
        where: ServiceDossierWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ServiceDossier] | None:
        return await list_service_dossiers(info.context, where, page_arguments(info, first, after, last, before))


async def list_service_dossiers(
    context: Context, where: ServiceDossierWhere | None, arguments: PageArguments
) -> Connection[ServiceDossier]:
    """Return the dossiers that the asker may read. Raises FORBIDDEN for a role that may read none."""
    within = within_reach(context, Action.STRUCTURE_READ, "d")
    conditions = where.conditions() if where else queries.Conditions()
    await check_territories(context, conditions.territory)
    await check_structure(context, conditions.structure_id)
    convention_id = conditions.convention_id
    if convention_id is not None and await load_convention(context, convention_id) is None:
        message = "where.conventionId : aucune convention que vous pouvez lire n'a cet identifiant."
        raise invalid(message, "where", "conventionId")
    filtered = queries.narrowed(within, conditions)
    lists = await lists_of(context)
    return await connection(context, queries.LISTING, filtered, arguments, lambda row: dossier_of(row, lists))
