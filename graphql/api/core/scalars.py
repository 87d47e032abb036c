"""Scalars that accept malformed values, so that a payload reports them beside every other problem.

A malformed value becomes `Misread`. Commands refuse it like any value of a wrong type; queries use `readable`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from operator import methodcaller
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry
from strawberry.types.scalar import ScalarDefinition

from api.core.errors import invalid
from domain.typology.local_time import CLOCKS_OF_UTC
from projections.engine.past import PARIS

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Misread:
    """Replaces a malformed value. `expected` describes the type in French."""

    expected: str


def readable(value: T, *field: str) -> T:
    """Return the value of a query's argument. Raises INVALID, naming the field, if it is malformed."""
    if isinstance(value, Misread):
        raise invalid(f"{'.'.join(field)} : {value.expected}.", *field)
    return value


def moment(value: datetime | None, *field: str) -> datetime | None:
    """Return the instant, local time or day of a query's argument; a day begins at midnight, on clocks left open."""
    value = readable(value, *field)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value


def instant(value: datetime | None, *field: str) -> datetime | None:
    """Return the instant of a query's argument that no territory decides on; a day begins at midnight in Paris."""
    started = moment(value, *field)
    if started is None or started.tzinfo is not None:
        return started
    if isinstance(value, datetime):
        raise invalid(f"{'.'.join(field)} : {_OFFSET_WANTED}.", *field)
    return started.replace(tzinfo=PARIS)


def local(instant: datetime, time_zone: str) -> datetime:
    """Return the instant in the territory's local time."""
    return instant.astimezone(ZoneInfo(time_zone))


#: Longer than any instant, amount or identifier.
_LONGEST = 100


def _short(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= _LONGEST else None


_INSTANT = Misread("date et heure attendues, par exemple 2027-01-15T18:00:00+01:00 ou, sur place, 2027-01-15T18:00")
_OFFSET_WANTED = "date et heure avec décalage horaire attendues, par exemple 2027-01-15T18:00:00+01:00"
_CLOCKS_OF_UTC = re.compile(r"\+00(:?00){0,2}$")
_DAY = Misread("date attendue, par exemple 2027-01-15")
_AMOUNT = Misread("montant attendu, par exemple 150.00")
_IDENTIFIER = Misread("identifiant (UUID) attendu")


def _instant(value: object) -> datetime | date | Misread:
    """Parse an instant; without an offset, a local time or a day, whose territory the caller knows."""
    day = _day(value)
    if not isinstance(day, Misread):
        return day
    text = _short(value)
    try:
        instant = datetime.fromisoformat(text) if text is not None else None
    except ValueError:
        return _INSTANT
    if instant is None or text is None:
        return _INSTANT
    # Z says nothing of the clocks anywhere, +00:00 says that they show this (RFC 9557, section 2).
    return instant.replace(tzinfo=CLOCKS_OF_UTC) if _CLOCKS_OF_UTC.search(text) else instant


def _day(value: object) -> date | Misread:
    try:
        return date.fromisoformat(text) if (text := _short(value)) is not None else _DAY
    except ValueError:
        return _DAY


def _amount(value: object) -> str | int | float | Misread:
    # The command checks the form, and reports more precisely.
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else _AMOUNT
    return value if isinstance(value, int | float) and not isinstance(value, bool) else _AMOUNT


def _identifier(value: object) -> str | Misread:
    text = _short(value)
    return _IDENTIFIER if text is None else text


_iso = methodcaller("isoformat")

SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in ISO 8601 with its offset, such as 2027-01-15T18:00:00+01:00. Where an input says so,"
        " the offset may be left out: 2027-01-15T18:00.",
        serialize=_iso,
        parse_value=_instant,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar day in ISO 8601, such as 2027-01-15.",
        serialize=_iso,
        parse_value=_day,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact decimal number, written as a string: `150.00`.",
        serialize=str,
        parse_value=_amount,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description="A UUID, such as 6f7c1c0e-2a3f-4d11-9a53-0b6f0c7d971e.",
        serialize=str,
        parse_value=_identifier,
    ),
}
