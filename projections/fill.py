"""Filling a new generation with a share of the log's streams: one pass, each event decoded once, each row written once.

Runs in a process of its own, so that the shares use every core.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from queue import Queue
from threading import Thread
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection, sql

from application.eventstore.records import Recorded
from application.eventstore.vault import Vault
from domain.events import Event
from projections.bulk import row_encoder, scan_streams
from projections.folding import FoldFailed, add_counts
from projections.generations import identifier
from projections.projection import Fold, Key, Projection, Rollup, Row
from projections.tables import add_to_rollup

Conn = Connection[Any]

#: Events that are opened and folded between two reports of progress.
CHUNK = 5_000
#: Characters of rows gathered before they are sent to their table.
FLUSH_CHARACTERS = 1 << 19


@dataclass(frozen=True, slots=True)
class Share:
    """The streams from `first` to `last`, up to position `head`."""

    head: int
    first: UUID
    last: UUID


def shares(head: int, count: int) -> list[Share]:
    """Equal shares of all streams: their ids are random, so ranges of ids are equal parts."""
    bounds = [(1 << 128) * part // count for part in range(count + 1)]
    return [Share(head, UUID(int=low), UUID(int=high - 1)) for low, high in pairwise(bounds)]


class _Writer:
    """Sends gathered rows to their tables from a thread, while folding goes on."""

    def __init__(self, conn: Conn) -> None:
        self._conn = conn
        self._queue: Queue[tuple[sql.Identifier, str] | None] = Queue(maxsize=4)
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._send_all, name="rows-writer", daemon=True)
        self._thread.start()

    def send(self, table: sql.Identifier, lines: str) -> None:
        if self._failure is not None:
            raise self._failure
        self._queue.put((table, lines))

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
                except psycopg.Error as failure:
                    self._failure = failure

    def _send(self, table: sql.Identifier, lines: str) -> None:
        with self._conn.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
            copy.write(lines)


@dataclass(slots=True)
class _Output:
    """The rows of one table on their way."""

    table: sql.Identifier
    encode: Callable[[Row], str]
    writer: _Writer
    lines: list[str] = field(default_factory=list)
    gathered: int = 0

    def add(self, row: Row) -> None:
        line = self.encode(row)
        self.lines.append(line)
        self.gathered += len(line)
        if self.gathered > FLUSH_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        if self.lines:
            self.writer.send(self.table, "\n".join(self.lines) + "\n")
            self.lines, self.gathered = [], 0


@dataclass(slots=True)
class _Filling:
    """One projection being filled: the rows of the stream at hand, and the rollups' totals."""

    projection: Projection
    number: int
    output: _Output
    rows: dict[Key, Row | None] = field(default_factory=dict)
    totals: dict[str, defaultdict[Key, list[int]]] = field(default_factory=dict)

    def fold(self, fold: Fold, record: Recorded) -> None:
        projection = self.projection
        try:
            if projection.append_only:
                row = fold(None, record)
                assert row is not None
                self.output.add(row)
            else:
                key = projection.key_of(record)
                self.rows[key] = fold(self.rows.get(key), record)
        except Exception as reason:
            raise FoldFailed(projection.name, record, reason) from reason

    def end_stream(self) -> None:
        derive = self.projection.derive
        for folded in self.rows.values():
            if folded is not None:
                row = folded if derive is None else derive(folded)
                self.output.add(row)
                for rollup in self.projection.rollups:
                    add_counts(self._totals_of(rollup), rollup, row, +1)
        self.rows.clear()

    def _totals_of(self, rollup: Rollup) -> defaultdict[Key, list[int]]:
        if rollup.name not in self.totals:
            width = len(rollup.counters)
            self.totals[rollup.name] = defaultdict(lambda: [0] * width)
        return self.totals[rollup.name]


def fill(
    database_url: str,
    vault: Vault,
    numbered: Sequence[tuple[Projection, int]],
    share: Share,
    progress: Callable[[int], None],
) -> int:
    """Fills the given generations with the share's streams; returns how many events that took.

    `progress` is told the events taken since it was last told. Raises FoldFailed on an event that a fold cannot take.
    """
    with (
        psycopg.connect(database_url, autocommit=True) as reading,
        psycopg.connect(database_url, autocommit=True) as writing,
        psycopg.connect(database_url, autocommit=True) as keys,
    ):
        reading.execute("SET work_mem = '64MB'")
        writing.execute("SET synchronous_commit = off")
        writer = _Writer(writing)
        fillings = [_filling(projection, number, writer) for projection, number in numbered]
        try:
            taken = _fold_all(
                scan_streams(reading, share.head, share.first, share.last), fillings, vault, keys, progress
            )
            for filling in fillings:
                filling.output.flush()
        finally:
            writer.close()
        for filling in fillings:
            for rollup in filling.projection.rollups:
                add_to_rollup(keys, rollup, filling.number, filling.totals.get(rollup.name, {}))
    return taken


def _filling(projection: Projection, number: int, writer: _Writer) -> _Filling:
    output = _Output(identifier(projection.name, number), row_encoder(projection.table), writer)
    return _Filling(projection, number, output)


def _fold_all(
    records: Iterator[Recorded],
    fillings: Sequence[_Filling],
    vault: Vault,
    keys: Conn,
    progress: Callable[[int], None],
) -> int:
    taken, stream = 0, None
    plan = _plan(fillings)
    opens = {event for filling in fillings if filling.projection.opens_personal for event in filling.projection.folds}
    while chunk := list(islice(records, CHUNK)):
        for record, opened in zip(chunk, _opened(chunk, opens, vault, keys), strict=True):
            if record.originator_id != stream:
                _end_stream(fillings)
                stream = record.originator_id
            for filling, fold in plan.get(type(record.event), ()):
                filling.fold(fold, opened if filling.projection.opens_personal else record)
        taken += len(chunk)
        progress(len(chunk))
    _end_stream(fillings)
    return taken


def _opened(chunk: list[Recorded], opens: set[type[Event]], vault: Vault, keys: Conn) -> Iterable[Recorded]:
    return vault.open(keys, chunk) if any(type(record.event) in opens for record in chunk) else chunk


def _end_stream(fillings: Sequence[_Filling]) -> None:
    for filling in fillings:
        if filling.rows:
            filling.end_stream()


def _plan(fillings: Sequence[_Filling]) -> Mapping[type[Event], list[tuple[_Filling, Fold]]]:
    """For each kind of event, what takes it."""
    plan: defaultdict[type[Event], list[tuple[_Filling, Fold]]] = defaultdict(list)
    for filling in fillings:
        for event_class, fold in filling.projection.folds.items():
            plan[event_class].append((filling, fold))
    return plan
