"""Queries on strategies."""

from __future__ import annotations

from uuid import UUID

import strawberry

from api.core.context import Context, Info
from api.core.lists.checks import checked_texts, checked_uais, node_id
from api.core.lists.connections import connection, within_reach
from api.core.lists.paging import After, Before, Connection, First, Last, page_arguments
from api.core.past import AT, At, moment_of, past_of
from api.strategies.types import FOR_STRATEGIES, Strategy, load_strategy, strategy_of
from api.typology.territories_and_terms import check_territories, lists_of
from domain.kernel.rights import Action
from domain.strategies.transitions import StrategyStatus
from projections.strategies import queries


@strawberry.input(description="Narrows the strategies. All that is given must hold.")
class StrategyWhere:
    territory: list[str] | None = strawberry.field(default=None, description="Of any of these territories.")
    status: list[StrategyStatus] | None = strawberry.field(default=None, description="Any of these statuses.")
    school: list[str] | None = strawberry.field(default=None, description="Targeting any of these schools (UAI).")
    current: bool | None = strawberry.field(
        default=None, description="The last version of each territory (or all the versions that were replaced)."
    )

    def conditions(self) -> queries.Conditions:
        return queries.Conditions(
            territory=checked_texts(self.territory, "territory"),
            status=[status.value for status in self.status or ()],
            school=checked_uais(self.school, "school"),
            current=self.current,
        )


@strawberry.type
class StrategyQueries:
    @strawberry.field(description=f"One version of a strategy. {FOR_STRATEGIES} Null for others." + AT)
    async def strategy(self, info: Info, id: strawberry.ID, at: At | None = None) -> Strategy | None:
        strategy_id = node_id(id)
        if at is None:
            return await load_strategy(info.context, strategy_id)
        return await _strategy_at(info.context, strategy_id, at)

    @strawberry.field(
        description="The strategies that the asker may read, by territory, the last version first. For coordonnateurs"
        " (of their territories), the national team and auditors; FORBIDDEN for other roles."
    )
    async def strategies(
        self,
        info: Info,
        where: StrategyWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Strategy] | None:
        context, arguments = info.context, page_arguments(info, first, after, last, before)
        conditions = where.conditions() if where else queries.Conditions()
        await check_territories(context, conditions.territory)
        filtered = queries.narrowed(within_reach(context, Action.TERRITORY_READ, "g"), conditions)
        lists = await lists_of(context)
        return await connection(context, queries.LISTING, filtered, arguments, lambda row: strategy_of(row, lists))


async def _strategy_at(context: Context, strategy_id: UUID, at: At) -> Strategy | None:
    moment, now = await moment_of(context, at)
    if await load_strategy(context, strategy_id) is None:
        return None
    past = await past_of(context, moment, now, strategy_id, strategy_id)
    return await load_strategy(past, strategy_id)
