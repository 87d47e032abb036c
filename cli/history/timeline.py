"""Make a history readable: when, where, who, what in French words, and the new values of each event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from application.papers.words import ROLES
from cli.composition import Conn
from cli.history.french import FIELDS, in_french
from domain.kernel.events import Event
from domain.kernel.identifiers import TYPOLOGY_ID, territory_id
from domain.typology.territory import TerritoryJoined
from domain.typology.typology import TermAdded, TermKind, TermRenamed
from eventstore.log import read_stream
from eventstore.records import Recorded
from eventstore.seals import key_names, sealed_with

PERSONAL = "[personal]"
ERASED = "[erased]"

#: Fields that point elsewhere, or repeat what the reader sees already.
_HIDDEN_FIELDS = frozenset({"structure_id", "person_id", "time_zone", "changed"})
#: Fields about a single event, which do not replace those of an earlier event.
_EVENT_FIELDS = frozenset({"reason", "comment"})
_TERM_FIELDS: Mapping[str, TermKind] = {
    "themes": TermKind.THEME,
    "type": TermKind.ANIMATION_TYPE,
    "venue_type": TermKind.VENUE_TYPE,
    "audience": TermKind.AUDIENCE,
    "accessibility": TermKind.ACCESSIBILITY,
}
_ERASED = "SELECT key_id FROM person_keys WHERE erased_at IS NOT NULL AND key_id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event for a person to read. `details` are (field, value) pairs in French."""

    position: int
    stream: UUID
    when: str
    who: str
    what: str
    about: str
    details: Sequence[tuple[str, str]]


class Privacy:
    """Replaces every personal value by a mark, showing neither clear text nor ciphertext."""

    def __init__(self, conn: Conn, records: Iterable[Recorded]) -> None:
        keys = sealed_with(records)
        self._erased = {str(key_id) for (key_id,) in conn.execute(_ERASED, (keys,)).fetchall()} if keys else set()

    def values(self, record: Recorded) -> dict[str, Any]:
        """Return the event's own fields."""
        event = record.event
        return {name: getattr(event, name) for name in type(event).model_fields} | self._marks(event)

    def as_json(self, record: Recorded) -> dict[str, Any]:
        """Return the fields as the log stores them, for programs."""
        event = record.event
        return event.model_dump(mode="json") | self._marks(event)

    def masked(self, record: Recorded) -> Recorded:
        """Return the record with the marks in its event."""
        event = record.event
        marks = {
            name: (mark,) if isinstance(getattr(event, name), tuple) else mark
            for name, mark in self._marks(event).items()
        }
        return record._replace(event=event.model_copy(update=marks)) if marks else record

    def _marks(self, event: Event) -> dict[str, str]:
        """Return a mark for each personal field that is set, sealed or (in old events) in clear."""
        return {name: self._mark(value) for name in event.personal_fields if (value := getattr(event, name))}

    def _mark(self, value: str | tuple[str, ...]) -> str:
        keys = key_names(value)
        return ERASED if any(key in self._erased for key in keys) else PERSONAL


@dataclass(slots=True)
class WordsOfTheDay:
    """The labels of terms as they were at a position of the log."""

    typology: Sequence[Recorded]

    def term(self, kind: TermKind, code: str, position: int) -> str:
        label = None
        for record in self.typology:
            event = record.event
            if record.position > position:
                break
            if isinstance(event, TermAdded | TermRenamed) and (event.kind, event.code) == (kind, code):
                label = event.label
        return code if label is None else label


@dataclass(slots=True)
class Timeline:
    """Turns a history's records, in order, into entries."""

    conn: Conn
    privacy: Privacy
    words: WordsOfTheDay
    #: From an actor and their role to a name.
    name_of: Callable[[str, str], str]
    _latest: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    _titles: dict[UUID, str] = field(default_factory=dict)

    @classmethod
    def open(cls, conn: Conn, records: Sequence[Recorded], name_of: Callable[[str, str], str]) -> Timeline:
        return cls(conn, Privacy(conn, records), WordsOfTheDay(read_stream(conn, TYPOLOGY_ID)), name_of)

    def entries(self, records: Iterable[Recorded]) -> Iterator[Entry]:
        zone = lru_cache(maxsize=None)(self._zone)
        for record in records:
            stamp = record.stamp
            yield Entry(
                position=record.position,
                stream=record.originator_id,
                when=stamp.recorded_at.astimezone(zone(stamp.territory)).strftime("%Y-%m-%d %H:%M:%S %z"),
                who=f"{self.name_of(stamp.actor, stamp.role)} ({ROLES[stamp.role]})",
                what=record.event.sentence,
                about=self._about(record),
                details=list(self._details(record)),
            )

    def display(self, name: str, value: Any, position: int, territory: str | None) -> str:
        """Return a value for a person: terms in the words of that position, instants in the territory's time."""
        if isinstance(value, datetime):
            value = value.astimezone(self._zone(territory))
        return self._format(name, tuple(value) if isinstance(value, list) else value, position)

    def _zone(self, territory: str | None) -> ZoneInfo:
        """Return the territory's time zone, or that of Paris if there is no territory."""
        joined = read_stream(self.conn, territory_id(territory)) if territory else []
        fact = joined[0].event if joined else None
        return ZoneInfo(fact.time_zone if isinstance(fact, TerritoryJoined) else "Europe/Paris")

    def _about(self, record: Recorded) -> str:
        kind = record.event.topic.partition(".")[0]
        # A structure's name may be a person's.
        title = getattr(record.event, "siret" if kind == "structure" else "title", None)
        if title is not None:
            self._titles[record.originator_id] = f"« {in_french(title)} »"
        return " ".join(filter(None, (kind, self._titles.get(record.originator_id), str(record.originator_id))))

    def _details(self, record: Recorded) -> Iterator[tuple[str, str]]:
        event, values = record.event, self.privacy.values(record)
        before = self._latest.get(record.originator_id, {})
        changed = _changed_fields(event, values, before)
        for name, value in values.items():
            if name in _HIDDEN_FIELDS or name not in changed:
                continue
            text = self._format(name, value, record.position)
            if name in before and before[name] != value:
                text = f"{self._format(name, before[name], record.position)} → {text}"
            yield FIELDS[name], text
        lasting = {name: value for name, value in values.items() if name not in _EVENT_FIELDS}
        self._latest[record.originator_id] = before | lasting

    def _format(self, name: str, value: Any, position: int) -> str:
        kind = _TERM_FIELDS.get(name)
        if kind is None or value is None:
            return in_french(value)
        codes = value if isinstance(value, tuple) else (value,)
        return " ; ".join(self.words.term(kind, code, position) for code in codes)


def _changed_fields(event: Event, values: Mapping[str, Any], before: Mapping[str, Any]) -> set[str]:
    """Return the fields worth showing: those an event lists as changed, else those that differ from before."""
    listed: tuple[str, ...] | None = getattr(event, "changed", None)
    if listed is not None:
        return set(listed)
    return {name for name, value in values.items() if value not in (None, (), False) and before.get(name) != value}
