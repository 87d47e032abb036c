"""Pages of strategies, and which schools they target."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from domain.strategies.transitions import StrategyStatus
from projections.engine.paging import Filter, Listing, Order, Source

SOURCE = Source(table="strategies", alias="g")
#: By territory, the last version first.
ORDERS = (
    Order("territory", "g.territory", "text"),
    Order("edition", "-g.edition", "integer"),
    Order("id", "g.strategy_id", "uuid"),
)
LISTING = Listing(SOURCE, ORDERS)
#: Of those that a filter admits.
BY_ID = f"SELECT g.* FROM {SOURCE.rows} WHERE g.strategy_id = %(id)s AND "
#: The schools among these that the last version of their territory's strategy targets.
TARGETED = "SELECT uai FROM {target_schools} WHERE uai = ANY(%(uais)s) AND targeted > 0"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of strategies; None or empty: no filter."""

    territory: Collection[str] | None = None
    status: Collection[str] | None = None
    school: Collection[str] | None = None
    current: bool | None = None


def narrowed(filtered: Filter, conditions: Conditions) -> Filter:
    for name in ("territory", "status"):
        if chosen := getattr(conditions, name):
            filtered = filtered.among(f"g.{name}", name, chosen)
    if conditions.school:
        filtered = filtered.where("g.target_schools && %(school)s::text[]", school=list(conditions.school))
    if conditions.current is not None:
        operator = "<>" if conditions.current else "="
        filtered = filtered.where(f"g.status {operator} '{StrategyStatus.SUPERSEDED.value}'")
    return filtered
