"""The page that a connection's arguments ask for, and the cursors that name its ends."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any
from uuid import UUID

import orjson

from projections.engine.paging.listings import TURN, Order

DEFAULT_PAGE = 20
LARGEST_PAGE = 100
#: The largest value of PostgreSQL's `real`.
_LARGEST_REAL = 3e38


class BadPage(Exception):
    """The argument named `argument` is invalid. The message is in French."""

    def __init__(self, argument: str, message: str) -> None:
        self.argument = argument
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `size` rows after the row whose order values are `start`, or before it if `backwards`; none at `stop` or
    beyond.
    """

    size: int
    start: tuple[Any, ...] | None = None
    backwards: bool = False
    stop: tuple[Any, ...] | None = None


def page(
    orders: Sequence[Order], first: int | None, after: str | None, last: int | None = None, before: str | None = None
) -> Page:
    """Return the page for a connection's arguments. Raise BadPage, with the argument's name."""
    if first is not None and last is not None:
        raise BadPage("last", "first et last ne vont pas ensemble.")
    backwards = last is not None or (before is not None and first is None and after is None)
    argument, size = ("last", last) if backwards else ("first", first)
    size = DEFAULT_PAGE if size is None else size
    if not 0 <= size <= LARGEST_PAGE:
        raise BadPage(argument, f"{argument} : nombre attendu entre 0 et {LARGEST_PAGE}.")
    beyond, up_to = (_decoded(name, text, orders) for name, text in (("after", after), ("before", before)))
    return Page(size, up_to, True, beyond) if backwards else Page(size, beyond, False, up_to)


def cursor_of(orders: Sequence[Order], values: Sequence[str]) -> str:
    """Return a cursor, opaque to clients: its order, and the row's values in it."""
    return base64.urlsafe_b64encode(orjson.dumps([_signature(orders), *values])).decode().rstrip("=")


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


def _integer(value: str) -> int:
    number = int(value)
    if not -(1 << 31) <= number < 1 << 31:
        raise ValueError(value)
    return number


def _real(value: str) -> float:
    number = float(value)
    if not isfinite(number) or abs(number) > _LARGEST_REAL:
        raise ValueError(value)
    return number


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError(value)
    return value


#: Parse a cursor's texts, so that PostgreSQL never gets a text that it cannot read.
_VALUES: Mapping[str, Callable[[str], Any]] = {
    "uuid": UUID,
    "timestamptz": _instant,
    TURN: _instant,
    "bigint": _position,
    "integer": _integer,
    "real": _real,
    "text": _text,
    "boolean": {"true": True, "false": False}.__getitem__,
}


def _decoded(argument: str, cursor: str | None, orders: Sequence[Order]) -> tuple[Any, ...] | None:
    if cursor is None:
        return None
    try:
        signature, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if signature != _signature(orders) or not all(isinstance(value, str) for value in values):
            raise ValueError(signature)
        return tuple(_VALUES[order.kind](value) for order, value in zip(orders, values, strict=True))
    except (ValueError, KeyError, TypeError, OverflowError, binascii.Error) as error:
        raise BadPage(argument, f"{argument} : curseur inconnu pour ce tri.") from error
