"""Dates, times, sums and identifiers as a French reader expects them."""

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
    """`lundi 15 mars 2027`; the first of a month is `1er`."""
    return f"{_DAYS[day.weekday()]} {'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def clock_time(instant: datetime) -> str:
    """`18 h 05`, on the clock that the instant carries."""
    return f"{instant.hour}{NBSP}h{NBSP}{instant.minute:02}"


def date_and_time(instant: datetime) -> str:
    """`15/03/2027 18:05`."""
    return f"{instant:%d/%m/%Y %H:%M}"


def euros(amount: Decimal) -> str:
    """`1 350,00 €`, exact to the cent: an amount with a part of a cent is a mistake and raises ValueError."""
    cents = amount.quantize(Decimal("0.01"))
    if cents != amount:
        raise ValueError(f"{amount} has parts of a cent")
    return f"{cents:,.2f}".replace(",", NBSP).replace(".", ",") + f"{NBSP}€"


def siret(number: str) -> str:
    """`210 200 010 00010`."""
    return NBSP.join((number[:3], number[3:6], number[6:9], number[9:]))
