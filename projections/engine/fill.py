"""Fill a new generation from shares of the log's streams: each event is decoded once, and each row written once.

Several processes may each fill from their own shares, to use every core.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from queue import Queue
from threading import Thread
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection, sql

from domain.kernel.events import Event, registered_events
from eventstore.cycles import without_search_for_cycles
from eventstore.records import Recorded
from eventstore.vault import StreamKeys, Vault
from projections.engine.bulk import COPY_ROWS, row_encoder, scan_streams
from projections.engine.folding import FoldFailed, RowRefused
from projections.engine.generations import column_list, identifier
from projections.engine.projection import Fold, Key, Projection, Row, stream_key

Conn = Connection[Any]

#: Events between two reports of progress.
REPORTED_AT_ONCE = 2_000
#: Bytes of rows gathered before they are sent to their table.
FLUSH_BYTES = 1 << 19
#: Each reads the log's table once for each worker and takes seven eighths of what the one before left.
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Share:
    """The events up to position `head` of the streams with ids from `first` to `last`."""

    head: int
    first: UUID
    last: UUID


def shares(head: int, workers: int) -> list[Share]:
    """All streams in shares that become smaller, so that workers who take one after another end at about one time.

    Stream ids are random: ranges of ids are parts of that size. A worker alone has one share.
    """
    bounds = [0]
    for _ in range(_ROUNDS if workers > 1 else 0):
        size = ((1 << 128) - bounds[-1]) * 7 // 8 // workers
        bounds += [bounds[-1] + size * place for place in range(1, workers + 1)]
    return [Share(head, UUID(int=low), UUID(int=high - 1)) for low, high in pairwise([*bounds, 1 << 128])]


class _Writer:
    """Send rows to their tables in a thread, while folding goes on."""

    def __init__(self, conn: Conn) -> None:
        self._conn = conn
        self._queue: Queue[tuple[_Output, bytes] | None] = Queue(maxsize=4)
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._send_all, name="rows-writer", daemon=True)
        self._thread.start()

    def send(self, output: _Output, lines: bytes) -> None:
        if self._failure is not None:
            raise self._failure
        self._queue.put((output, lines))

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _send_all(self) -> None:
        while (item := self._queue.get()) is not None:
            if self._failure is None:
                try:
                    self._send(*item)
                except (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded) as refused:
                    name = item[0].table.as_string(self._conn)
                    self._failure = RowRefused(f"{name} cannot take a row: {type(refused).__name__}")
                except Exception as failure:
                    self._failure = failure

    def _send(self, output: _Output, lines: bytes) -> None:
        with self._conn.cursor() as cursor, cursor.copy(output.copy) as copy:
            copy.write(lines)


@dataclass(slots=True)
class _Output:
    """Gather the encoded rows of one table, and hand them to the writer in large pieces."""

    table: sql.Identifier
    copy: sql.Composed
    encode: Callable[[Row], bytes]
    writer: _Writer
    lines: list[bytes] = field(default_factory=list)
    gathered: int = 0

    def add(self, row: Row) -> None:
        line = self.encode(row)
        self.lines.append(line)
        self.gathered += len(line)
        if self.gathered > FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        if self.lines:
            self.writer.send(self, b"\n".join(self.lines) + b"\n")
            self.lines, self.gathered = [], 0


@dataclass(slots=True, eq=False)
class _Filling:
    """Fill one projection: keep the rows of the current stream until it ends."""

    projection: Projection
    number: int
    output: _Output
    rows: dict[Key, Row | None] = field(default_factory=dict)

    def take(self, fold: Fold, record: Recorded) -> None:
        key = self.projection.key_of(record)
        self.rows[key] = fold(self.rows.get(key), record)

    def end_stream(self, keys: StreamKeys) -> None:
        for row in self.rows.values():
            if row is not None:
                self.write(row)
        self.rows.clear()

    def write(self, folded: Row) -> None:
        derive = self.projection.derive
        self.output.add(folded if derive is None else derive(folded))


@dataclass(slots=True, eq=False)
class _RowOfStream(_Filling):
    """Fill a projection with one row for each stream, kept without a lookup by key."""

    row: Row | None = None

    def take(self, fold: Fold, record: Recorded) -> None:
        self.row = fold(self.row, record)

    def end_stream(self, keys: StreamKeys) -> None:
        if self.row is not None:
            self.write(self.row)
            self.row = None


@dataclass(slots=True, eq=False)
class _RowOfRenewed(_Filling):
    """Fill a projection with one row for each stream, and open no texts that a later event replaces."""

    taken: list[tuple[Fold, Recorded]] = field(default_factory=list)
    #: How many events came before the last that renews the row.
    before_renewal: int = 0

    def take(self, fold: Fold, record: Recorded) -> None:
        if type(record.event) in self.projection.renewed_by:
            self.before_renewal = len(self.taken)
        self.taken.append((fold, record))

    def end_stream(self, keys: StreamKeys) -> None:
        renewed_by = self.projection.renewed_by
        row: Row | None = None
        for place, (fold, record) in enumerate(self.taken):
            is_replaced = place < self.before_renewal and type(record.event) in renewed_by
            try:
                row = fold(row, record if is_replaced else keys.opened(record))
            except Exception as reason:
                raise FoldFailed(self.projection.name, record, reason) from reason
        if row is not None:
            self.write(row)
        self.taken.clear()
        self.before_renewal = 0


class _RowOfEvent(_Filling):
    """Fill an append-only projection, with one row for each event."""

    def take(self, fold: Fold, record: Recorded) -> None:
        row = fold(None, record)
        assert row is not None
        self.write(row)

    def end_stream(self, keys: StreamKeys) -> None:
        pass


def fill(
    database_url: str,
    vault: Vault,
    numbered: Sequence[tuple[Projection, int]],
    parts: Iterable[Share],
    progress: Callable[[int], None],
) -> int:
    """Fills the given generations with the streams of these shares; returns how many events that took.

    A share is asked for when the one before is read: others may take from the same shares. `progress` is told the
    events taken since it was last told. Raises FoldFailed on an event that a fold cannot take.
    """
    with (
        without_search_for_cycles(),
        psycopg.connect(database_url, autocommit=True) as reading,
        psycopg.connect(database_url, autocommit=True) as writing,
        psycopg.connect(database_url, autocommit=True) as keys,
    ):
        # Each core has a process of ours: PostgreSQL's other ones would only hand on what they read.
        reading.execute("SET max_parallel_workers_per_gather = 0; SET effective_io_concurrency = 0")
        reading.execute("SET work_mem = '128MB'")
        writing.execute("SET synchronous_commit = off")
        writer = _Writer(writing)
        fillings = [_filling(projection, number, writer) for projection, number in numbered]
        try:
            plan, taken = _plan(fillings), 0
            unread = [topic for topic, event_class in registered_events().items() if event_class not in plan]
            for part in parts:
                with vault.beside(keys, part.first, part.last) as stream_keys:
                    records = scan_streams(reading, part.head, part.first, part.last, unread)
                    taken += _fold_all(records, plan, stream_keys, progress)
            for filling in fillings:
                filling.output.flush()
        finally:
            writer.close()
    return taken


def _filling(projection: Projection, number: int, writer: _Writer) -> _Filling:
    table = identifier(projection.name, number)
    columns = sql.SQL("{} ({})").format(table, column_list(projection.table.columns))
    output = _Output(table, sql.SQL(COPY_ROWS).format(columns), row_encoder(projection.table), writer)
    if projection.append_only:
        return _RowOfEvent(projection, number, output)
    if projection.renewed_by:
        return _RowOfRenewed(projection, number, output)
    if projection.key_of is stream_key:
        return _RowOfStream(projection, number, output)
    return _Filling(projection, number, output)


def _fold_all(
    records: Iterator[Recorded],
    plan: Mapping[type[Event], list[tuple[_Filling, Fold, bool]]],
    keys: StreamKeys,
    progress: Callable[[int], None],
) -> int:
    taken, reported, stream = 0, 0, None
    touched: set[_Filling] = set()
    for record in records:
        # One stream's records share its id, and to compare two takes as long as to fold a small event.
        if record.originator_id is not stream:
            _end_stream(touched, keys)
            stream = record.originator_id
        for filling, fold, opens in plan.get(type(record.event), ()):
            touched.add(filling)
            try:
                filling.take(fold, keys.opened(record) if opens else record)
            except Exception as reason:
                raise FoldFailed(filling.projection.name, record, reason) from reason
        taken += 1
        if taken - reported == REPORTED_AT_ONCE:
            progress(taken - reported)
            reported = taken
    _end_stream(touched, keys)
    progress(taken - reported)
    return taken


def _end_stream(touched: set[_Filling], keys: StreamKeys) -> None:
    for filling in touched:
        filling.end_stream(keys)
    touched.clear()


def _plan(fillings: Sequence[_Filling]) -> Mapping[type[Event], list[tuple[_Filling, Fold, bool]]]:
    """For each kind of event, what takes it, and whether with personal fields in clear at once."""
    plan: defaultdict[type[Event], list[tuple[_Filling, Fold, bool]]] = defaultdict(list)
    for filling in fillings:
        for event_class, fold in filling.projection.folds.items():
            plan[event_class].append((filling, fold, filling.projection.opens and not filling.projection.renewed_by))
    return plan
