"""Fold a batch of events in memory, and return the rows that it touches before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Error

from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Rollup, Row

LoadRows = Callable[[Sequence[Key]], Mapping[Key, Row]]


class FoldFailed(Exception):
    """A projection could not fold an event, or its table refused the row. The projection stops before that event."""

    def __init__(self, projection: str, record: Recorded, reason: BaseException) -> None:
        self.projection = projection
        self.position = record.position
        self.topic = record.event.topic
        self.kind = type(reason).__name__
        # Keep only the kind of a database error: its words repeat the refused value.
        self.reason = f"{self.kind} ({reason.sqlstate})" if isinstance(reason, Error) else f"{self.kind}: {reason}"
        super().__init__(f"{projection} cannot take {self.topic} at position {self.position}: {self.reason}")

    def __reduce__(self) -> tuple[Any, ...]:
        # Processes of a rebuild send it pickled, not made anew from its message.
        return _remade, (type(self), self.args, self.__dict__)


def _remade(kind: type[FoldFailed], args: tuple[Any, ...], attributes: dict[str, Any]) -> FoldFailed:
    failure = kind.__new__(kind, *args)
    failure.__dict__.update(attributes)
    return failure


class RowRefused(Exception):
    """A table refused a row during a rebuild. The message is one line that names the table."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The rows that a batch touches, by key. `before` lacks new rows; `after` has None for rows that are gone."""

    before: Mapping[Key, Row]
    after: Mapping[Key, Row | None]

    @property
    def upserts(self) -> list[Row]:
        return [row for key, row in self.after.items() if row is not None and row is not self.before.get(key)]

    @property
    def deletes(self) -> list[Key]:
        return [key for key, row in self.after.items() if row is None and key in self.before]


def fold_batch(projection: Projection, records: Iterable[Recorded], load: LoadRows) -> Changes:
    """Fold the events that the projection takes. Raise FoldFailed at the first that it cannot take."""
    folds = projection.folds
    taken = [(projection.key_of(record), record) for record in records if type(record.event) in folds]
    if not taken:
        return Changes({}, {})
    before = {} if projection.append_only else load(list(dict.fromkeys(key for key, _ in taken)))
    rows: dict[Key, Row | None] = dict(before)
    for key, record in taken:
        try:
            rows[key] = folds[type(record.event)](rows.get(key), record)
        except Exception as reason:
            raise FoldFailed(projection.name, record, reason) from reason
    if (derive := projection.derive) is not None:
        changed = {key: row for key, row in rows.items() if row is not None and row is not before.get(key)}
        rows |= {key: derive(row) for key, row in changed.items()}
    return Changes(before, rows)


def rollup_deltas(rollup: Rollup, changes: Changes) -> dict[Key, list[int]]:
    """Return what the batch adds to the rollup's counters, by key; unchanged keys are left out."""
    width = len(rollup.counters)
    deltas: defaultdict[Key, list[int]] = defaultdict(lambda: [0] * width)
    for key, after in changes.after.items():
        before = changes.before.get(key)
        if before is not None:
            add_counts(deltas, rollup, before, -1)
        if after is not None:
            add_counts(deltas, rollup, after, +1)
    return {key: delta for key, delta in deltas.items() if any(delta)}


def add_counts(totals: defaultdict[Key, list[int]], rollup: Rollup, row: Row, sign: int) -> None:
    for key, counters in rollup.counts(row):
        total = totals[key]
        for place, counter in enumerate(counters):
            if counter:
                total[place] += sign * counter
