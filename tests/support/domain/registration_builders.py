"""Registrations with sensible values."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.kernel.events import Event
from domain.registrations.events import (
    RegistrationMade,
    RegistrationRepeated,
)
from domain.registrations.registration import Registrant
from tests.support.domain.builders import PERSON
from tests.support.domain.story import SUBJECT

WHO = Registrant("Prénom", "Nom", "parent@exemple.fr", "06 00 00 00 00", children=2)


def number(place: int) -> UUID:
    """The id of the registration at that place."""
    return UUID(int=(4 << 76) + (2 << 62) + place)


def contact(place: int) -> UUID:
    """The pseudonym of that registrant's e-mail address."""
    return UUID(int=(4 << 76) + (2 << 62) + 1_000 + place)


def made(place: int = 1, **changes: Any) -> RegistrationMade:
    values: dict[str, Any] = {
        "registration_id": number(place),
        "animation_id": SUBJECT,
        "person_id": PERSON,
        "contact": contact(place),
        "first_name": WHO.first_name,
        "last_name": WHO.last_name,
        "email": WHO.email,
        "phone": WHO.phone,
        "children": WHO.children,
        "on_behalf": False,
        "seated": True,
    }
    return RegistrationMade(**values | changes)


def registered(*seated: bool) -> list[Event]:
    """So many registrations in a row: True with a seat, False waiting."""
    return [made(place, seated=has_seat) for place, has_seat in enumerate(seated, 1)]


def repeated(place: int = 2, original: int = 1, **changes: Any) -> RegistrationRepeated:
    """A registration at that place that repeats another."""
    return RegistrationRepeated(**made(place).model_dump() | {"contact": None, "repeats": number(original)} | changes)
