"""How a read model is declared: a table, its indexes, and a pure fold over keyed rows for each event it takes.

A projection's rows each follow from the events of one stream, in the stream's order. That lets a rebuild read stream by
stream. What adds up over many streams is a rollup: it counts the rows of a projection and is kept in step with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.kernel.events import ERASED_WORDS, Event
from eventstore.records import Recorded

Row = dict[str, Any]
Key = tuple[Any, ...]
#: The row after the event; None in: there was no row; None out: the row goes. No I/O, no clock, no change in place.
Fold = Callable[[Row | None, Recorded], Row | None]


@dataclass(frozen=True)
class Table:
    """`columns` maps each name to its SQL type and constraints, key columns first."""

    columns: Mapping[str, str]
    key: tuple[str, ...]
    #: The part after ON table: "(structure_id, starts_at)", "USING gin (themes)", with an optional WHERE.
    indexes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rollup:
    """Counts over a projection's rows. `counts(row)` gives (key, counters) pairs; counters add up over all rows."""

    name: str
    table: Table
    counts: Callable[[Row], Iterable[tuple[Key, tuple[int, ...]]]]

    @property
    def counters(self) -> tuple[str, ...]:
        return tuple(name for name in self.table.columns if name not in self.table.key)


def stream_key(record: Recorded) -> Key:
    """The usual key: one row for each stream."""
    return (record.originator_id,)


def moved(row: Row | None, record: Recorded, **changes: Any) -> Row:
    """The row of a stream after one more of its events, with these changes."""
    assert row is not None
    return {**row, "version": record.originator_version, **changes}


def words_erased(*columns: str) -> Fold:
    """The fold of a thing whose words are erased, in these columns: texts, or lists of texts."""

    def fold(row: Row | None, record: Recorded) -> Row:
        assert row is not None
        return moved(row, record, **{name: _erased(row[name]) for name in columns})

    return fold


def _erased(value: str | list[str] | None) -> str | list[str] | None:
    if isinstance(value, list):
        return [ERASED_WORDS] * len(value)
    return None if value is None else ERASED_WORDS


@dataclass(frozen=True)
class Projection:
    """A read model. Events that have no fold here only advance its position.

    `opens_personal`: the fold is given personal fields in clear (None once erased), for a table of their own, which
    shows who people are. `opens_words`: it is given them for what people wrote, which stands among the other columns.
    """

    name: str
    table: Table
    folds: Mapping[type[Event], Fold]
    key_of: Callable[[Recorded], Key] = stream_key
    #: Columns that follow from the others, worked out once for each row that is written, not at each event.
    derive: Callable[[Row], Row] | None = None
    rollups: tuple[Rollup, ...] = field(default=())
    opens_personal: bool = False
    opens_words: bool = False
    #: Every event makes a row of its own, which no later event touches.
    append_only: bool = False
    #: Raised by hand when a fold changes its mind while tables and events stay as they are.
    revision: int = 1

    @property
    def opens(self) -> bool:
        """Whether the fold is given personal fields in clear."""
        return self.opens_personal or self.opens_words

    @property
    def relations(self) -> Mapping[str, Table]:
        """Every table that this projection fills, by its name without generation."""
        return {self.name: self.table, **{rollup.name: rollup.table for rollup in self.rollups}}
