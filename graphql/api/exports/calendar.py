"""The public listing as an iCalendar feed that calendars subscribe to (RFC 5545, RFC 7986)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from api.lists import Lists
from api.types.base import local
from domain.animation_transitions import AnimationStatus

ICALENDAR = "text/calendar; charset=utf-8"
#: What calendars show; the listing itself has no bounds.
PAST, COMING = timedelta(days=31), timedelta(days=366)
MOST_ENTRIES = 1_000
_REFRESHED_EVERY = timedelta(hours=1)


def bounds(now: datetime) -> tuple[datetime, datetime]:
    """From when to when animations start that the feed tells of."""
    return now - PAST, now + COMING


def feed(rows: Iterable[dict[str, Any]], lists: Lists, public_url: str) -> bytes:
    """The calendar of these rows of `queries.SOURCE`; with the time zones of their territories."""
    calendar = Calendar()
    calendar.add("prodid", "-//Parentalite et Numerique//Animations//FR")
    calendar.add("version", "2.0")
    calendar.add("name", "Parentalité et Numérique")
    calendar.add("x-wr-calname", "Parentalité et Numérique")
    calendar.add("refresh-interval", _REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", _REFRESHED_EVERY)
    for row in rows:
        calendar.add_component(_entry(row, lists, public_url))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _entry(row: dict[str, Any], lists: Lists, public_url: str) -> Event:
    """`SEQUENCE` is the animation's version: calendars take a higher one for the newer."""
    cancelled = row["status"] == AnimationStatus.CANCELLED
    entry = Event()
    entry.add("uid", f"{row['animation_id']}@{urlsplit(public_url).hostname}")
    entry.add("dtstamp", row["published_at"])
    entry.add("sequence", row["version"])
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    entry.add("summary", f"Annulée : {row['title']}" if cancelled else row["title"])
    entry.add("description", row["description"])
    entry.add("dtstart", local(row["starts_at"], row["time_zone"]))
    entry.add("dtend", local(row["ends_at"], row["time_zone"]))
    entry.add("location", ", ".join(part for part in (row["venue_name"], row["address"]) if part))
    entry.add("url", f"{public_url}/animations/{row['animation_id']}")
    entry.add("categories", [lists.territories[row["territory"]].name])
    return entry
