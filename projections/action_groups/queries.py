"""Pages of action-research groups, and the names of their members."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from projections.engine.paging import Filter, Listing, Order, Source

SOURCE = Source(table="action_groups", alias="r")
#: The last opened first.
ORDERS = (Order("opened_at", "r.opened_at", "timestamptz", True), Order("id", "r.group_id", "uuid", True))
LISTING = Listing(SOURCE, ORDERS)
#: A group by its id; the condition of a filter follows.
BY_ID = f"SELECT r.* FROM {SOURCE.rows} WHERE r.group_id = %(id)s AND "
PEOPLE = "SELECT * FROM {action_group_people} WHERE member_id = ANY(%(ids)s)"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of groups; None or empty: no filter."""

    territory: Collection[str] | None = None
    status: Collection[str] | None = None


def narrowed(filtered: Filter, conditions: Conditions) -> Filter:
    for name in ("territory", "status"):
        if chosen := getattr(conditions, name):
            filtered = filtered.among(f"r.{name}", name, chosen)
    return filtered
