"""When something takes place, in the local time of its territory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from application.papers.french import clock_time, full_date

#: What people call the time of a zone that is not that of Paris.
_ZONES: Mapping[str, str] = {
    "America/Guadeloupe": "heure de la Guadeloupe",
    "America/Martinique": "heure de la Martinique",
    "America/Cayenne": "heure de la Guyane",
    "Indian/Reunion": "heure de La Réunion",
    "Indian/Mayotte": "heure de Mayotte",
}
_USUAL = "Europe/Paris"


def zone_words(time_zone: str) -> str:
    """Return the name of the local time; nothing for that of Paris, which readers expect."""
    if time_zone == _USUAL:
        return ""
    return _ZONES.get(time_zone) or f"heure locale, {time_zone.rpartition('/')[2].replace('_', ' ')}"


def span(start: datetime, end: datetime, time_zone: str) -> str:
    """`vendredi 15 janvier 2027, de 18 h 00 à 20 h 00`, in local time, with the name of another zone than Paris'."""
    start, end = start.astimezone(ZoneInfo(time_zone)), end.astimezone(ZoneInfo(time_zone))
    if start.date() == end.date():
        return f"{full_date(start)}, {hours(start, end, time_zone)}"
    words = f"du {full_date(start)} à {clock_time(start)} au {full_date(end)} à {clock_time(end)}"
    return _in_zone(words, time_zone)


def hours(start: datetime, end: datetime, time_zone: str) -> str:
    """`de 18 h 00 à 20 h 00`: for below the date of the start."""
    start, end = start.astimezone(ZoneInfo(time_zone)), end.astimezone(ZoneInfo(time_zone))
    if start.date() == end.date():
        return _in_zone(f"de {clock_time(start)} à {clock_time(end)}", time_zone)
    return _in_zone(f"de {clock_time(start)} au {full_date(end)} à {clock_time(end)}", time_zone)


def _in_zone(words: str, time_zone: str) -> str:
    zone = zone_words(time_zone)
    return f"{words} ({zone})" if zone else words
