"""Declare read models: a table, its indexes, and for each kind of event a pure fold that returns the new row.

Each row depends on the events of one stream only, in their order, so a rebuild can read the log stream by stream.
Totals over many streams are rollups: they count a projection's rows, and are updated together with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, LiteralString, TypeVar

from domain.kernel.events import ERASED_WORDS, Event
from domain.typology.typology import TermKind
from eventstore.records import Recorded

Row = dict[str, Any]
Key = tuple[Any, ...]
#: The row after the event; None in: there was no row; None out: the row goes. No I/O, no clock, no change in place.
Fold = Callable[[Row | None, Recorded], Row | None]
E = TypeVar("E", bound=Event)
Creating = Callable[[E, Recorded], Row]
Changing = Callable[[Row, E, Recorded], Row]
Upserting = Callable[[Row | None, E, Recorded], Row]


@dataclass(frozen=True)
class Table:
    """`columns` maps each name to its SQL type and constraints, key columns first."""

    columns: Mapping[str, str]
    key: tuple[str, ...]
    #: The part after ON table: "(structure_id, starts_at)", "USING gin (themes)", with an optional WHERE.
    indexes: tuple[str, ...] = ()
    #: French names of columns that carry no event field's name.
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rollup:
    """Totals over a projection's rows. `counts(row)` gives (key, counters) pairs, which are summed by key.

    `summed` says the same of all rows at once: a SELECT of the rollup's columns from `{rows}`, which a rebuild sends
    after the rows are written.
    """

    name: str
    table: Table
    counts: Callable[[Row], Iterable[tuple[Key, tuple[int, ...]]]]
    summed: LiteralString

    @property
    def counters(self) -> tuple[str, ...]:
        return tuple(name for name in self.table.columns if name not in self.table.key)


@dataclass(frozen=True)
class TermColumns:
    """The columns that show terms of the typology, by kind: a text, or a list of texts. Each has an index.

    `day` is the column that a change which holds from a day on is compared with; None where changes reach every row.
    """

    columns: Mapping[TermKind, str] = field(default_factory=dict)
    day: str | None = None
    #: Returns these columns' values after further changes of terms, from their present ones: `of_row(changes, row)`.
    of_row: Callable[[Any, Any], Row] = lambda changes, row: {}


def stream_key(record: Recorded) -> Key:
    """Return the usual key: one row for each stream."""
    return (record.originator_id,)


def by_fields(*names: str) -> Callable[[Recorded], Key]:
    """Return the key of rows that these fields of the events name."""

    def key_of(record: Recorded) -> Key:
        values = [getattr(record.event, name) for name in names]
        return tuple([value.value if isinstance(value, Enum) else value for value in values])

    return key_of


def erased_words(row: Row, *columns: str) -> Row:
    """Return these columns (texts or lists of texts) as they are once the thing's words are erased."""
    return {name: _erased(row[name]) for name in columns}


def _erased(value: str | list[str] | None) -> str | list[str] | None:
    if isinstance(value, list):
        return [ERASED_WORDS] * len(value)
    return None if value is None else ERASED_WORDS


class MissingRow(Exception):
    """An event that changes a row found none."""


