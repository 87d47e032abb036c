"""The read side of the log: one stream, or everything after a position, decoded at the current schema version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, LiteralString, TypeVar
from uuid import UUID

from psycopg import Connection, sql

from domain.catalogue import AggregateKind
from eventstore.records import Recorded, decode

_COLUMNS = "notification_id, originator_id, originator_version, topic, state"
_STREAM = f"SELECT {_COLUMNS} FROM stored_events WHERE originator_id = %s AND originator_version > %s ORDER BY 3"
_AFTER = (
    f"SELECT {_COLUMNS} FROM stored_events"
    " WHERE notification_id > %s AND notification_id < %s ORDER BY notification_id LIMIT %s"
)
_STORED = (
    f"SELECT {_COLUMNS} FROM stored_events WHERE notification_id > %s AND notification_id <= %s"
    " ORDER BY notification_id"
)
_OF_TOPICS: LiteralString = f"""
SELECT {_COLUMNS} FROM stored_events WHERE topic IN ({{}}) AND notification_id > %s AND notification_id <= %s
ORDER BY notification_id LIMIT %s"""
_STORED_OF_TOPICS = f"""
SELECT {_COLUMNS} FROM stored_events WHERE topic = ANY(%s) AND notification_id <= %s ORDER BY notification_id"""
_LAST_OF_TOPICS = f"""
SELECT {_COLUMNS} FROM unnest(%s::uuid[]) AS id CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM stored_events WHERE originator_id = id AND topic = ANY(%s) AND notification_id <= %s
    ORDER BY originator_version DESC LIMIT 1
) AS last"""
_OF_STREAMS = f"""
SELECT {_COLUMNS} FROM stored_events WHERE originator_id = ANY(%s) AND notification_id <= %s AND topic = ANY(%s)
ORDER BY originator_id, originator_version"""
_AT = f"SELECT {_COLUMNS} FROM stored_events WHERE notification_id = ANY(%s) ORDER BY notification_id"
#: The last event of each stream: its version, and its authenticator, which the next one is made over.
LAST_EVENTS = """
SELECT id, originator_version AS version, authenticator FROM unnest(%s::uuid[]) AS id LEFT JOIN LATERAL (
    SELECT originator_version, authenticator FROM stored_events WHERE originator_id = id
    ORDER BY originator_version DESC LIMIT 1
) AS last ON true"""
LAST_POSITION = (1 << 63) - 1
_HEAD = "SELECT coalesce(max(notification_id), 0) FROM stored_events"

Conn = Connection[Any]
S = TypeVar("S")
#: Position, stream, version, topic and state, as stored.
Stored = tuple[int, UUID, int, str, bytes]
#: Rows that are fetched at once: some megabytes.
_AT_ONCE = 5_000
#: Events that are looked at for those of one command: most have one to three.
_COMMAND_AT_ONCE = 100


def read_stream(conn: Conn, originator_id: UUID, after_version: int = 0) -> list[Recorded]:
    """Return one aggregate's events in order; personal fields stay sealed."""
    return _fetch(conn, _STREAM, (originator_id, after_version))


def read_after(conn: Conn, position: int, limit: int, before: int = LAST_POSITION) -> list[Recorded]:
    """Return at most `limit` events after `position` and before `before`, in log order; personal fields stay sealed.

    Raise UnreadableEvent, with the position, at the first event that this code cannot understand.
    """
    return _fetch(conn, _AFTER, (position, before, limit))


def read_streams(conn: Conn, streams: Sequence[UUID], until: int, topics: Sequence[str]) -> list[Recorded]:
    """Return the events of these topics in these streams up to `until`, stream by stream in order.

    Personal fields stay sealed.
    """
    return _fetch(conn, _OF_STREAMS, (list(streams), until, list(topics)))


def read_at(conn: Conn, positions: Sequence[int]) -> list[Recorded]:
    """Return the events at these positions, in log order; positions without an event are left out."""
    return _fetch(conn, _AT, (list(positions),))


