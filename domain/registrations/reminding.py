"""The reminder before an animation, by policy: once for each date (docs/glossary.md, "Registrations")."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from domain.animations.animation import Animation
from domain.animations.transitions import AnimationStatus
from domain.kernel.actors import Actor
from domain.kernel.errors import broken
from domain.kernel.events import Event
from domain.kernel.rights import Action, authorize
from domain.registrations.events import RegistrantsReminded
from domain.registrations.registration_book import RegistrationBook


def remind(book: RegistrationBook, animation: Animation, ahead: timedelta, actor: Actor, now: datetime) -> list[Event]:
    """Remind registrants `ahead` of the start. A date that was changed is another date."""
    authorize(actor, Action.REGISTRANTS_REMIND, animation.belongings)
    starts_at = animation.content.starts_at
    if animation.status is not AnimationStatus.PUBLISHED or animation.suspended:
        raise broken("L'animation n'est pas publiée, ou elle est suspendue.")
    if not starts_at - ahead <= now < starts_at:
        raise broken("Ce n'est pas le moment de rappeler cette animation.")
    if book.reminded_of == starts_at:
        raise broken("Les inscrits sont déjà prévenus.")
    return [RegistrantsReminded(animation_id=animation.id, starts_at=starts_at, known_before=starts_at - ahead)]


def to_remind(book: RegistrationBook, known_since: Mapping[UUID, datetime], before: datetime) -> list[UUID]:
    """Return the registrations with a seat whose holders have known of it since before then, in their order."""
    return [
        registration_id
        for registration_id, place in book.places.items()
        if place.seated and known_since[registration_id] < before
    ]
