"""Pages of the audit trail: narrow rows found by index, each joined to the event as the log holds it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from projections.queries.paging import Filter, Order

SELECT = """
SELECT t.position, t.recorded_at, t.type, t.subject_id, t.structure_id, t.territory,
    e.originator_version, e.state, {cursor}
FROM {audit_trail} t JOIN stored_events e ON e.notification_id = t.position"""
COUNT = "SELECT count(*) AS total FROM {audit_trail} t WHERE "
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
        filtered = filtered.where("t.type = ANY(%(type)s)", type=list(conditions.type))
    return filtered
