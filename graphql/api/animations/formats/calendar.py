"""The public listing as an iCalendar feed that calendars subscribe to (RFC 5545, RFC 7986)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from icalendar import Calendar, Event

from api.animations.formats.entries import Entry, More
from application.calendars.zones import time_zone, unambiguous

ICALENDAR = "text/calendar; charset=utf-8"
_NAME = "Parentalité et Numérique"
_REFRESHED_EVERY = timedelta(hours=1)


def calendar(entries: Sequence[Entry], url: str, more: More | None) -> bytes:
    """Write the feed at `url`, with the time zones of its entries."""
    feed = _calendar(entries)
    feed.add("name", _NAME)
    feed.add("x-wr-calname", _NAME)
    feed.add("source", url, parameters={"VALUE": "URI"})
    feed.add("refresh-interval", _REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT1H")
    if more is not None:
        feed.add("description", more.text)
        feed.add("x-wr-caldesc", more.text)
    if more is not None:
        feed.add_component(_more(more))
    return bytes(feed.to_ical())


def calendar_entry(entries: Sequence[Entry], url: str, more: More | None) -> bytes:
    """Write the entries alone: nothing to subscribe to, which some calendars would make a calendar of its own of."""
    return bytes(_calendar(entries).to_ical())


def _calendar(entries: Sequence[Entry]) -> Calendar:
    feed = Calendar()
    feed.add("prodid", "-//Parentalite et Numerique//Animations//FR")
    feed.add("version", "2.0")
    years: dict[str, int] = {}
    for entry in entries:
        years[entry.time_zone] = min(entry.starts_at.year, years.get(entry.time_zone, entry.starts_at.year))
    for name, first in sorted(years.items()):
        feed.add_component(time_zone(name, first))
    for entry in entries:
        feed.add_component(_event(entry))
    return feed


def _event(entry: Entry) -> Event:
    """Write one event. `SEQUENCE` is the animation's version, so that calendars keep the newest."""
    event = Event()
    # The id alone: the site's name may change, what takes place does not (RFC 7986, section 5.3).
    event.add("uid", str(entry.id))
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.version)
    event.add("status", "CANCELLED" if entry.cancelled else "TENTATIVE" if entry.suspended else "CONFIRMED")
    event.add("summary", entry.title)
    event.add("description", entry.full_text)
    event.add("dtstart", unambiguous(entry.starts_at))
    event.add("dtend", unambiguous(entry.ends_at))
    event.add("location", entry.place)
    event.add("url", entry.url)
    if entry.contact is not None:
        event.add("contact", entry.contact)
    event.add("categories", [entry.territory, entry.type, *entry.themes])
    return event


def _more(more: More) -> Event:
    """Say, on the day after the last entry, that the calendar goes on elsewhere."""
    event = Event()
    event.add("uid", str(more.id))
    event.add("dtstamp", more.changed_at)
    event.add("summary", more.title)
    event.add("description", more.text)
    day = (more.after + timedelta(days=1)).date()
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("url", more.url)
    return event
