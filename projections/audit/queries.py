"""Pages of the audit trail: narrow rows found by index, each joined to the event as the log holds it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.kernel.events import registered_events
from eventstore.seals import SEAL
from projections.audit.read_model import NO_TERRITORY, RECORDED_DAY
from projections.engine.paging import Filter, Listing, Order, Source

_PERSONAL = ", ".join(f"'{topic}'" for topic, event in registered_events().items() if event.personal_fields)
#: When a key was destroyed that the event's personal fields are sealed with; what is sealed begins with its key's id.
_ERASED_AT = f"""
CASE WHEN t.type IN ({_PERSONAL}) THEN (SELECT min(k.erased_at)
    FROM regexp_matches(convert_from(e.state, 'UTF8'), '"{SEAL}([0-9a-f-]{{{{36}}}}):', 'g') AS sealed (with_key)
    JOIN person_keys k ON k.key_id = with_key[1]::uuid) END"""
#: What is told beside an entry's own columns, by the log.
_BESIDE = {"originator_version": "e.originator_version", "state": "e.state", "erased_at": _ERASED_AT}


def _beside(names: Iterable[str]) -> str:
    return "".join(f", {_BESIDE[name]} AS {name}" for name in names)


#: The trail with what the log holds.
SOURCE = Source(
    table="audit_trail",
    alias="t",
    shown=_beside(_BESIDE),
    joined="JOIN stored_events e ON e.notification_id = t.position",
    owner="structure_id",
)


def source(columns: Collection[str]) -> Source:
    """`SOURCE` with these columns alone."""
    own = sorted({"structure_id", *columns}.difference(_BESIDE))
    beside = [name for name in _BESIDE if name in columns]
    joined = SOURCE.joined if beside else ""
    return replace(SOURCE, own=", ".join(f"t.{name}" for name in own), shown=_beside(beside), joined=joined)


#: Conditions, an order and a limit may follow.
SELECT = f"SELECT t.*{SOURCE.shown} FROM {SOURCE.rows} {SOURCE.joined} WHERE "
_TRAIL = "FROM {audit_trail}"
ORDERS = (Order("position", "t.position", "bigint"),)
LISTING = Listing(SOURCE, ORDERS, source)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a trail is narrowed to; None: not by that. Positions and instants: from included, before excluded.

    `structures` and `territories` are those that the asker is bound to. A dossier's events are its own and those of the
    animations that it holds.
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
        """Whether an index on one thing, or on one structure, leaves so few rows that they can all be looked at."""
        return bool(self.subject_ids or self.dossier_id or self.structure_id or self.structures is not None)


_ONE = {
    "structure_id": "t.structure_id = %(structure_id)s",
    "recorded_from": "t.recorded_at >= %(recorded_from)s",
    "recorded_before": "t.recorded_at < %(recorded_before)s",
    "position_from": "t.position >= %(position_from)s",
    "position_to": "t.position <= %(position_to)s",
}
_OF_DOSSIER = """ARRAY(SELECT %(dossier_id)s::uuid UNION
SELECT unnest(animation_ids) FROM {service_dossiers} WHERE dossier_id = %(dossier_id)s)"""
#: In the collation of the trail's own column: an index of another one does not answer.
_TERRITORIES = f"""ARRAY(SELECT code COLLATE "default" FROM {{territories}} UNION ALL SELECT '{NO_TERRITORY}')"""


def narrowed(conditions: Conditions) -> Filter:
    """The trail under these conditions, in the shape that an index answers."""
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
    """By the index on (territory, type, position): all territories, or all types, where it is not narrowed to some."""
    if conditions.territories is None and not conditions.type:
        return filtered
    if conditions.territories is None:
        filtered = filtered.each_of("t.territory", _TERRITORIES)
    else:
        filtered = filtered.each_of("t.territory", "%(territories)s::text[]", territories=list(conditions.territories))
    types = list(dict.fromkeys(conditions.type or registered_events()))
    return filtered.each_of("t.type", "%(type)s::text[]", type=types)


def _between_positions(filtered: Filter, conditions: Conditions) -> Filter:
    """Instants as positions too: reading in log order then begins and ends at the period instead of passing through.

    The log may go back in time (a season loaded later): the first position of each day tells, by index, where to begin,
    the last where to end.
    """
    if conditions.recorded_from is not None:
        filtered = filtered.where(f"t.position >= {_bound('min', 'ASC', conditions)}")
    if conditions.recorded_before is not None:
        # As rows: PostgreSQL takes two bounds on one column to leave next to nothing, and sorts what there is.
        filtered = filtered.where(f"(t.position, 0) <= ({_bound('max', 'DESC', conditions)}, 0)")
    return filtered


def _bound(extreme: str, direction: str, conditions: Conditions) -> str:
    """The least or greatest position of the period's days: a look into the index for each of them."""
    first, last = f"(SELECT min({RECORDED_DAY}) {_TRAIL})", f"(SELECT max({RECORDED_DAY}) {_TRAIL})"
    if conditions.recorded_from is not None:
        first = f"greatest({first}, {RECORDED_DAY.replace('recorded_at', '%(recorded_from)s::timestamptz')})"
    if conditions.recorded_before is not None:
        last = f"least({last}, {RECORDED_DAY.replace('recorded_at', '%(recorded_before)s::timestamptz')})"
    edge = f"SELECT position {_TRAIL} WHERE {RECORDED_DAY} = {first} + days ORDER BY position {direction} LIMIT 1"
    days = f"generate_series(0, {last} - {first}) AS days"
    return f"(SELECT {extreme}(edge.position) FROM {days}, LATERAL ({edge}) AS edge)"
