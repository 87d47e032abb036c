"""What happens to the registrations for an animation, as recorded (docs/glossary.md, "Registrations").

One stream holds all registrations for one animation, so seats and the waiting list are decided in one place.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from domain.kernel.events import Event, PersonalText, event
from domain.kernel.validation import Instant


class BookEvent(Event):
    """About the registrations for one animation."""


class RegistrationEvent(BookEvent):
    """About one registration."""

    registration_id: UUID = Field(title="inscription")


def _no_texts(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "sms_agreed": False}


@event("registration.made", "Inscription faite", upcasters=(_no_texts,))
class RegistrationMade(RegistrationEvent):
    """Somebody registered, with a seat or at the end of the waiting list.

    `person_id` and `contact` are pseudonyms: the key of the former encrypts the personal fields, the latter recognises
    an e-mail address that is already registered. `on_behalf`: the actor registered somebody else.
    """

    animation_id: UUID = Field(title="animation")
    person_id: UUID
    contact: UUID | None = Field(None, title="adresse (pseudonyme)")
    first_name: PersonalText = Field(title="prénom")
    last_name: PersonalText = Field(title="nom")
    email: PersonalText | None = Field(None, title="courriel")
    phone: PersonalText | None = Field(None, title="téléphone")
    children: int = Field(title="enfants")
    on_behalf: bool = Field(title="inscrit par un tiers")
    seated: bool = Field(title="a une place")
    sms_agreed: bool = Field(False, title="accepte les SMS")


@event("registration.repeated", "Inscription demandée pour une adresse déjà inscrite", upcasters=(_no_texts,))
class RegistrationRepeated(RegistrationMade):
    """Somebody registered an address that is already registered, by the registration `repeats`.

    The answer must not reveal whether the owner of an address comes, since nobody has proven that it is theirs. So it
    looks like that of a registration: a standing (`seated` as a further registration would have had it), a link and a
    code, which act on this repetition and not on the first registration. It takes no seat and no place in the waiting
    list, and the structure's list leaves it out. A letter with the link of the first registration goes to the address.
    """

    repeats: UUID = Field(title="répète")


@event("registration.seat_obtained", "Place obtenue par la liste d'attente")
class SeatObtained(RegistrationEvent):
    """A seat became free and went to the first in the waiting list."""


@event("registration.seat_questioned", "Inscrit consulté après un changement")
class SeatQuestioned(RegistrationEvent):
    """The date or place changed: the registrant is asked to keep the seat or to give it up."""


@event("registration.question_withdrawn", "Plus rien à confirmer : date et lieu rétablis")
class QuestionWithdrawn(RegistrationEvent):
    """Date and place are again those that the registrant agreed to: nothing remains to confirm."""


@event("registration.seat_kept", "Place gardée après un changement")
class SeatKept(RegistrationEvent):
    """The registrant confirmed the seat."""


@event("registration.cancelled", "Inscription annulée")
class RegistrationCancelled(RegistrationEvent):
    """Cancelled by the registrant, or by a holder of the printed code."""


@event("registration.removed", "Inscription retirée par la structure")
class RegistrationRemoved(RegistrationEvent):
    """Removed by the structure, with a reason that is sent to the registrant."""

    person_id: UUID
    reason: PersonalText = Field(title="motif")


@event("registration.registrants_reminded", "Rappel envoyé aux inscrits")
class RegistrantsReminded(BookEvent):
    """Reminds people with a seat of the date: those who learnt of it, or got the seat, before `known_before`."""

    animation_id: UUID
    starts_at: Instant
    known_before: Instant = Field(title="connue avant")


@event("registration.presence_ticked", "Présence pointée")
class PresenceTicked(RegistrationEvent):
    """Present with so many children, or absent, as of this tick: a further one replaces it."""

    present: bool = Field(title="présent")
    children: int = Field(title="enfants")


@event("registration.walk_ins_counted", "Personnes venues sans inscription comptées")
class WalkInsCounted(BookEvent):
    """How many came without registering. The figures replace those before them."""

    animation_id: UUID
    parents: int = Field(title="parents")
    children: int = Field(title="enfants")


@event("registration.personal_data_erased", "Données personnelles de l'inscrit effacées")
class RegistrantErased(RegistrationEvent):
    """The person's key is destroyed: their name can never be read again, and their seat is free."""

    person_id: UUID
