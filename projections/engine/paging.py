"""Keyset paging: a page begins after the row of a cursor, so inserts do not shift it and late pages cost no more.

https://use-the-index-luke.com/no-offset
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

DEFAULT_PAGE = 20
LARGEST_PAGE = 100


class BadPage(Exception):
    """The argument named `argument` is invalid. The message is in French."""

    def __init__(self, argument: str, message: str) -> None:
        self.argument = argument
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Order:
    """An SQL expression to order rows by. It is never null; `kind` is its SQL type."""

    name: str
    expression: str
    kind: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """SQL conditions that a row must all meet, and their parameters."""

    conditions: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    #: (column, SQL of an array): rows whose column is one of its values, looked for value by value (see `each_of`).
    each: tuple[tuple[str, str], ...] = ()
    #: A statement for the number of matching rows, as `total`, if there is a faster one than counting them.
    counting: str | None = None

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


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `size` rows after the row whose order values are `start`, or before it if `backwards`."""

    size: int
    start: tuple[Any, ...] | None = None
    backwards: bool = False


def page(
    orders: Sequence[Order], first: int | None, after: str | None, last: int | None = None, before: str | None = None
) -> Page:
    """Return the page for a connection's arguments. Raise BadPage, with the argument's name."""
    if first is not None and last is not None:
        raise BadPage("last", "first et last ne vont pas ensemble.")
    if after is not None and (last is not None or before is not None):
        raise BadPage("after", "after va avec first, et before avec last.")
    if before is not None and first is not None:
        raise BadPage("before", "after va avec first, et before avec last.")
    backwards = last is not None or before is not None
    argument, size = ("last", last) if backwards else ("first", first)
    size = DEFAULT_PAGE if size is None else size
    if not 1 <= size <= LARGEST_PAGE:
        raise BadPage(argument, f"{argument} : nombre attendu entre 1 et {LARGEST_PAGE}.")
    cursor_argument, cursor = ("before", before) if backwards else ("after", after)
    start = None if cursor is None else _decoded(cursor_argument, cursor, orders)
    return Page(size, start, backwards)


def cursor_of(orders: Sequence[Order], values: Sequence[str]) -> str:
    """Return a cursor, opaque to clients: its order, and the row's values in it."""
    return base64.urlsafe_b64encode(orjson.dumps([_signature(orders), *values])).decode().rstrip("=")


def page_statement(
    source: Source, filtered: Filter, orders: Sequence[Order], requested: Page, counting: str | None = None
) -> tuple[str, dict[str, Any]]:
    """Return the statement for the page and one row more, and its parameters.

    Each row has its `cursor_values`, and the result of the statement `counting` as `list_total`.
    """
    cut, params = _cut(source, filtered, orders, requested)
    if counting is not None:
        source = replace(source, shown=f"{source.shown}, ({counting}) AS list_total")
    return _shown(source, f"({cut})", orders, requested), params


def pages_statement(
    source: Source, filtered: Filter, orders: Sequence[Order], requested: Page
) -> tuple[str, dict[str, Any]]:
    """Return `page_statement` for the same page of the lists of all `%(owners)s` (UUIDs) at once."""
    cut, params = _cut(source, filtered.where(f"{source.alias}.{source.owner} = owners.id"), orders, requested)
    return _shown(
        source, f"unnest(%(owners)s::uuid[]) AS owners(id) CROSS JOIN LATERAL ({cut})", orders, requested
    ), params


def count_statement(source: Source, filtered: Filter) -> str:
    """Return the statement for the number of rows in the whole list, as `total`."""
    return f"SELECT count(*) AS total FROM {source.rows} WHERE {filtered.clause}"


def counts_statement(source: Source, filtered: Filter) -> str:
    """Return the statement for the number of rows of each non-empty list of `%(owners)s`, by `owner`."""
    owner = f"{source.alias}.{source.owner}"
    return (
        f"SELECT {owner} AS owner, count(*) AS total FROM {source.rows}"
        f" WHERE {owner} = ANY(%(owners)s) AND {filtered.clause} GROUP BY 1"
    )


