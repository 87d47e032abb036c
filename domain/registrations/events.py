"""What happens to the registrations for an animation, as recorded (docs/glossary.md, "Registrations").

One stream holds all registrations for one animation: who has a seat and who waits is decided in one place.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from domain.kernel.events import Event, PersonalText, event


class RegistrationEvent(Event):
    """About one registration."""

    registration_id: UUID = Field(title="inscription")


@event("registration.made", "Inscription faite")
class RegistrationMade(RegistrationEvent):
    """With a seat, or in the waiting list behind those before.

    `person_id` and `contact` are pseudonyms: whose key encrypts the personal fields, and what tells that an e-mail
    address is already registered for this animation. `on_behalf`: who is stamped registered somebody else.
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


@event("registration.repeated", "Inscription demandée pour une adresse déjà inscrite")
class RegistrationRepeated(RegistrationMade):
    """Somebody registered an address that is registered already, for which the registration `repeats` stands.

    Whoever types an address must not learn from the answer whether its owner comes (nobody has proven that it is
    theirs). So this is answered as a registration is: with a standing (`seated` is what a further registration would
    have had), a link and a code, which follow, keep and cancel what was said here, and have no power over the one
    that stands. It takes no seat and no place in the line, and the structure's list does not hold it. The address is
    written to, with the link of the registration that stands.
    """

    repeats: UUID = Field(title="répète")


@event("registration.seat_obtained", "Place obtenue par la liste d'attente")
class SeatObtained(RegistrationEvent):
    """The first in the waiting list has a seat that became free."""


@event("registration.seat_questioned", "Inscrit consulté après un changement")
class SeatQuestioned(RegistrationEvent):
    """The date or place changed: the registrant is asked to keep the seat or to give it up."""


@event("registration.question_withdrawn", "Plus rien à confirmer : date et lieu rétablis")
class QuestionWithdrawn(RegistrationEvent):
    """Date and place are again those that the registrant had agreed to: there is nothing to confirm any more."""


@event("registration.seat_kept", "Place gardée après un changement")
class SeatKept(RegistrationEvent):
    """The registrant comes all the same."""


@event("registration.cancelled", "Inscription annulée")
class RegistrationCancelled(RegistrationEvent):
    """By the registrant, or by who holds the printed code."""


@event("registration.removed", "Inscription retirée par la structure")
class RegistrationRemoved(RegistrationEvent):
    """By the structure, with a reason that the registrant is told."""

    person_id: UUID
    reason: PersonalText = Field(title="motif")


@event("registration.personal_data_erased", "Données personnelles de l'inscrit effacées")
class RegistrantErased(RegistrationEvent):
    """The person's key is destroyed: who registered can never be read again. A seat that was held is free."""

    person_id: UUID
