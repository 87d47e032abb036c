"""Pages of the audit trail: narrow rows found by index, each joined to the event as the log holds it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from projections.queries.paging import Filter, Order, Source

#: The trail with what the log holds.
SOURCE = Source(
    table="audit_trail",
    alias="t",
    shown=", e.originator_version, e.state",
    joined="JOIN stored_events e ON e.notification_id = t.position",
    owner="structure_id",
)
#: Conditions, an order and a limit may follow.
SELECT = f"SELECT t.*{SOURCE.shown} FROM {SOURCE.rows} {SOURCE.joined} WHERE "
ORDERS = (Order("position", "t.position", "bigint"),)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a trail is narrowed to; None: not by that. Positions and instants: from included, before excluded."""

    structure_id: UUID | None = None
    subject_ids: Collection[UUID] = ()
    type: Collection[str] | None = None
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None
    position_from: int | None = None
    position_to: int | None = None


_ONE = {
    "structure_id": "t.structure_id = %(structure_id)s",
    "recorded_from": "t.recorded_at >= %(recorded_from)s",
    "recorded_before": "t.recorded_at < %(recorded_before)s",
    "position_from": "t.position >= %(position_from)s",
    "position_to": "t.position <= %(position_to)s",
}


def narrowed(filtered: Filter, conditions: Conditions) -> Filter:
    """`filtered` and these conditions."""
    for name, condition in _ONE.items():
        if (value := getattr(conditions, name)) is not None:
            filtered = filtered.where(condition, **{name: value})
    for place, subject in enumerate(conditions.subject_ids):
        filtered = filtered.where(f"t.subject_id = %(subject{place})s", **{f"subject{place}": subject})
    if conditions.type:
        filtered = filtered.among("t.type", "type", conditions.type)
    if conditions.structure_id is None and not conditions.subject_ids:
        filtered = _between_positions(filtered, conditions)
    return filtered


def _between_positions(filtered: Filter, conditions: Conditions) -> Filter:
    """Instants as positions too: reading in log order then begins and ends at the period instead of passing through.

    Without the `+ 0` the planner finds the least position by passing through as well.
    """
    period = Filter()
    for name in ("recorded_from", "recorded_before"):
        if getattr(conditions, name) is not None:
            period = period.where(_ONE[name].removeprefix("t."))
    if not period.conditions:
        return filtered
    bound = f"FROM {{audit_trail}} WHERE {period.clause}"
    return filtered.where(f"t.position >= (SELECT min(position + 0) {bound})").where(
        f"t.position <= (SELECT max(position + 0) {bound})"
    )