def read_command(conn: Conn, position: int) -> list[Recorded]:
    """Return the events of the command that recorded the one at `position`, in log order: they stand side by side."""
    records = read_at(conn, [position])
    if not records:
        return []
    command_id = records[0].stamp.command_id
    for step in (-_COMMAND_AT_ONCE, _COMMAND_AT_ONCE):
        while beside := _beside(conn, records[0 if step < 0 else -1].position, step, command_id):
            records = [*beside, *records] if step < 0 else [*records, *beside]
            if len(beside) < abs(step):
                break
    return records


def _beside(conn: Conn, position: int, step: int, command_id: UUID) -> list[Recorded]:
    """Return the command's events among the next `step` before or after the position."""
    after = max(0, position + step - 1) if step < 0 else position
    rows = read_after(conn, after, abs(step), before=position if step < 0 else LAST_POSITION)
    return [record for record in rows if record.stamp.command_id == command_id]


def stored_after(conn: Conn, until: int, position: int | None = None) -> Iterator[Stored]:
    """Yield what is stored after `position`, or from the lowest position, up to `until`, in log order, as it is read.

    `conn` is in autocommit mode.
    """
    lowest = -LAST_POSITION if position is None else position
    with conn.transaction(), conn.cursor("stored_events_in_order", binary=True) as cursor:
        cursor.itersize = _AT_ONCE
        yield from cursor.execute(_STORED, (lowest, until))


def read_topics(
    conn: Conn,
    topics: Sequence[str],
    until: int = LAST_POSITION,
    after: int = -LAST_POSITION,
    limit: int | None = None,
) -> list[Recorded]:
    """Return the events of these topics after a position up to another, in log order; personal fields stay sealed.

    At most `limit` of them, all without one.
    """
    # Written out, so that an index of some topics alone can serve it.
    query = sql.SQL(_OF_TOPICS).format(sql.SQL(", ").join(map(sql.Literal, topics)))
    with conn.cursor(binary=True) as cursor:
        return decode_rows(cursor.execute(query, (after, until, limit)).fetchall())


def stored_of_topics(conn: Conn, topics: Sequence[str], until: int) -> Iterator[Stored]:
    """Yield what is stored under these topics up to `until`, in log order, as it is read.

    In the caller's transaction.
    """
    with conn.cursor("stored_events_of_topics", binary=True) as cursor:
        cursor.itersize = _AT_ONCE
        yield from cursor.execute(_STORED_OF_TOPICS, (list(topics), until))


def last_of_topics(conn: Conn, topics: Sequence[str], until: int, streams: Sequence[UUID]) -> list[Stored]:
    """Return the last event under these topics up to `until` of each of the streams that has one, in any order."""
    with conn.cursor(binary=True) as cursor:
        return cursor.execute(_LAST_OF_TOPICS, (list(streams), list(topics), until)).fetchall()


def state_after(
    kind: AggregateKind[S], records: Iterable[Recorded], version: int | None = None, before: S | None = None
) -> S | None:
    """Return the state of an aggregate after these records of its stream, up to `version` if that is given.

    `before` is the state before these records; None at the start of the stream.
    """
    taken = [record for record in records if version is None or record.originator_version <= version]
    if not taken:
        return before
    return kind.fold_acts(before, taken[0].originator_id, [(record.event, record.stamp.doer) for record in taken])


def head(conn: Conn) -> int:
    """Return the position of the last event; 0 for an empty log."""
    with conn.cursor() as cursor:
        row = cursor.execute(_HEAD).fetchone()
    assert row is not None
    return int(row[0])


def decode_rows(rows: Iterable[tuple[int, UUID, int, str, bytes]]) -> list[Recorded]:
    return [decode(*row) for row in rows]


def _fetch(conn: Conn, query: str, params: tuple[Any, ...]) -> list[Recorded]:
    with conn.cursor(binary=True) as cursor:
        return decode_rows(cursor.execute(query, params, prepare=True).fetchall())
