"""An animation as a calendar entry (RFC 5545), for those who have a seat: a newer one takes the place of an older."""

from __future__ import annotations

from datetime import UTC, datetime

from icalendar import Calendar, Event

from application.notifications.animation_words import Host, place
from domain.animations.animation import Animation
from domain.animations.transitions import AnimationStatus


def calendar_entry(animation: Animation, version: int, changed_at: datetime, host: Host) -> str:
    """Under the id that the public feed gives it; `version` is the animation's, `changed_at` when it came to it."""
    content, cancelled = animation.content, animation.status is AnimationStatus.CANCELLED
    event = Event()
    event.add("uid", f"{animation.id}@{host.site}")
    event.add("dtstamp", changed_at)
    event.add("sequence", version)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("summary", content.title)
    # In UTC: no time zone has to be described.
    event.add("dtstart", content.starts_at.astimezone(UTC))
    event.add("dtend", content.ends_at.astimezone(UTC))
    event.add("location", place(content))
    event.add("url", host.page(animation))
    event.add("description", "\n".join(part for part in (host.name, host.contact) if part))
    calendar = Calendar()
    calendar.add("prodid", "-//Parentalite et Numerique//Inscriptions//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical()).decode()