@dataclass(frozen=True)
class Projection:
    """A read model. Events without a fold only advance its position.

    The decorators `creates`, `upserts` and `on` declare the fold for some events. A fold takes the event and its record
    (who, when, where in the log), and returns a new row. Its key columns are filled in afterwards, and so is the
    stream's version if the table has a column `version`.

    `opens_personal` and `opens_words` give folds the personal fields in clear (None once erased). Use `opens_personal`
    for a separate table of people's names and addresses, and `opens_words` for free text among the other columns.
    """

    name: str
    table: Table
    key_of: Callable[[Recorded], Key] = stream_key
    #: Computes columns from the others, once for each row that is written rather than at each event.
    derive: Callable[[Row], Row] | None = None
    rollups: tuple[Rollup, ...] = field(default=())
    opens_personal: bool = False
    opens_words: bool = False
    #: Each of these events brings anew all texts of the row, so a rebuild opens only the last of a stream.
    renewed_by: tuple[type[Event], ...] = ()
    #: Whether every event makes a row of its own, which no later event touches.
    append_only: bool = False
    #: Raise it when a fold changes its result while tables and events stay as they are.
    revision: int = 1
    #: The columns that follow from the typology in force.
    terms: TermColumns = field(default_factory=TermColumns)
    #: The folds that the decorators declared.
    folds: dict[type[Event], Fold] = field(default_factory=dict)

    @property
    def erasures(self) -> list[str]:
        """The topics of the folded events that record an erasure."""
        return [event.topic for event in self.folds if event.topic.endswith("_erased")]

    @property
    def opens(self) -> bool:
        """Whether folds get personal fields in clear."""
        return self.opens_personal or self.opens_words

    @property
    def relations(self) -> Mapping[str, Table]:
        """The tables that this projection fills, by name without generation."""
        return {self.name: self.table, **{rollup.name: rollup.table for rollup in self.rollups}}

    def creates(self, *events: type[E]) -> Callable[[Creating[E]], Creating[E]]:
        """Declare `fold(event, record)`, which makes the row, or replaces it."""

        def declare(fold: Creating[E]) -> Creating[E]:
            make: Callable[[Any, Recorded], Row] = fold
            identify = self._identify

            def folded(_: Row | None, record: Recorded) -> Row:
                row = make(record.event, record)
                identify(row, record)
                return row

            self._add(events, folded)
            return fold

        return declare

    def upserts(self, *events: type[E]) -> Callable[[Upserting[E]], Upserting[E]]:
        """Declare `fold(row, event, record)`, which makes the row where it is None, and else changes it."""

        def declare(fold: Upserting[E]) -> Upserting[E]:
            upsert: Callable[[Row | None, Any, Recorded], Row] = fold
            identify = self._identify

            def folded(row: Row | None, record: Recorded) -> Row:
                after = {**upsert(row, record.event, record)}
                identify(after, record)
                return after

            self._add(events, folded)
            return fold

        return declare

    def on(self, *events: type[E], missing_ok: bool = False) -> Callable[[Changing[E]], Changing[E]]:
        """Declare `fold(row, event, record)`, which changes the row. Without a row the projection stops, unless
        `missing_ok`: then the event changes nothing.
        """

        def declare(fold: Changing[E]) -> Changing[E]:
            versioned = self._versioned
            change: Callable[[Row, Any, Recorded], Row] = fold

            def folded(row: Row | None, record: Recorded) -> Row | None:
                if row is None:
                    if missing_ok:
                        return None
                    raise MissingRow
                after = change(row, record.event, record)
                if versioned:
                    after = row.copy() if after is row else after
                    after["version"] = record.originator_version
                return after

            self._add(events, folded)
            return fold

        return declare

    def touched_by(self, *events: type[Event]) -> None:
        """Let these events change nothing in the row but the version of its stream."""
        self.on(*events)(lambda row, event, record: row)

    def removes(self, *events: type[Event]) -> None:
        """Let any of these events delete the row."""
        self._add(events, lambda row, record: None)

    @cached_property
    def _versioned(self) -> bool:
        return "version" in self.table.columns and "version" not in self.table.key

    @cached_property
    def _identify(self) -> Callable[[Row, Recorded], None]:
        """Fill in the key columns, and the version where there is one."""
        key_of, versioned = self.key_of, self._versioned
        column, *others = self.table.key

        def identify(row: Row, record: Recorded) -> None:
            row[column], *values = key_of(record)
            if others:
                row.update(zip(others, values, strict=True))
            if versioned:
                row["version"] = record.originator_version

        return identify

    def _add(self, events: Sequence[type[Event]], fold: Fold) -> None:
        for event in events:
            if event in self.folds:
                raise ValueError(f"{self.name} has two folds for {event.__name__}")
            self.folds[event] = fold
