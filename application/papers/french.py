"""Format dates, times, sums and identifiers as French readers expect them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
#: Keeps a number and its unit on one line.
NBSP = "\u00a0"


def full_date(day: date) -> str:
    """Format as `lundi 15 mars 2027`; the first of a month is `1er`."""
    return f"{_DAYS[day.weekday()]} {'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def clock_time(instant: datetime) -> str:
    """Format as `18 h 05`, in the instant's own time zone."""
    return f"{instant.hour}{NBSP}h{NBSP}{instant.minute:02}"


def date_and_time(instant: datetime) -> str:
    """Format as `15/03/2027 18:05`."""
    return f"{instant:%d/%m/%Y %H:%M}"


def euros(amount: Decimal) -> str:
    """Format as `1 350,00 €`. Raises ValueError for fractions of a cent."""
    cents = amount.quantize(Decimal("0.01"))
    if cents != amount:
        raise ValueError(f"{amount} has parts of a cent")
    return f"{cents:,.2f}".replace(",", NBSP).replace(".", ",") + f"{NBSP}€"


def siret(number: str) -> str:
    """Format as `210 200 010 00010`."""
    return NBSP.join((number[:3], number[3:6], number[6:9], number[9:]))
