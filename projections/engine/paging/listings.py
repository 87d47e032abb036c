"""A list: its source, its filter, and its orders."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from projections.engine.planning import Planning


@dataclass(frozen=True, slots=True)
class Order:
    """An SQL expression to order rows by. It is never null; `kind` is its SQL type."""

    name: str
    expression: str
    kind: str
    descending: bool = False


#: The kind of a first order that splits the list at an instant, the parameter `turn`: what the second order's value is
#: not before it comes first, the earliest leading; then the others, the latest leading. A cursor keeps its turn.
TURN = "turn"
#: The name of a first order by what is owed. It costs a count for each row, which the length of a list does not need.
OWED = "OWED"


@dataclass(frozen=True, slots=True)
class Filter:
    """SQL conditions that a row must all meet, and their parameters."""

    conditions: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    #: (column, SQL of an array): rows whose column is one of its values, looked for value by value (see `each_of`).
    each: tuple[tuple[str, str], ...] = ()
    #: A statement for the number of matching rows, as `total`, if there is a faster one than counting them.
    counting: str | None = None
    planning: Planning = Planning.CHOSEN

    def where(self, condition: str, **params: Any) -> Filter:
        conditions, params = (*self.conditions, condition), {**self.params, **params}
        return replace(self, conditions=conditions, params=params, counting=None)

    def each_of(self, column: str, array: str, **params: Any) -> Filter:
        """Return the filter for rows whose `column` is one of the array's values.

        An index on (column, order) gives a page for each value, from which the final page is cut. Scanning in order and
        filtering would read the whole table when the values are rare.
        """
        return replace(self, each=(*self.each, (column, array)), params={**self.params, **params}, counting=None)

    def among(self, column: str, name: str, values: Collection[Any]) -> Filter:
        """Return the filter for rows whose `column` is one of `values`; `name` is the parameter's name."""
        if len(values) == 1:
            # An index on (column, order) gives rows in order for a single value only.
            return self.where(f"{column} = %({name})s", **{name: next(iter(values))})
        return self.where(f"{column} = ANY(%({name})s)", **{name: list(values)})

    @property
    def clause(self) -> str:
        among = [f"{column} = ANY({array})" for column, array in self.each]
        return " AND ".join(f"({condition})" for condition in (*self.conditions, *among)) or "true"

    def value_by_value(self) -> tuple[str, Filter]:
        """Return the relation of all combinations of the values of `each`, and the filter for one combination."""
        names = [f"each{place}" for place in range(len(self.each))]
        values = [f"unnest({array}) AS {name}(value)" for name, (_, array) in zip(names, self.each, strict=True)]
        conditions = [f"{column} = {name}.value" for name, (column, _) in zip(names, self.each, strict=True)]
        return " CROSS JOIN ".join(values), replace(self, conditions=(*self.conditions, *conditions), each=())


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a list's rows: `table`, called `alias` in conditions and orders.

    `table` names a read model or rollup, or another table with its schema. `own` lists the columns to read; empty for
    all. `shown` and `joined` add columns from elsewhere to the rows of the page alone. `owner` is the column to read
    the lists of several owners by, each with its own page.
    """

    table: str
    alias: str
    shown: str = ""
    joined: str = ""
    owner: str = ""
    own: str = ""

    @property
    def rows(self) -> str:
        table = self.table if "." in self.table else f"{{{self.table}}}"
        return f"{table} {self.alias}"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list to cut pages from: the source of its rows, and what they are ordered by."""

    source: Source
    orders: Sequence[Order]
    #: Returns the source with some columns only, if pages may read some only.
    reads: Callable[[Collection[str]], Source] | None = None

    def of_columns(self, columns: Collection[str] | None) -> Source:
        """Return the source with at least these columns, or with all for None."""
        return self.source if self.reads is None or columns is None else self.reads(columns)
