"""Dates, hours and numbers as French readers expect them. Times arrive in the local time of the place."""

from __future__ import annotations

import re
from datetime import date, datetime

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_BEFORE_MARK, _AFTER_QUOTE = re.compile(r" (?=[:;!?»])"), re.compile(r"(?<=«) ")
#: Keeps a number with its unit on one line.
_NBSP = "\N{NO-BREAK SPACE}"


def day(value: str | date) -> str:
    """Return `vendredi 15 janvier 2027`."""
    moment = value if isinstance(value, date) else datetime.fromisoformat(value).date()
    number = "1er" if moment.day == 1 else str(moment.day)
    return f"{_DAYS[moment.weekday()]} {number}{_NBSP}{_MONTHS[moment.month - 1]} {moment.year}"


def hour(value: str) -> str:
    """Return `18 h` or `18 h 30`."""
    moment = datetime.fromisoformat(value)
    minutes = f"{_NBSP}{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour}{_NBSP}h{minutes}"


def span(start: str, end: str) -> str:
    """Return when something takes place, from start to end."""
    first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    if first.date() == last.date():
        return f"{day(start)}, de {hour(start)} à {hour(end)}"
    return f"du {day(start)} à {hour(start)} au {day(end)} à {hour(end)}"


def typography(text: str) -> str:
    """Keep `: ; ! ? »` on the line of the word before them."""
    return _BEFORE_MARK.sub(_NBSP, _AFTER_QUOTE.sub(_NBSP, text))


def seats(number: int) -> str:
    return "Complet" if not number else "1 place" if number == 1 else f"{count(number)} places"


def count(number: int) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def plural(number: int, one: str, many: str) -> str:
    """Return `0 animation`, `1 animation`, `2 animations`: in French, the plural begins with two."""
    return f"{count(number)}{_NBSP}{one if number < 2 else many}"
