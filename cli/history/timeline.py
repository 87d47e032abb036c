"""A history made readable: for each event, when and where, who, what in French words, and the values that are new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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

#: Fields that lead elsewhere, or that the reader sees already.
_NOT_TOLD = frozenset({"structure_id", "person_id", "time_zone", "changed"})
#: Words about one event, which do not take the place of those about another.
_OF_ONE_EVENT = frozenset({"reason", "comment"})
_TERM_FIELDS: Mapping[str, TermKind] = {
    "themes": TermKind.THEME,
    "type": TermKind.ANIMATION_TYPE,
    "venue_type": TermKind.VENUE_TYPE,
    "audience": TermKind.AUDIENCE,
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
    """Puts a mark in the place of every personal value: they are read neither in clear nor as ciphertext."""

    def __init__(self, conn: Conn, records: Iterable[Recorded]) -> None:
        keys = sealed_with(records)
        self._erased = {str(key_id) for (key_id,) in conn.execute(_ERASED, (keys,)).fetchall()} if keys else set()

    def values(self, record: Recorded) -> dict[str, Any]:
        """The event's own fields."""
        event = record.event
        told = {name: getattr(event, name) for name in type(event).model_fields}
        return told | self._marks(event)

    def as_json(self, record: Recorded) -> dict[str, Any]:
        """The same for a program: values as the log keeps them."""
        event = record.event
        return event.model_dump(mode="json") | self._marks(event)

    def masked(self, record: Recorded) -> Recorded:
        """The record with the marks in its event."""
        event = record.event
        marks = {
            name: (mark,) if isinstance(getattr(event, name), tuple) else mark
            for name, mark in self._marks(event).items()
        }
        return replace(record, event=event.model_copy(update=marks)) if marks else record

    def _marks(self, event: Event) -> dict[str, str]:
        """What stands for each personal field that says something, whether sealed or, long ago, recorded in clear."""
        said = (name for name in event.personal_fields if getattr(event, name))
        return {name: self._mark(getattr(event, name)) for name in said}

    def _mark(self, value: str | tuple[str, ...]) -> str:
        keys = key_names(value)
        return ERASED if any(key in self._erased for key in keys) else PERSONAL


@dataclass(slots=True)
class WordsOfTheDay:
    """The labels of terms as they stood at a position: history keeps its words, whatever they became since."""

    typology: Sequence[Recorded]

    def term(self, kind: TermKind, code: str, position: int) -> str:
        label = None
        for record in self.typology:
            fact = record.event
            if record.position > position:
                break
            if isinstance(fact, TermAdded | TermRenamed) and (fact.kind, fact.code) == (kind, code):
                label = fact.label
        return code if label is None else label


@dataclass(slots=True)
class Timeline:
    """Turns a history's records, in order, into entries."""

    conn: Conn
    privacy: Privacy
    words: WordsOfTheDay
    _latest: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    _titles: dict[UUID, str] = field(default_factory=dict)

    @classmethod
    def open(cls, conn: Conn, records: Sequence[Recorded]) -> Timeline:
        return cls(conn, Privacy(conn, records), WordsOfTheDay(read_stream(conn, TYPOLOGY_ID)))

    def entries(self, records: Iterable[Recorded]) -> Iterator[Entry]:
        zone = lru_cache(maxsize=None)(self._zone)
        for record in records:
            stamp = record.stamp
            yield Entry(
                position=record.position,
                stream=record.originator_id,
                when=stamp.recorded_at.astimezone(zone(stamp.territory)).strftime("%Y-%m-%d %H:%M:%S %z"),
                who=f"{stamp.actor} ({ROLES[stamp.role]})",
                what=record.event.sentence,
                about=self._about(record),
                details=list(self._details(record)),
            )

    def told(self, name: str, value: Any, position: int, territory: str | None) -> str:
        """A value of a row for a person: terms by their words at the position, instants by the territory's clocks."""
        if isinstance(value, datetime):
            value = value.astimezone(self._zone(territory))
        return self._said(name, tuple(value) if isinstance(value, list) else value, position)

    def _zone(self, territory: str | None) -> ZoneInfo:
        """The clocks of the territory; of Paris, where an event belongs to none."""
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
        changed = _changed(event, values, before)
        for name, value in values.items():
            if name in _NOT_TOLD or name not in changed:
                continue
            said = self._said(name, value, record.position)
            if name in before and before[name] != value:
                said = f"{self._said(name, before[name], record.position)} → {said}"
            yield FIELDS[name], said
        lasting = {name: value for name, value in values.items() if name not in _OF_ONE_EVENT}
        self._latest[record.originator_id] = before | lasting

    def _said(self, name: str, value: Any, position: int) -> str:
        kind = _TERM_FIELDS.get(name)
        if kind is None or value is None:
            return in_french(value)
        codes = value if isinstance(value, tuple) else (value,)
        return " ; ".join(self.words.term(kind, code, position) for code in codes)


def _changed(event: Event, values: Mapping[str, Any], before: Mapping[str, Any]) -> set[str]:
    """The fields worth telling: those that an event calls changed, or those that say something else than before."""
    named: tuple[str, ...] | None = getattr(event, "changed", None)
    if named is not None:
        return set(named)
    return {name for name, value in values.items() if value not in (None, (), False) and before.get(name) != value}
