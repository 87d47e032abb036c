"""An animation as every feed presents it: its public part, in the terms and local time of its territory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.core.scalars import local
from api.schools.labels import SCHOOL_COLUMNS, place_with_school, school_label
from api.typology.territories_and_terms import Lists
from application.wording.markdown import plain_text
from domain.animations.transitions import AnimationStatus
from domain.kernel.languages import language_name
from domain.typology.typology import ONLINE, TermKind

#: The columns read by `entry_of`.
COLUMNS = frozenset(
    {
        *("animation_id", "version", "status", "title", "description", "structure_name", "structure_siret"),
        *("territory", "time_zone", "starts_at", "ends_at", "day", "venue_type", "venue_name", "address"),
        *("audience", "type", "themes", "seats", "seats_left", "cancellation_reason", "published_at", "changed_at"),
        "uncovered",
        *("accessibility", "languages", "shown_phone", "shown_email", "shown_hours"),
        *SCHOOL_COLUMNS,
    }
)
_SUSPENDED = "Inscriptions suspendues : cette animation n'aura peut-être pas lieu.\n\n"
#: `12 rue des Lilas, 18000 Bourges`, as French addresses end.
_WITH_TOWN = re.compile(
    r"(?:(?P<street>.*?)[\s,]+)?(?P<postal_code>\d{5})\s+(?P<town>\D[^,]*?)(?:\s+cedex(?:\s+\d+)?)?(?:\s*,\s*france)?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A published animation, or one `cancelled` after that. `changed_at`: the last change, seats apart."""

    id: UUID
    version: int
    url: str
    cancelled: bool
    cancellation_reason: str | None
    name: str
    description: str
    structure: str
    siret: str
    territory: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    online: bool
    venue: str
    address: str | None
    audience: str
    type: str
    themes: Sequence[str]
    seats: int
    seats_left: int
    published_at: datetime
    changed_at: datetime
    phone: str | None = None
    email: str | None = None
    #: When one may call.
    hours: str | None = None
    accessibility: Sequence[str] = ()
    #: ISO 639 codes.
    languages: Sequence[str] = ()
    #: The school, and the venue together with it.
    school: str | None = None
    venue_and_school: str | None = None
    #: No convention covers it: nobody can register, and it may not take place.
    suspended: bool = False

    @property
    def title(self) -> str:
        return f"Annulée : {self.name}" if self.cancelled else self.name

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self.venue_and_school or self.venue, self.address) if part)

    @property
    def postal_address(self) -> dict[str, str]:
        """Return the address in the parts that it is written in: street, postal code, town."""
        if not self.address:
            return {}
        parts = _WITH_TOWN.fullmatch(self.address)
        written = {"street": self.address} if parts is None else parts.groupdict()
        return {name: text for name, text in written.items() if text}

    @property
    def text(self) -> str:
        """Return the description, preceded by the reason of a cancellation, or by what a suspension means."""
        reason = f"Annulée : {self.cancellation_reason}\n\n" if self.cancelled else _SUSPENDED * self.suspended
        return reason + self.description

    @property
    def contact(self) -> str | None:
        return ", ".join(part for part in (self.phone, self.email, self.hours) if part) or None

    @property
    def full_text(self) -> str:
        """Return the text, followed by whom to call, accessibility and languages."""
        languages = ", ".join(language_name(code) for code in self.languages)
        details = {"Contact": self.contact, "Accessibilité": ", ".join(self.accessibility), "Langues": languages}
        further = "\n".join(f"{name} : {value}" for name, value in details.items() if value)
        return f"{self.text}\n\n{further}" if further else self.text


@dataclass(frozen=True, slots=True)
class More:
    """The last entry of a feed that holds only the first of its animations."""

    id: UUID
    left_out: int
    #: The listing, where all of them are.
    url: str
    #: Where the last entry of the feed stands, and when that was changed.
    after: datetime
    changed_at: datetime

    @property
    def title(self) -> str:
        return "Suite : 1 autre animation" if self.left_out == 1 else f"Suite : {self.left_out} autres animations"

    @property
    def text(self) -> str:
        return (
            f"{self.title}, qui ne figurent pas ici. Précisez le territoire ou le thème dans l'adresse de ce flux, ou"
            f" voyez {self.url}"
        )


def entry_of(row: dict[str, Any], lists: Lists, public_url: str) -> Entry:
    def label(kind: TermKind, code: str) -> str:
        return lists.term(kind, code, row["day"]).label

    return Entry(
        id=row["animation_id"],
        version=row["version"],
        url=f"{public_url}/animations/{row['animation_id']}",
        cancelled=row["status"] == AnimationStatus.CANCELLED,
        cancellation_reason=row["cancellation_reason"],
        name=row["title"],
        description=plain_text(row["description"]),
        structure=row["structure_name"],
        siret=row["structure_siret"],
        territory=lists.territories[row["territory"]].name,
        time_zone=row["time_zone"],
        starts_at=local(row["starts_at"], row["time_zone"]),
        ends_at=local(row["ends_at"], row["time_zone"]),
        online=row["venue_type"] == ONLINE,
        venue=row["venue_name"],
        address=row["address"],
        audience=label(TermKind.AUDIENCE, row["audience"]),
        type=label(TermKind.ANIMATION_TYPE, row["type"]),
        themes=[label(TermKind.THEME, theme) for theme in row["themes"]],
        seats=row["seats"],
        seats_left=row["seats_left"],
        published_at=row["published_at"],
        changed_at=row["changed_at"],
        phone=row["shown_phone"],
        email=row["shown_email"],
        hours=row["shown_hours"],
        accessibility=[label(TermKind.ACCESSIBILITY, offer) for offer in row["accessibility"]],
        languages=row["languages"],
        school=school_label(row),
        venue_and_school=place_with_school(row),
        suspended=row["uncovered"],
    )
