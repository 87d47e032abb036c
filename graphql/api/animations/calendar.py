"""The public listing as an iCalendar feed that calendars subscribe to (RFC 5545, RFC 7986)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from api.animations.entries import Entry

ICALENDAR = "text/calendar; charset=utf-8"
_NAME = "Parentalité et Numérique"
_REFRESHED_EVERY = timedelta(hours=1)


def calendar(entries: Sequence[Entry], url: str) -> bytes:
    """Write the feed at `url`, with the time zones of its entries."""
    feed = Calendar()
    feed.add("prodid", "-//Parentalite et Numerique//Animations//FR")
    feed.add("version", "2.0")
    feed.add("name", _NAME)
    feed.add("x-wr-calname", _NAME)
    feed.add("source", url, parameters={"VALUE": "URI"})
    feed.add("refresh-interval", _REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT1H")
    for entry in entries:
        feed.add_component(_event(entry))
    feed.add_missing_timezones()
    return bytes(feed.to_ical())


def _event(entry: Entry) -> Event:
    """Write one event. `SEQUENCE` is the animation's version, so that calendars keep the newest."""
    event = Event()
    event.add("uid", f"{entry.id}@{urlsplit(entry.url).hostname}")
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.version)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("summary", entry.title)
    event.add("description", entry.text)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("location", entry.place)
    event.add("url", entry.url)
    event.add("categories", [entry.territory, entry.type, *entry.themes])
    return event
