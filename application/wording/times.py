"""When something takes place, in the local time of its territory."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from application.papers.french import clock_time, full_date, in_zone


def span(start: datetime, end: datetime, time_zone: str) -> str:
    """`vendredi 15 janvier 2027, de 18 h à 20 h`, in local time, with the name of another zone than Paris'."""
    start, end = start.astimezone(ZoneInfo(time_zone)), end.astimezone(ZoneInfo(time_zone))
    if start.date() == end.date():
        return f"{full_date(start)}, {hours(start, end, time_zone)}"
    words = f"du {full_date(start)} à {clock_time(start)} au {full_date(end)} à {clock_time(end)}"
    return in_zone(words, time_zone)


def hours(start: datetime, end: datetime, time_zone: str) -> str:
    """`de 18 h à 20 h`: for below the date of the start."""
    start, end = start.astimezone(ZoneInfo(time_zone)), end.astimezone(ZoneInfo(time_zone))
    if start.date() == end.date():
        return in_zone(f"de {clock_time(start)} à {clock_time(end)}", time_zone)
    return in_zone(f"de {clock_time(start)} au {full_date(end)} à {clock_time(end)}", time_zone)
