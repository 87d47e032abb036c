"""An animation as a calendar entry for people who have a seat (RFC 5545), sent by letter (RFC 5546, RFC 6047).

A newer entry replaces an older one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from application.calendars.zones import time_zone, unambiguous
from application.wording.animations import Host, place_with_school
from domain.animations.animation import Animation
from domain.animations.transitions import AnimationStatus


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """The text of an entry, and what the calendar is to do with it: `REQUEST` or `CANCEL`."""

    text: str
    method: str


@dataclass(frozen=True, slots=True)
class Revision:
    """`sequence` rises with whatever changes, the animation or who registered; `changed_at` is when it last did."""

    sequence: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Attendee:
    """`given_up`: they had a seat, and have none any more. `questioned`: they are asked whether they still come."""

    address: str
    given_up: bool = False
    questioned: bool = False


def calendar_entry(
    animation: Animation, revision: Revision, host: Host, sender: str, attendee: Attendee
) -> CalendarEntry:
    """Return the attendee's entry, with the id it has in the public feed.

    `sender` is the address that the letter comes from: the entry names it where the structure has none.
    """
    cancelled = attendee.given_up or animation.status is AnimationStatus.CANCELLED
    starts_at = animation.content.starts_at.astimezone(ZoneInfo(animation.time_zone))
    event = _event(animation, starts_at, host)
    event.add("dtstamp", revision.changed_at)
    event.add("sequence", revision.sequence)
    event.add("status", "CANCELLED" if cancelled else "TENTATIVE" if animation.suspended else "CONFIRMED")
    organizer = vCalAddress(f"mailto:{host.email or sender}")
    organizer.params["cn"] = host.name
    event.add("organizer", organizer)
    # They have registered already: calendars need not ask them, nor answer the structure. What a letter asks is
    # answered by its link.
    status = "NEEDS-ACTION" if attendee.questioned and not cancelled else "ACCEPTED"
    person = vCalAddress(f"mailto:{attendee.address}")
    person.params.update({"role": "REQ-PARTICIPANT", "partstat": status, "rsvp": "FALSE"})
    event.add("attendee", person)
    calendar = Calendar()
    calendar.add("prodid", "-//Parentalite et Numerique//Inscriptions//FR")
    calendar.add("version", "2.0")
    method = "CANCEL" if cancelled else "REQUEST"
    calendar.add("method", method)
    calendar.add_component(time_zone(animation.time_zone, starts_at.year))
    calendar.add_component(event)
    return CalendarEntry(bytes(calendar.to_ical()).decode(), method)


def _event(animation: Animation, starts_at: datetime, host: Host) -> Event:
    """Return what the entry says of the animation: what, when, where, and whom to call."""
    content, ends_at = animation.content, animation.content.ends_at.astimezone(starts_at.tzinfo)
    event = Event()
    event.add("uid", str(animation.id))
    event.add("summary", content.title)
    event.add("dtstart", unambiguous(starts_at))
    event.add("dtend", unambiguous(ends_at))
    event.add("location", place_with_school(content, host.schools))
    event.add("url", host.page(animation))
    event.add("description", "\n".join(part for part in (host.name, host.contact, host.online_link) if part))
    if host.contact is not None:
        event.add("contact", host.contact)
    return event
