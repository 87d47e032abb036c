"""The public listing as schema.org events in JSON-LD (https://schema.org/Event)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from api.animations.entries import Entry

JSON_LD = "application/ld+json; charset=utf-8"


def json_ld(entries: Sequence[Entry], url: str) -> bytes:
    """Write the graph at `url`."""
    return orjson.dumps({"@context": "https://schema.org", "@id": url, "@graph": [_event(entry) for entry in entries]})


def _event(entry: Entry) -> dict[str, Any]:
    attended = "Online" if entry.online else "Offline"
    return {
        "@type": "Event",
        "@id": entry.url,
        "url": entry.url,
        "identifier": str(entry.id),
        "name": entry.name,
        "description": entry.text,
        "startDate": entry.starts_at.isoformat(),
        "endDate": entry.ends_at.isoformat(),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if entry.cancelled else 'Scheduled'}",
        "eventAttendanceMode": f"https://schema.org/{attended}EventAttendanceMode",
        "location": _location(entry),
        "organizer": {
            "@type": "Organization",
            "name": entry.structure,
            "identifier": {"@type": "PropertyValue", "propertyID": "SIRET", "value": entry.siret},
        },
        "isAccessibleForFree": True,
        "maximumAttendeeCapacity": entry.seats,
        "remainingAttendeeCapacity": entry.seats_left,
        "audience": {"@type": "Audience", "audienceType": entry.audience},
        "keywords": [entry.type, *entry.themes],
        "inLanguage": "fr",
    }


def _location(entry: Entry) -> dict[str, Any]:
    if entry.online:
        return {"@type": "VirtualLocation", "name": entry.venue, "url": entry.url}
    address = {"@type": "PostalAddress", "addressCountry": "FR", "addressRegion": entry.territory}
    street = {"streetAddress": entry.address} if entry.address else {}
    return {"@type": "Place", "name": entry.venue, "address": address | street}
