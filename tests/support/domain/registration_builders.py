"""Registrations with sensible values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.animations.animation import Animation
from domain.animations.events import AnimationPublished
from domain.catalogue import REGISTRATION
from domain.kernel.actors import Actor
from domain.kernel.events import Event
from domain.registrations.events import (
    RegistrationMade,
    RegistrationRepeated,
)
from domain.registrations.registering import Registering, Registrant, register
from domain.registrations.registration_book import EMPTY
from tests.support.domain.builders import NOW, PERSON, animation
from tests.support.domain.story import SUBJECT, Given, Outcome, given

PUBLISHED = animation(AnimationPublished(), seats=2)
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


def book(*events: Event) -> Given:
    """Registrations after these events; with none there is an empty book."""
    return given(REGISTRATION, *events)


def registering(place: int = 9, **how: Any) -> Registering:
    return Registering(**{"registration_id": number(place), "person_id": PERSON, "contact": contact(place), **how})


def registers(
    events: Sequence[Event], who: Actor, target: Animation = PUBLISHED, now: datetime = NOW, **how: Any
) -> Outcome:
    """One more registration after these events."""
    person: Registrant = how.pop("person", WHO)
    state = book(*events).state or EMPTY
    return given().when(lambda: register(state, target, person, registering(**how), who, now))
