"""Bulk appending by COPY, for loading and benchmarks.

It takes the table lock of commands, so loaded events and commands share one order and a tailing reader misses nothing.
It holds the lock for one transaction at a time, so commands wait that long at most. The only check is that no stream
has two events of one version, and none without the version before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from psycopg import Connection

from eventstore.authenticators import Chain, EventKeys
from eventstore.authenticators import Row as Row
from eventstore.log import LAST_EVENTS, head
from eventstore.recorder import EVENTS_CHANNEL, EVENTS_TABLE

T = TypeVar("T")
Conn = Connection[Any]

#: About a tenth of a second under the lock.
EVENTS_PER_TRANSACTION = 10_000

_LOCK = f"LOCK TABLE {EVENTS_TABLE} IN EXCLUSIVE MODE"
# The binary format takes a quarter of the client time of text.
_COPY = (
    f"COPY {EVENTS_TABLE} (originator_id, originator_version, topic, state, authenticator) FROM STDIN (FORMAT binary)"
)
_TYPES = ("uuid", "int8", "text", "bytea", "bytea")


@dataclass(frozen=True, slots=True)
class Appended:
    """The number of events since the loading began, and the position of the last."""

    events: int
    position: int


class VersionMissing(ValueError):
    """Raised when an event's predecessor in its stream is neither in the log nor among the events to append."""


def append_rows(conn: Conn, keys: EventKeys, rows: Iterable[Row]) -> int:
    """Append the rows in order, in one transaction (the caller's, if one is open). Return the log's head.

    Raise psycopg.errors.UniqueViolation, and append nothing, if a stream already has an event of that version.
    Raise VersionMissing if it lacks the version before.
    """
    rows = list(rows)
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute(_LOCK)
        chain = Chain(keys.current, _predecessors(conn, rows))
        with cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for row in rows:
                copy.write_row((*row, chain.add(row)))
        cursor.execute(f"NOTIFY {EVENTS_CHANNEL}")
        return head(conn)


def _predecessors(conn: Conn, rows: Sequence[Row]) -> dict[UUID, bytes | None]:
    """Return the authenticators of the last events of those streams that are in the log. Raises VersionMissing."""
    first: dict[UUID, int] = {}
    reached: dict[UUID, int] = {}
    for stream, version, *_ in rows:
        if version != reached.get(stream, version - 1) + 1:
            raise VersionMissing(f"version {version} does not follow {reached[stream]} in {stream}")
        first.setdefault(stream, version)
        reached[stream] = version
    # The log can hold nothing of a stream that begins here: the table's key refuses a second first event.
    going_on = [stream for stream, version in first.items() if version > 1]
    if not going_on:
        return {}
    stored = {stream: (version or 0, last) for stream, version, last in conn.execute(LAST_EVENTS, [going_on])}
    for stream, (version, _) in stored.items():
        if first[stream] > version + 1:
            raise VersionMissing(f"version {first[stream]} does not follow {version} in {stream}")
    return {stream: last for stream, (_, last) in stored.items()}


def append_in_bulk(
    conn: Conn, keys: EventKeys, groups: Iterable[Sequence[Row]], per_transaction: int = EVENTS_PER_TRANSACTION
) -> Iterator[Appended]:
    """Append in transactions of about `per_transaction` rows and yield after each. Memory stays flat.

    A group (the events of one command) is never divided. `conn` must be in autocommit mode.
    """
    events = 0
    for batch in in_batches(groups, per_transaction):
        rows = list(chain.from_iterable(batch))
        position = append_rows(conn, keys, rows)
        events += len(rows)
        yield Appended(events, position)


def in_batches(groups: Iterable[Sequence[T]], size: int) -> Iterator[list[Sequence[T]]]:
    """Yield the groups in lists with `size` items or a little more; the last may have fewer."""
    batch: list[Sequence[T]] = []
    size_so_far = 0
    for group in groups:
        batch.append(group)
        size_so_far += len(group)
        if size_so_far >= size:
            yield batch
            batch, size_so_far = [], 0
    if batch:
        yield batch
