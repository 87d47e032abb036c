"""Many events at once, by COPY: for loading and benchmarks.

Under the same table lock as commands are, so that what is loaded and what people do meanwhile stand in one order, and a
tailing reader passes over nothing. The lock is held for one transaction at a time: commands wait that long at most.
Nothing is checked but that no stream has two events of one version; what the events say is the caller's to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from psycopg import Connection

from eventstore.log import head
from eventstore.recorder import EVENTS_CHANNEL, EVENTS_TABLE

T = TypeVar("T")
Conn = Connection[Any]
#: Stream, version, topic, state.
Row = tuple[UUID, int, str, bytes]

#: About a tenth of a second under the lock.
EVENTS_PER_TRANSACTION = 10_000

_LOCK = f"LOCK TABLE {EVENTS_TABLE} IN EXCLUSIVE MODE"
# Binary takes a quarter of the client's time that text does.
_COPY = f"COPY {EVENTS_TABLE} (originator_id, originator_version, topic, state) FROM STDIN (FORMAT binary)"
_TYPES = ("uuid", "int8", "text", "bytea")


@dataclass(frozen=True, slots=True)
class Appended:
    """How many events the log took since the loading began, and the position of the last."""

    events: int
    position: int


def append_rows(conn: Conn, rows: Iterable[Row]) -> int:
    """Appends the rows in their order, in one transaction (the caller's, if one is open). Returns the log's head.

    Raises psycopg.errors.UniqueViolation, and appends nothing, when a stream has an event of that version already.
    """
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute(_LOCK)
        with cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"NOTIFY {EVENTS_CHANNEL}")
        return head(conn)


def append_in_bulk(
    conn: Conn, groups: Iterable[Sequence[Row]], per_transaction: int = EVENTS_PER_TRANSACTION
) -> Iterator[Appended]:
    """Appends in transactions of about `per_transaction` rows and yields after each. Memory stays flat.

    A group (the events of one command) is never divided. `conn` must be in autocommit mode.
    """
    events = 0
    for batch in in_batches(groups, per_transaction):
        rows = list(chain.from_iterable(batch))
        position = append_rows(conn, rows)
        events += len(rows)
        yield Appended(events, position)


def in_batches(groups: Iterable[Sequence[T]], size: int) -> Iterator[list[Sequence[T]]]:
    """The groups in lists that hold `size` items or a little more; the last may hold fewer."""
    batch: list[Sequence[T]] = []
    held = 0
    for group in groups:
        batch.append(group)
        held += len(group)
        if held >= size:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch
