"""An animation as a calendar entry (RFC 5545) for people who have a seat. A newer entry replaces an older one."""

from __future__ import annotations

from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress

from application.wording.animations import Host, place
from domain.animations.animation import Animation
from domain.animations.transitions import AnimationStatus


def calendar_entry(animation: Animation, version: int, changed_at: datetime, host: Host) -> str:
    """Return the entry, with the id it has in the public feed.

    `version` is the animation's; `changed_at` is when it was reached.
    """
    content, cancelled = animation.content, animation.status is AnimationStatus.CANCELLED
    event = Event()
    event.add("uid", str(animation.id))
    event.add("dtstamp", changed_at)
    event.add("sequence", version)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("summary", content.title)
    # In UTC, so that no time zone needs a definition.
    event.add("dtstart", content.starts_at.astimezone(UTC))
    event.add("dtend", content.ends_at.astimezone(UTC))
    event.add("location", place(content))
    event.add("url", host.page(animation))
    event.add("description", "\n".join(part for part in (host.name, host.contact, host.online_link) if part))
    if host.contact is not None:
        event.add("contact", host.contact)
    if host.email is not None:
        organizer = vCalAddress(f"mailto:{host.email}")
        organizer.params["cn"] = host.name
        event.add("organizer", organizer)
    calendar = Calendar()
    calendar.add("prodid", "-//Parentalite et Numerique//Inscriptions//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical()).decode()
