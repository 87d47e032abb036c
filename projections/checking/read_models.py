"""Fold the log anew, stream by stream, and compare every row of every live generation.

Everything is read in one snapshot. What differs there is looked at a second time: an erasure destroys a key just before
it is recorded, and for that moment texts are gone from the log and not yet from their table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from time import sleep
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.kernel.events import Event
from eventstore.connections import connect
from eventstore.cycles import without_search_for_cycles
from eventstore.records import Recorded
from eventstore.vault import Vault
from projections.checking.comparison import Comparison, Difference
from projections.engine.bulk import scan_streams
from projections.engine.folding import add_counts
from projections.engine.generations import Generation, State, generations
from projections.engine.projection import Fold, Key, Projection, Rollup, Row
from projections.engine.registry import projections

Conn = Connection[Any]
#: Called with (step, done, total) as a step advances.
Progress = Callable[[str, int, int], None]

MOST_DIFFERENCES = 20
_CHUNK = 2_000
_UNTIL_SECOND_LOOK = 2.0
_FIRST, _LAST = UUID(int=0), UUID(int=(1 << 128) - 1)


@dataclass(frozen=True, slots=True)
class ReadModelsReport:
    """`position` is the largest that the compared tables stand at; `rows` are those that the log gives."""

    tables: int
    rows: int
    position: int
    differences: tuple[Difference, ...]


def check_read_models(
    database_url: str,
    vault: Vault,
    progress: Progress | None = None,
    most: int = MOST_DIFFERENCES,
    pause: Callable[[float], None] = sleep,
) -> ReadModelsReport:
    """Compare every live generation with the log. Reads only."""
    report = _look(database_url, vault, progress, most)
    if report.differences:
        pause(_UNTIL_SECOND_LOOK)
        again = _look(database_url, vault, progress, most * 10)
        stayed = {(difference.table, difference.key) for difference in again.differences}
        differences = [difference for difference in report.differences if (difference.table, difference.key) in stayed]
        report = ReadModelsReport(again.tables, again.rows, again.position, tuple(differences))
    return report


def _look(database_url: str, vault: Vault, progress: Progress | None, most: int) -> ReadModelsReport:
    with without_search_for_cycles(), _snapshot(database_url) as (log, tables), ExitStack() as reading:
        live = generations(tables, State.LIVE)
        models = [model for generation in live for model in _models(tables, generation)]
        position = max((model.position for model in models), default=0)
        (events,) = tables.execute(
            "SELECT count(*) FROM stored_events WHERE notification_id <= %s", [position]
        ).fetchone() or (0,)
        records = reading.enter_context(closing(scan_streams(log, position, _FIRST, _LAST)))
        differences: list[Difference] = []
        for difference in _differences(records, models, vault, tables, _told(progress, events)):
            differences.append(difference)
            if len(differences) >= most:
                break
        rows = sum(len(comparison.keys) for model in models for comparison in model.comparisons)
    return ReadModelsReport(sum(len(model.comparisons) for model in models), rows, position, tuple(differences))


def _told(progress: Progress | None, events: int) -> Callable[[int], None]:
    return (lambda done: progress("comparing", done, events)) if progress else (lambda done: None)


@contextmanager
def _snapshot(database_url: str) -> Iterator[tuple[Conn, Conn]]:
    """Open two connections on one state: the log is read on one while rows are compared on the other."""
    with (
        connect(database_url, "parentalite-check-log") as log,
        connect(database_url, "parentalite-check-rows") as rows,
        log.transaction(),
        rows.transaction(),
    ):
        log.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        log.execute("SET LOCAL work_mem = '64MB'")
        (snapshot,) = log.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        rows.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        rows.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        yield log, rows


@dataclass(slots=True)
class _Model:
    """A live generation, with the rows of the stream that is being read, and the totals of its rollups."""

    projection: Projection
    position: int
    comparison: Comparison
    rollups: list[tuple[Rollup, Comparison, defaultdict[Key, list[int]]]]
    rows: dict[Key, Row | None] = field(default_factory=dict)

    @property
    def comparisons(self) -> list[Comparison]:
        return [self.comparison, *(comparison for _, comparison, _ in self.rollups)]

    def take(self, fold: Fold, record: Recorded) -> None:
        key = self.projection.key_of(record)
        self.rows[key] = fold(self.rows.get(key), record)

    def end_stream(self) -> Iterator[Difference]:
        derive = self.projection.derive
        for folded in self.rows.values():
            if folded is not None:
                row = folded if derive is None else derive(folded)
                for rollup, _, totals in self.rollups:
                    add_counts(totals, rollup, row, +1)
                yield from self.comparison.add(row)
        self.rows.clear()

    def end(self) -> Iterator[Difference]:
        yield from self.comparison.end()
        for rollup, comparison, totals in self.rollups:
            for key, counters in totals.items():
                if any(counters):
                    yield from comparison.add(dict(zip(rollup.table.columns, (*key, *counters), strict=True)))
            yield from comparison.end()


def _models(conn: Conn, generation: Generation) -> Iterator[_Model]:
    for projection in projections(generation.terms_in_force):
        if projection.name == generation.name:
            number, table = generation.generation, projection.table
            comparison = Comparison(conn, projection.name, table, number, not projection.opens)
            rollups = [
                (rollup, Comparison(conn, rollup.name, rollup.table, number, True, rollup.counters), _totals(rollup))
                for rollup in projection.rollups
            ]
            yield _Model(projection, generation.position, comparison, rollups)


def _totals(rollup: Rollup) -> defaultdict[Key, list[int]]:
    width = len(rollup.counters)
    return defaultdict(lambda: [0] * width)


def _differences(
    records: Iterator[Recorded], models: Sequence[_Model], vault: Vault, keys: Conn, progress: Callable[[int], None]
) -> Iterator[Difference]:
    plan: defaultdict[type[Event], list[tuple[_Model, Fold]]] = defaultdict(list)
    for model in models:
        for event_class, fold in model.projection.folds.items():
            plan[event_class].append((model, fold))
    taken, stream = 0, None
    while chunk := list(islice(records, _CHUNK)):
        for record, opened in zip(chunk, vault.open(keys, chunk), strict=True):
            if record.originator_id != stream:
                for model in models:
                    yield from model.end_stream()
                stream = record.originator_id
            for model, fold in plan.get(type(record.event), ()):
                if record.position <= model.position:
                    model.take(fold, opened if model.projection.opens else record)
        taken += len(chunk)
        progress(taken)
    for model in models:
        yield from model.end_stream()
    for model in models:
        yield from model.end()
