"""Keyset paging: a page begins after the row that a cursor names, which survives inserts and costs the same anywhere.

https://use-the-index-luke.com/no-offset
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

DEFAULT_PAGE = 20
LARGEST_PAGE = 100


class BadPage(Exception):
    """An argument of a page cannot be used; the message is French, `argument` names it."""

    def __init__(self, argument: str, message: str) -> None:
        self.argument = argument
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Order:
    """One expression that rows are ordered by, never null, with its SQL type."""

    name: str
    expression: str
    kind: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that all hold, and their parameters."""

    conditions: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)

    def where(self, condition: str, **params: Any) -> Filter:
        return Filter((*self.conditions, condition), {**self.params, **params})

    @property
    def clause(self) -> str:
        return " AND ".join(f"({condition})" for condition in self.conditions) or "true"


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows: `size` of them after (or, `backwards`, before) the row whose order values are `start`."""

    size: int
    start: tuple[str, ...] | None = None
    backwards: bool = False


def page(
    orders: Sequence[Order], first: int | None, after: str | None, last: int | None = None, before: str | None = None
) -> Page:
    """The page that a connection's arguments ask for. Raises BadPage naming the argument."""
    if first is not None and last is not None:
        raise BadPage("last", "first et last ne vont pas ensemble.")
    if after is not None and before is not None:
        raise BadPage("before", "after et before ne vont pas ensemble.")
    backwards = last is not None or before is not None
    argument, size = ("last", last) if backwards else ("first", first)
    size = DEFAULT_PAGE if size is None else size
    if not 1 <= size <= LARGEST_PAGE:
        raise BadPage(argument, f"{argument} : nombre attendu entre 1 et {LARGEST_PAGE}.")
    cursor_argument, cursor = ("before", before) if backwards else ("after", after)
    start = None if cursor is None else _decoded(cursor_argument, cursor, orders)
    return Page(size, start, backwards)


def cursor_of(orders: Sequence[Order], values: Sequence[str]) -> str:
    """Opaque to clients: the order that it belongs to, and the row's values in it."""
    return base64.urlsafe_b64encode(orjson.dumps([_signature(orders), *values])).decode().rstrip("=")


def page_statement(select: str, filtered: Filter, orders: Sequence[Order], asked: Page) -> tuple[str, dict[str, Any]]:
    """The statement for one row more than the page, and its parameters.

    `select` ends before WHERE and holds `{cursor}` among its columns: the row's cursor values, as text.
    """
    params = dict(filtered.params)
    conditions = [filtered.clause]
    if asked.start is not None:
        params |= {f"start{place}": value for place, value in enumerate(asked.start)}
        conditions.append(_beyond(orders, asked.backwards))
    directions = ", ".join(
        f"{order.expression} {'DESC' if order.descending != asked.backwards else 'ASC'}" for order in orders
    )
    values = ", ".join(f"({order.expression})::text" for order in orders)
    statement = (
        select.replace("{cursor}", f"ARRAY[{values}] AS cursor_values")
        + f" WHERE {' AND '.join(conditions)} ORDER BY {directions} LIMIT {asked.size + 1}"
    )
    return statement, params


def _beyond(orders: Sequence[Order], backwards: bool) -> str:
    """The rows on the far side of the start."""
    descending = [order.descending != backwards for order in orders]
    starts = [f"%(start{place})s::{order.kind}" for place, order in enumerate(orders)]
    if len(set(descending)) == 1:
        # A comparison of rows is what an index on the same columns answers at once.
        expressions = ", ".join(order.expression for order in orders)
        return f"({expressions}) {'<' if descending[0] else '>'} ({', '.join(starts)})"
    alternatives = []
    for place, order in enumerate(orders):
        same = [f"{orders[before].expression} = {starts[before]}" for before in range(place)]
        further = f"{order.expression} {'<' if descending[place] else '>'} {starts[place]}"
        alternatives.append(" AND ".join([*same, further]))
    return "(" + " OR ".join(f"({alternative})" for alternative in alternatives) + ")"


def _signature(orders: Sequence[Order]) -> str:
    return ",".join(f"{'-' if order.descending else ''}{order.name}" for order in orders)


_CHECKS: Mapping[str, Any] = {
    "uuid": UUID,
    "timestamptz": datetime.fromisoformat,
    "bigint": int,
    "text": str,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def _decoded(argument: str, cursor: str, orders: Sequence[Order]) -> tuple[str, ...]:
    try:
        signature, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if signature != _signature(orders) or len(values) != len(orders):
            raise ValueError(signature)
        for order, value in zip(orders, values, strict=True):
            if not isinstance(value, str) or "\0" in value:
                raise ValueError(value)
            _CHECKS[order.kind](value)
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise BadPage(argument, f"{argument} : curseur inconnu pour ce tri.") from error
    return tuple(values)