def _cut(source: Source, filtered: Filter, orders: Sequence[Order], requested: Page) -> tuple[str, dict[str, Any]]:
    if filtered.each:
        combinations, single = filtered.value_by_value()
        cut, params = _cut(source, single, orders, requested)
        merged = (
            f"SELECT {source.alias}.* FROM {combinations} CROSS JOIN LATERAL ({cut}) {source.alias}"
            f" ORDER BY {_directions(orders, requested)} LIMIT {requested.size + 1}"
        )
        return merged, params
    params = dict(filtered.params)
    conditions = [filtered.clause]
    if requested.start is not None:
        params |= {f"start{place}": value for place, value in enumerate(requested.start)}
        conditions.append(_beyond(orders, requested.backwards))
    values = ", ".join(f"({order.expression})::text" for order in orders)
    statement = (
        f"SELECT {source.alias}.*, ARRAY[{values}] AS cursor_values FROM {source.rows}"
        f" WHERE {' AND '.join(conditions)} ORDER BY {_directions(orders, requested)} LIMIT {requested.size + 1}"
    )
    return statement, params


def _shown(source: Source, cut: str, orders: Sequence[Order], requested: Page) -> str:
    # Join after cutting the page, whatever the planner prefers.
    own = f"{source.own}, {source.alias}.cursor_values" if source.own else f"{source.alias}.*"
    by = _directions(orders, requested)
    return f"SELECT {own}{source.shown} FROM {cut} {source.alias} {source.joined} ORDER BY {by}"


def _directions(orders: Sequence[Order], requested: Page) -> str:
    return ", ".join(
        f"{order.expression} {'DESC' if order.descending != requested.backwards else 'ASC'}" for order in orders
    )


def _beyond(orders: Sequence[Order], backwards: bool) -> str:
    """Return the condition for the rows beyond the start."""
    descending = [order.descending != backwards for order in orders]
    starts = [f"%(start{place})s::{order.kind}" for place, order in enumerate(orders)]
    if len(set(descending)) == 1:
        # An index on the same columns answers a comparison of rows directly.
        expressions = ", ".join(order.expression for order in orders)
        return f"({expressions}) {'<' if descending[0] else '>'} ({', '.join(starts)})"
    alternatives = []
    for place, order in enumerate(orders):
        same = [f"{orders[before].expression} = {starts[before]}" for before in range(place)]
        further = f"{order.expression} {'<' if descending[place] else '>'} {starts[place]}"
        alternatives.append(" AND ".join([*same, further]))
    # Repeat the bound for the first order alone, so that an index on it can begin there.
    bound = f"{orders[0].expression} {'<=' if descending[0] else '>='} {starts[0]}"
    return bound + " AND (" + " OR ".join(f"({alternative})" for alternative in alternatives) + ")"


def _signature(orders: Sequence[Order]) -> str:
    return ",".join(f"{'-' if order.descending else ''}{order.name}" for order in orders)


def _instant(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError(value)
    return instant


def _position(value: str) -> int:
    position = int(value)
    if not 0 <= position < 1 << 63:
        raise ValueError(value)
    return position


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError(value)
    return value


#: Parse a cursor's texts, so that PostgreSQL never gets a text that it cannot read.
_VALUES: Mapping[str, Callable[[str], Any]] = {
    "uuid": UUID,
    "timestamptz": _instant,
    "bigint": _position,
    "text": _text,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def _decoded(argument: str, cursor: str, orders: Sequence[Order]) -> tuple[Any, ...]:
    try:
        signature, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if signature != _signature(orders) or not all(isinstance(value, str) for value in values):
            raise ValueError(signature)
        return tuple(_VALUES[order.kind](value) for order, value in zip(orders, values, strict=True))
    except (ValueError, KeyError, TypeError, OverflowError, binascii.Error) as error:
        raise BadPage(argument, f"{argument} : curseur inconnu pour ce tri.") from error
