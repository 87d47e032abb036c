"""Pages of sampled controls, the dossiers that one draws from, and what was judged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from projections.engine.paging import Filter, Listing, Order, Source

SOURCE = Source(table="controls", alias="c")
#: The last opened first.
ORDERS = (Order("opened_at", "c.opened_at", "timestamptz", True), Order("id", "c.control_id", "uuid", True))
LISTING = Listing(SOURCE, ORDERS)
#: A control by its id; the condition of a filter follows.
BY_ID = f"SELECT c.* FROM {SOURCE.rows} WHERE c.control_id = %(id)s AND "
#: The judgements on the dossiers that the asker sees.
JUDGED = "SELECT * FROM {control_pieces} WHERE control_id = ANY(%(controls)s) AND dossier_id = ANY(%(dossiers)s)"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of controls; None or empty: no filter."""

    status: Collection[str] | None = None
    territory: Collection[str] | None = None
    dossier_id: UUID | None = None


def drawing(dossiers: Filter, conditions: Conditions) -> Filter:
    """Return the filter for controls that drew any of `dossiers` (conditions on `d`; none: all controls)."""
    filtered = Filter()
    if conditions.dossier_id is not None:
        # A dossier that the actor may not see finds no control.
        dossiers = dossiers.where("d.dossier_id = %(dossier_id)s", dossier_id=conditions.dossier_id)
    if dossiers.conditions:
        any_of_them = f"SELECT d.dossier_id FROM {{service_dossiers}} d WHERE {dossiers.clause}"
        filtered = filtered.where(f"c.drawn && ARRAY({any_of_them})", **dossiers.params)
    for name in ("status", "territory"):
        if chosen := getattr(conditions, name):
            filtered = filtered.among(f"c.{name}", name, chosen)
    return filtered
