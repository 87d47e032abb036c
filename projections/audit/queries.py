"""Pages of the audit trail, found by the indexes of the log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.kernel.events import registered_events
from eventstore.seals import SEAL
from projections.audit.entries import NO_TERRITORY, RECORDED_DAY
from projections.engine.paging import Filter, Listing, Order, Source

_PERSONAL = ", ".join(f"'{topic}'" for topic, event in registered_events().items() if event.personal_fields)
#: When the key of the event's personal fields was destroyed; sealed texts begin with the id of their key.
_ERASED_AT = f"""
CASE WHEN t.type IN ({_PERSONAL}) THEN (SELECT min(k.erased_at)
    FROM regexp_matches(convert_from(t.state, 'UTF8'), '"{SEAL}([0-9a-f-]{{{{36}}}}):', 'g') AS sealed (with_key)
    JOIN person_keys k ON k.key_id = with_key[1]::uuid) END"""
SOURCE = Source(table="audit_trail", alias="t", shown=f", {_ERASED_AT} AS erased_at", owner="structure_id")


def source(columns: Collection[str]) -> Source:
    """Return `SOURCE` with these columns alone."""
    own = sorted({"structure_id", *columns} - {"erased_at"})
    shown = SOURCE.shown if "erased_at" in columns else ""
    return replace(SOURCE, own=", ".join(f"t.{name}" for name in own), shown=shown)


#: Conditions, an order and a limit may follow.
SELECT = f"SELECT t.*{SOURCE.shown} FROM {SOURCE.rows} WHERE "
#: The first event of each of these things.
FIRST_EVENTS = (
    "SELECT originator_id, state FROM stored_events WHERE originator_id = ANY(%(ids)s) AND originator_version = 1"
)
#: All of the log. What the read models have reached is a statement of its own, and PostgreSQL would charge it to each
#: day of a period: beside such a sum all plans look equally dear, those that read the whole log too.
_LOG = "FROM (SELECT notification_id AS position, event_time(state) AS recorded_at FROM stored_events) AS e"
ORDERS = (Order("position", "t.position", "bigint"),)
LISTING = Listing(SOURCE, ORDERS, source)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of a trail; None: no filter. Positions and instants: from included, before excluded.

    `structures` and `territories` are the limits of the actor's rights. A dossier's events are its own and those of its
    animations.
    """

    structures: Collection[UUID] | None = None
    territories: Collection[str] | None = None
    structure_id: UUID | None = None
    subject_ids: Collection[UUID] = ()
    dossier_id: UUID | None = None
    type: Collection[str] | None = None
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None
    position_from: int | None = None
    position_to: int | None = None

    @property
    def of_few(self) -> bool:
        """Return whether an index on one thing or one structure leaves so few rows that all can be read."""
        return bool(self.subject_ids or self.dossier_id or self.structure_id or self.structures is not None)


_ONE = {
    "structure_id": "t.structure_id = %(structure_id)s",
    "recorded_from": "t.recorded_at >= %(recorded_from)s",
    "recorded_before": "t.recorded_at < %(recorded_before)s",
    "position_from": "t.position >= %(position_from)s",
    "position_to": "t.position <= %(position_to)s",
}
_PERIOD = ("recorded_from", "recorded_before")
_OF_DOSSIER = """ARRAY(SELECT %(dossier_id)s::uuid UNION
SELECT unnest(animation_ids) FROM {service_dossiers} WHERE dossier_id = %(dossier_id)s)"""
#: In the collation of the trail's column, or its index would not apply.
_TERRITORIES = f"""ARRAY(SELECT code COLLATE "default" FROM {{territories}} UNION ALL SELECT '{NO_TERRITORY}')"""


def narrowed(conditions: Conditions) -> Filter:
    """Return the filter for these conditions, in a shape that an index answers."""
    filtered = Filter()
    for name, condition in _ONE.items():
        if (value := getattr(conditions, name)) is not None:
            filtered = filtered.where(condition, **{name: value})
    for place, subject in enumerate(conditions.subject_ids):
        filtered = filtered.where(f"t.subject_id = %(subject{place})s", **{f"subject{place}": subject})
    if conditions.dossier_id is not None:
        filtered = filtered.each_of("t.subject_id", _OF_DOSSIER, dossier_id=conditions.dossier_id)
    if conditions.of_few:
        return _of_few(filtered, conditions)
    return _between_positions(_of_territories_and_types(filtered, conditions), conditions)


def _of_few(filtered: Filter, conditions: Conditions) -> Filter:
    if conditions.structures is not None:
        filtered = filtered.among("t.structure_id", "structures", conditions.structures)
    if conditions.territories is not None:
        filtered = filtered.among("t.territory", "territories", conditions.territories)
    if conditions.type:
        filtered = filtered.among("t.type", "type", conditions.type)
    return filtered


def _of_territories_and_types(filtered: Filter, conditions: Conditions) -> Filter:
    """Filter by the index on (territory, type, position), with all territories or all types if there is no filter."""
    if conditions.territories is None and not conditions.type:
        return filtered
    if conditions.territories is None:
        filtered = filtered.each_of("t.territory", _TERRITORIES)
    else:
        filtered = filtered.each_of("t.territory", "%(territories)s::text[]", territories=list(conditions.territories))
    types = list(dict.fromkeys(conditions.type or registered_events()))
    return filtered.each_of("t.type", "%(type)s::text[]", type=types)


def _between_positions(filtered: Filter, conditions: Conditions) -> Filter:
    """Bound positions by the period, so that reading in log order begins and ends there.

    The log may go back in time (a season loaded later), so the first and the last position of the period in each of its
    days, by index, give the bounds.
    """
    if conditions.recorded_from is None and conditions.recorded_before is None:
        return filtered
    filtered = filtered.where(f"t.position >= {_bound('min', 'ASC', conditions)}")
    # Compare rows: with two bounds on one column PostgreSQL expects few rows and sorts them.
    return filtered.where(f"(t.position, 0) <= ({_bound('max', 'DESC', conditions)}, 0)")


def _bound(extreme: str, direction: str, conditions: Conditions) -> str:
    """Return SQL for the least or greatest position of the period's days, with one index look-up for each day."""
    first, last = f"(SELECT min({RECORDED_DAY}) {_LOG})", f"(SELECT max({RECORDED_DAY}) {_LOG})"
    if conditions.recorded_from is not None:
        first = f"greatest({first}, {RECORDED_DAY.replace('recorded_at', '%(recorded_from)s::timestamptz')})"
    if conditions.recorded_before is not None:
        last = f"least({last}, {RECORDED_DAY.replace('recorded_at', '%(recorded_before)s::timestamptz')})"
    within = [f"{RECORDED_DAY} = {first} + days"]
    within += [_ONE[name].replace("t.", "e.") for name in _PERIOD if getattr(conditions, name) is not None]
    edge = f"SELECT position {_LOG} WHERE {' AND '.join(within)} ORDER BY position {direction} LIMIT 1"
    days = f"generate_series(0, {last} - {first}) AS days"
    return f"(SELECT {extreme}(edge.position) FROM {days}, LATERAL ({edge}) AS edge)"
