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
#: In force: the last version of its territory's strategy that was adopted. One that waits to be adopted moves nothing.
IN_FORCE = """g.adopted_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM {strategies} later
    WHERE later.territory = g.territory AND later.edition > g.edition AND later.adopted_at IS NOT NULL)"""
TARGETS = f"SELECT unnest(g.target_schools) AS uai FROM {{strategies}} g WHERE {IN_FORCE}"
#: The schools among these that are targeted.
TARGETED = f"SELECT uai FROM ({TARGETS}) targets WHERE uai = ANY(%(uais)s)"
#: Those that any version names which is in force, or waits to be adopted.
NAMED = f"""
SELECT unnest(g.target_schools) AS uai FROM {{strategies}} g
WHERE g.status <> '{StrategyStatus.SUPERSEDED.value}' OR ({IN_FORCE})"""


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
