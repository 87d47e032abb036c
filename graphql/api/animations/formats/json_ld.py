"""The public listing as schema.org events in JSON-LD (https://schema.org/Event)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from api.animations.formats.entries import Entry, More

JSON_LD = "application/ld+json; charset=utf-8"
_PARTS = {"street": "streetAddress", "postal_code": "postalCode", "town": "addressLocality"}


def json_ld(entries: Sequence[Entry], url: str, more: More | None) -> bytes:
    """Write the events into the default graph, which is where readers look for them."""
    nodes = [_event(entry) for entry in entries]
    if more is not None:
        nodes.append(_more(more, url, len(entries)))
    # In a page the file stands in an element that no text of ours may end.
    return orjson.dumps({"@context": "https://schema.org", "@graph": nodes}).replace(b"<", b"\\u003c")


def _more(more: More, url: str, count: int) -> dict[str, Any]:
    """Describe the list itself, whose events are more than stand here."""
    return {
        "@type": "ItemList",
        "@id": more.id.urn,
        "url": url,
        "name": more.title,
        "description": more.text,
        "numberOfItems": count + more.left_out,
    }


def _event(entry: Entry) -> dict[str, Any]:
    attended = "Online" if entry.online else "Offline"
    status = "Cancelled" if entry.cancelled else "Postponed" if entry.suspended else "Scheduled"
    return {
        "@type": "Event",
        "@id": entry.url,
        "url": entry.url,
        "identifier": str(entry.id),
        "name": entry.name,
        "description": entry.text,
        "startDate": entry.starts_at.isoformat(),
        "endDate": entry.ends_at.isoformat(),
        "eventStatus": f"https://schema.org/Event{status}",
        "eventAttendanceMode": f"https://schema.org/{attended}EventAttendanceMode",
        "location": _location(entry),
        "organizer": _organizer(entry),
        "isAccessibleForFree": True,
        "maximumAttendeeCapacity": entry.seats,
        "remainingAttendeeCapacity": entry.seats_left,
        "audience": {"@type": "Audience", "audienceType": entry.audience},
        "keywords": [entry.type, *entry.themes],
        "inLanguage": [*entry.languages] or "fr",
    }


def _organizer(entry: Entry) -> dict[str, Any]:
    parts = {"telephone": entry.phone, "email": entry.email, "description": entry.hours}
    contact = {name: part for name, part in parts.items() if part is not None}
    return {
        "@type": "Organization",
        "name": entry.structure,
        "identifier": {"@type": "PropertyValue", "propertyID": "SIRET", "value": entry.siret},
        **({"contactPoint": {"@type": "ContactPoint", **contact}} if contact else {}),
    }


def _location(entry: Entry) -> dict[str, Any]:
    if entry.online:
        return {"@type": "VirtualLocation", "name": entry.venue, "url": entry.url}
    address = {"@type": "PostalAddress", "addressCountry": "FR", "addressRegion": entry.territory}
    written = {_PARTS[name]: text for name, text in entry.postal_address.items()}
    offers = [{"@type": "LocationFeatureSpecification", "name": offer, "value": True} for offer in entry.accessibility]
    place: dict[str, Any] = {"@type": "Place", "name": entry.venue, "address": address | written}
    if offers:
        place |= {"amenityFeature": offers}
    return place | {"containedInPlace": {"@type": "School", "name": entry.school}} if entry.school else place
