"""Queries on action-research groups."""

from __future__ import annotations

import strawberry

from api.action_groups.types import FOR_GROUPS, ActionGroup, group_of, load_group
from api.core.context import Info
from api.core.lists.checks import checked_texts, node_id
from api.core.lists.connections import connection, within_reach
from api.core.lists.paging import After, Before, Connection, First, Last, page_arguments
from api.typology.territories_and_terms import check_territories, lists_of
from domain.action_groups.transitions import ActionGroupStatus
from domain.kernel.rights import Action
from projections.action_groups import queries


@strawberry.input(description="Narrows the groups. All that is given must hold.")
class ActionGroupWhere:
    territory: list[str] | None = strawberry.field(default=None, description="Of any of these territories.")
    status: list[ActionGroupStatus] | None = strawberry.field(default=None, description="Any of these statuses.")

    def conditions(self) -> queries.Conditions:
        return queries.Conditions(
            territory=checked_texts(self.territory, "territory"),
            status=[status.value for status in self.status or ()],
        )


@strawberry.type
class ActionGroupQueries:
    @strawberry.field(description=f"One action-research group. {FOR_GROUPS} Null for others.")
    async def action_group(self, info: Info, id: strawberry.ID) -> ActionGroup | None:
        return await load_group(info.context, node_id(id))

    @strawberry.field(
        description=f"The action-research groups, the last opened first. {FOR_GROUPS} FORBIDDEN for other roles."
    )
    async def action_groups(
        self,
        info: Info,
        where: ActionGroupWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[ActionGroup] | None:
        context, arguments = info.context, page_arguments(info, first, after, last, before)
        conditions = where.conditions() if where else queries.Conditions()
        await check_territories(context, conditions.territory)
        filtered = queries.narrowed(within_reach(context, Action.TERRITORY_READ, "r"), conditions)
        lists = await lists_of(context)
        return await connection(context, queries.LISTING, filtered, arguments, lambda row: group_of(row, lists))
