"""Judge each stored event by itself: is it one that this system recorded, in a place where it can stand?

Its authenticator is valid, its version follows the one before in its stream, its state can be read by its schema, and
its position is one at which somebody reads it. Nothing here relies on what PostgreSQL was told to refuse: a constraint
can be dropped by whoever may write everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from psycopg import Connection

from eventstore.authenticators import EventKeys, is_authentic
from eventstore.log_table import has_authenticators
from eventstore.records import UnreadableEvent, decode

Conn = Connection[Any]

#: Rows that are fetched at once: some megabytes.
_AT_ONCE = 2_000
#: There may be many events at unread positions: the first ones tell enough.
MOST_BELOW = 50

BARE = "carry no authenticator: this system did not record them"
UNFIT = "carry authenticators that do not fit: they were not recorded like this, or under another key"

_ROWS = """
SELECT e.notification_id, e.originator_id, e.originator_version, e.topic, e.state, {own},
    before.notification_id, {before}
FROM stored_events AS e LEFT JOIN stored_events AS before
    ON before.originator_id = e.originator_id AND before.originator_version = e.originator_version - 1
WHERE e.notification_id > %s AND e.notification_id <= %s ORDER BY e.notification_id"""
_BELOW = """
SELECT notification_id, originator_id, originator_version FROM stored_events
WHERE notification_id < 1 OR notification_id IS NULL ORDER BY notification_id, 2, 3 LIMIT %s"""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as stored, with what is stored of the version before; whatever may be missing is None."""

    position: int
    stream: UUID
    version: int
    topic: str | None
    state: bytes | None
    authenticator: bytes | None
    position_before: int | None
    authenticator_before: bytes | None


@dataclass(frozen=True, slots=True)
class Defect:
    """Why an event cannot be one that this system recorded. `position` is None where it has none.

    `of_many` says it of several events in a row, for a reason that many have.
    """

    position: int | None
    reason: str
    of_many: str | None = None

    def __str__(self) -> str:
        place = "an event without a position" if self.position is None else f"position {self.position}"
        return f"{place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class EventJudge:
    """`start` is the position of the last event that was stored before there were authenticators."""

    keys: EventKeys
    start: int = 0

    def defect(self, event: Event) -> Defect | None:
        """Return what is wrong with the event, the most telling first."""
        topic, state = event.topic, event.state
        if topic is None or state is None:
            return Defect(event.position, f"it has no {'topic' if topic is None else 'state'}")
        if event.position > self.start and not self.is_authentic(event):
            return _unauthentic(event)
        reason = _misplaced(event) or _unreadable(event, topic, state)
        return None if reason is None else Defect(event.position, reason)

    def is_authentic(self, event: Event) -> bool:
        if event.topic is None or event.state is None:
            return False
        row = event.stream, event.version, event.topic, event.state
        return is_authentic(self.keys.at(event.position), row, event.authenticator_before, event.authenticator)


def _unauthentic(event: Event) -> Defect:
    name, gap = f"version {event.version} of {event.stream} ({event.topic})", _misplaced(event)
    if event.authenticator is None:
        also, many = (f"; {gap}", None) if gap else ("", BARE)
        return Defect(event.position, f"{name} carries no authenticator: this system did not record it{also}", many)
    if gap:
        # Also why its authenticator does not fit: it was made over that of the version before.
        return Defect(event.position, gap)
    reason = f"{name} carries an authenticator that does not fit: it was not recorded like this, or under another key"
    return Defect(event.position, reason, UNFIT)


def _misplaced(event: Event) -> str | None:
    if event.version < 1:
        return f"it is version {event.version} of {event.stream}, and versions begin at 1"
    if event.version == 1:
        return None
    before = f"it is version {event.version} of {event.stream}, and version {event.version - 1}"
    if event.position_before is None:
        return f"{before} is missing"
    if event.position_before >= event.position:
        return f"{before} comes after it, at position {event.position_before}"
    return None


def _unreadable(event: Event, topic: str, state: bytes) -> str | None:
    try:
        decode(event.position, event.stream, event.version, topic, state)
    except UnreadableEvent as error:
        return str(error)
    return None


def read_events(conn: Conn, after: int, until: int) -> Iterator[Event]:
    """Yield the events after position `after` up to `until`, in log order. Memory stays flat."""
    # A log of an older version has no such column, and who writes everything may drop it.
    names = ("e.authenticator", "before.authenticator") if has_authenticators(conn) else ("NULL", "NULL")
    query = _ROWS.format(own=names[0], before=names[1])
    with conn.transaction(), conn.cursor("events_to_judge", binary=True) as cursor:
        cursor.itersize = _AT_ONCE
        for row in cursor.execute(query.encode(), (after, until)):
            yield Event(*row)


def below(conn: Conn) -> list[Defect]:
    """Return events at positions below 1, or without one, which commands would obey and no reader sees."""
    return [
        Defect(position, f"version {version} of {stream} stands where nobody reads: positions begin at 1")
        for position, stream, version in conn.execute(_BELOW, (MOST_BELOW,), prepare=True).fetchall()
    ]


def defects(conn: Conn, judge: EventJudge, after: int, until: int, most: int) -> list[Defect]:
    """Return the first defects of the log, those below position 1 first."""
    judged = iter(map(judge.defect, read_events(conn, after, until)))
    return [*below(conn), *islice((defect for defect in judged if defect is not None), most)]
