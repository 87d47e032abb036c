"""Dates and hours as people type them in a table: 12/03/2027 18h30, 12 mars 2027 à 18 h 30, 2027-03-12 18:30."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
#: Also 12-mars-27, as Excel shows it.
_IN_WORDS = re.compile(r"\b(\d{1,2})(?:er)?[\s-]+([a-z]+)\.?(?:[\s-]+(\d{4})|-(\d{2}))\b(?!\s*[h:])")
#: A day and a month, in numbers or in words.
_WITHOUT_YEAR = re.compile(r"(?<![\d/.-])(\d{1,2})(?:[/-](\d{1,2})|(?:er)?[\s-]+([a-z]{3,}))(?![\d/-])")
_HOUR = re.compile(r"(?<![\d:])(\d{1,2})\s*(?:h(?:eures?)?|:)\s*(\d{2})?(?::\d{2}(?:\.\d+)?)?(?!\d)")
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\b")
_NOON = re.compile(r"\bmidi\b")
#: Whether it is the offset of the place, nobody can tell in a table.
_OFFSET = re.compile(r"t\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*([+-]\d{2}:?\d{2}|z)$")
#: Words that stand beside a date or an hour.
_BESIDE = re.compile(
    r"\b(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lun|mar|mer|jeu|ven|sam|dim|le|du|de|a|au|et|min|t)\b"
)
#: Spreadsheets keep dates and hours as days since the end of 1899, and show them so where the cell's format is a
#: number.
_SERIAL = re.compile(r"(?:(0)|([3-7]\d{4}))(?:[.,](\d{1,17}))?", re.ASCII)
_DAY_ZERO = datetime(1899, 12, 30)
_MARKS = re.compile(r"[\s,;.()/–—-]+")


class NotATime(ValueError):
    """Raised for a cell that holds no date and no hour."""


class NoSuchDay(NotATime):
    """No calendar has that day."""


class LacksYear(NotATime):
    """A day and a month alone."""


class OtherWeekday(NotATime):
    """The day of the week is not that of the date, which is a `weekday`."""

    def __init__(self, day: date) -> None:
        super().__init__(day.isoformat())
        self.day, self.weekday = day, _WEEKDAYS[day.weekday()]


@dataclass(frozen=True, slots=True)
class Moment:
    """The date and the hours that a cell holds: none, one or two of these."""

    day: date | None = None
    hours: Sequence[time] = ()

    @property
    def hour(self) -> time | None:
        return self.hours[0] if self.hours else None


def moment_of(text: str) -> Moment:
    """Return what a cell says. Raise NotATime where something in it is neither a date nor an hour."""
    if (serial := of_serial(text)) is not None:
        day = serial.date() if serial >= _DAY_ZERO + timedelta(days=1) else None
        return Moment(day, (serial.time(),) if serial.time() != time() or day is None else ())
    rest = _plain(text)
    if _OFFSET.search(rest):
        raise NotATime(text)
    day = None
    for pattern, parse in ((_ISO, _of_iso), (_NUMBERS, _of_numbers), (_IN_WORDS, _of_words)):
        if match := pattern.search(rest):
            day, rest = parse(match), f"{rest[: match.start()]} {rest[match.end() :]}"
            break
    rest = _NOON.sub("12:00", rest)
    hours = [_hour(match) for match in _HOUR.finditer(rest)]
    rest = _MARKS.sub(" ", _BESIDE.sub(" ", _HOUR.sub(" ", rest))).strip()
    if rest or (day is None and not hours):
        raise LacksYear(text) if day is None and _lacks_year(_plain(text)) else NotATime(text)
    if day is not None and (named := set(_WEEKDAY.findall(_plain(text)))) and named != {_WEEKDAYS[day.weekday()]}:
        raise OtherWeekday(day)
    return Moment(day, hours)


def of_serial(text: str) -> datetime | None:
    """Return the time that a spreadsheet means by a number, to the minute: 0.75 is 18:00 of its day zero."""
    match = _SERIAL.fullmatch(text.strip())
    if match is None or (match[1] and not match[3]):
        return None
    days = float(f"{match[1] or match[2]}.{match[3] or 0}")
    return _DAY_ZERO + timedelta(minutes=round(days * 24 * 60))


def since_day_zero(text: str) -> timedelta | None:
    """Return the duration that a spreadsheet means by a fraction of a day: 0.0625 is 1h30."""
    serial = of_serial(text)
    return None if serial is None or serial >= _DAY_ZERO + timedelta(days=1) else serial - _DAY_ZERO


def _plain(text: str) -> str:
    """Return the text in small letters, without accents, its marks as they are."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in letters if not unicodedata.combining(char)).strip()


def _of_iso(match: re.Match[str]) -> date:
    return _date(int(match[1]), int(match[2]), int(match[3]))


def _of_numbers(match: re.Match[str]) -> date:
    year = int(match[3])
    return _date(year if year >= 100 else 2000 + year, int(match[2]), int(match[1]))


def _of_words(match: re.Match[str]) -> date:
    if not (month := _month(match[2])):
        raise NotATime(match[0])
    return _date(int(match[3] or f"20{match[4]}"), month, int(match[1]))


def _month(beginning: str) -> int:
    """Return the number of the only month that begins so, or 0."""
    months = [number for number, name in enumerate(_MONTHS, 1) if len(beginning) >= 3 and name.startswith(beginning)]
    return months[0] if len(months) == 1 else 0


def _lacks_year(text: str) -> bool:
    match = _WITHOUT_YEAR.search(text)
    return match is not None and (_month(match[3]) > 0 if match[3] else 1 <= int(match[2]) <= 12)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDay(f"{day}/{month}/{year}") from None


def _hour(match: re.Match[str]) -> time:
    try:
        return time(int(match[1]), int(match[2] or 0))
    except ValueError:
        raise NotATime(match[0]) from None


def together(day: date | None, hour: time | None) -> datetime | None:
    """Return the local time of a day and an hour, if both are there."""
    return None if day is None or hour is None else datetime.combine(day, hour)
