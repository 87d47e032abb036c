"""When the animation of a row begins and ends, from columns that hold dates, hours or both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from application.animations.animation_row import AnimationRow
from application.animations.times_in_words import (
    LacksYear,
    Moment,
    NoSuchDay,
    NotATime,
    OtherWeekday,
    moment_of,
    since_day_zero,
    together,
)

_HOURS_MINUTES = re.compile(r"(?:(\d{1,2})\s*(?:h(?:eures?)?|:))?\s*(?:(\d{1,3})\s*(?:min(?:utes?)?)?)?", re.IGNORECASE)
#: What a table is to call the column that it lacks.
_END_DATE = "Date de fin"
_WHEN = "date et heure attendues, par exemple 12/03/2027 18 h 30"
_WHAT_DAY, _WHAT_HOUR = "date attendue, par exemple 12/03/2027", "heure attendue, par exemple 18 h 30"
_WHAT_END = "heure de fin attendue, par exemple 20 h 30"
_WHAT_HOURS = "heures attendues, par exemple 18 h 30 - 20 h 30"
_TOO_MANY = "un début et une fin sont attendus : mettez chaque animation sur sa ligne"


def read_times(read: AnimationRow, cells: Mapping[str, str]) -> None:
    """Put together when it begins and ends. Refuse what is no day or no hour, naming its column."""
    moments: dict[str, Moment] = {}
    first = read.headings.first
    for name in ("date", "start", "end_date", "end", "hours"):
        try:
            moments[name] = moment_of(cells[name]) if name in cells else Moment()
            if len(moments[name].hours) > 2:
                read.refuse("starts_at", f"« {cells[name]} » : {_TOO_MANY}", first(name))
        except NotATime as error:
            moments[name] = Moment()
            about = "ends_at" if name.startswith("end") else "starts_at"
            read.refuse(about, f"« {cells[name]} » : {_why(error, name, cells)}", first(name))
    starts, ends = moments["start"], moments["end"]
    hours = [*moments["hours"].hours, *moments["date"].hours]
    day = moments["date"].day or starts.day or moments["hours"].day
    first_hour = starts.hour or (hours[0] if hours else None)
    starts_at = together(starts.day or day, first_hour)
    last_hour = ends.hour or next(iter([*starts.hours[1:], *hours[1:]]), None)
    ends_at = together(ends.day or moments["end_date"].day or starts.day or day, last_hour)
    if ends_at is None and starts_at is not None and "duration" in cells:
        ends_at = _after(read, starts_at, cells["duration"])
    read.values |= {"starts_at": starts_at, "ends_at": ends_at}
    if read.problems:
        return
    if starts_at is None:
        absent = ("date", "start", "hours") if day is None else ("start", "hours", "date")
        words = _WHAT_HOUR if day else _WHAT_DAY if first_hour else _WHEN
        read.refuse("starts_at", words, "" if words == _WHEN else first(*absent))
    if last_hour is None and "duration" not in cells:
        read.refuse("ends_at", _WHAT_END, first("end", "hours", "duration"))
    if last_hour and starts_at and ends_at and ends_at <= starts_at and not (ends.day or moments["end_date"].day):
        header = read.headings.own.get("end_date", _END_DATE)
        cell = f"« {cells['hours']} » : " if "hours" in cells and not ends.hour else ""
        words = f"la fin doit suivre le début. Si elle est le lendemain, mettez sa date dans une colonne « {header} »"
        read.refuse("ends_at", f"{cell}{words}", first("end", "hours", "start", "date"))


def _why(error: NotATime, column: str, cells: Mapping[str, str]) -> str:
    """Return what is wrong with the cell of a column, or what is expected in it."""
    match error:
        case OtherWeekday():
            return f"le {error.day:%d/%m/%Y} est un {error.weekday}"
        case LacksYear():
            return f"l'année manque, {_WHAT_DAY}"
        case NoSuchDay():
            return f"ce jour n'existe pas, {_WHAT_DAY}"
    hour = {"start": _WHAT_HOUR, "end": _WHAT_END} if "date" in cells else {}
    return {"date": _WHAT_DAY, "end_date": _WHAT_DAY, "hours": _WHAT_HOURS, **hour}.get(column, _WHEN)


def _after(read: AnimationRow, starts_at: datetime, duration: str) -> datetime | None:
    if (length := since_day_zero(duration)) is not None:
        return starts_at + length
    match = _HOURS_MINUTES.fullmatch(duration.strip())
    if match is None or not any(match.groups()) or duration.strip().isdigit():
        read.refuse("ends_at", f"« {duration} » : durée attendue, par exemple 1h30", read.headings.first("duration"))
        return None
    return starts_at + timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))
