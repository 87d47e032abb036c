"""Registrations for an animation: seats, the waiting list, and what becomes of a registration afterwards.

Parents register while seats remain, then wait; the first in line gets a freed seat (docs/glossary.md, "Registrations").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from domain.animations.animation import Animation
from domain.animations.events import AnimationDetails
from domain.animations.transitions import AnimationStatus
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, broken, not_found
from domain.kernel.events import Event
from domain.kernel.rights import Action, authorize
from domain.kernel.validation import required_reason
from domain.registrations.events import (
    QuestionWithdrawn,
    RegistrantErased,
    RegistrationCancelled,
    RegistrationRemoved,
    SeatKept,
    SeatObtained,
    SeatQuestioned,
)
from domain.registrations.registration_book import Place, RegistrationBook

#: The audience of trainings: médiateurs register for these and for nothing else.
FOR_MEDIATEURS = "mediateurs"
#: From this long before the start, a freed seat is given to nobody: who waits at home could not come any more. It stays
#: free, for whoever registers or stands at the door.
LAST_SEATING = timedelta(hours=2)
#: A change of these makes registrants confirm their seat.
DATE_AND_PLACE = ("starts_at", "ends_at", "venue_name", "address", "commune_code")


def cancel(
    book: RegistrationBook, animation: Animation, registration_id: UUID, actor: Actor, now: datetime
) -> list[Event]:
    """Cancel by the registration's link or code, in a role that may register."""
    authorize(actor, Action.REGISTRATION_CANCEL, animation.belongings)
    _place(book, registration_id, repeated=True)
    check_open(animation, now)
    return [RegistrationCancelled(registration_id=registration_id)]


def remove(
    book: RegistrationBook, animation: Animation, registration_id: UUID, reason: str, actor: Actor, now: datetime
) -> list[Event]:
    authorize(actor, Action.REGISTRATION_REMOVE, animation.belongings)
    _place(book, registration_id)
    check_open(animation, now)
    return [
        RegistrationRemoved(
            registration_id=registration_id, person_id=book.people[registration_id], reason=required_reason(reason)
        )
    ]


def keep(
    book: RegistrationBook, animation: Animation, registration_id: UUID, actor: Actor, now: datetime
) -> list[Event]:
    """Keep the seat after a change of date or place, by the registration's link or code."""
    authorize(actor, Action.REGISTRATION_KEEP, animation.belongings)
    place = _place(book, registration_id, repeated=True)
    check_open(animation, now)
    if not place.questioned:
        raise broken("Il n'y a rien à confirmer : l'inscription est en ordre.")
    return [SeatKept(registration_id=registration_id)]


def seat_next(book: RegistrationBook, seats: int, starts_at: datetime, now: datetime) -> list[Event]:
    """Give free seats, by policy, to the first in the waiting list, up to `LAST_SEATING` before the start."""
    if starts_at - now < LAST_SEATING:
        return []
    return [
        SeatObtained(registration_id=registration_id)
        for registration_id in islice(book.waiting, max(0, seats - book.seated))
    ]


def question(
    book: RegistrationBook,
    before: AnimationDetails,
    after: AnimationDetails,
    agreed: Mapping[UUID, AnimationDetails] | None = None,
) -> list[Event]:
    """Ask every registrant, by policy, to confirm a change of date or place.

    `agreed` holds the details that each last agreed to: a return to them withdraws the question.
    """
    if same_date_and_place(before, after):
        return []
    facts: list[Event] = []
    for registration_id, place in [*book.places.items(), *book.repeated.items()]:
        accepted = (agreed or {}).get(registration_id)
        back = place.questioned and accepted is not None and same_date_and_place(accepted, after)
        facts.append(
            QuestionWithdrawn(registration_id=registration_id)
            if back
            else SeatQuestioned(registration_id=registration_id)
        )
    return facts


def same_date_and_place(first: AnimationDetails, second: AnimationDetails) -> bool:
    return all(getattr(first, name) == getattr(second, name) for name in DATE_AND_PLACE)


def check_modification(
    book: RegistrationBook, before: AnimationDetails, after: AnimationDetails, now: datetime
) -> None:
    """Raise RULE_BROKEN if a modification would take a seat from somebody, exclude them or undo that they came."""
    is_put_off = after.starts_at > now and after.starts_at.date() != before.starts_at.date()
    if is_put_off and (book.came or any(book.walk_ins or ())):
        raise broken(
            f"Des personnes sont comptées présentes le {before.starts_at:%d/%m/%Y} : l'animation ne change plus de"
            " jour, dupliquez-la à une autre date. Si le compte est une erreur, pointez-les absentes et ramenez à 0"
            " celles venues sans inscription.",
            "starts_at",
        )
    if after.seats < book.seated:
        raise broken(f"{book.seated} personnes ont déjà une place : indiquez au moins {book.seated} places.", "seats")
    if book.places and (before.audience == FOR_MEDIATEURS) != (after.audience == FOR_MEDIATEURS):
        raise broken("Des personnes sont déjà inscrites : le public ne peut plus changer.", "audience")


def erase(book: RegistrationBook, registration_id: UUID) -> list[Event]:
    """Record that the person's key is destroyed."""
    if registration_id not in book.people:
        raise broken("Les données personnelles de cette inscription sont déjà effacées.")
    return [RegistrantErased(registration_id=registration_id, person_id=book.people[registration_id])]


def no_children() -> DomainError:
    """Return why no child is registered or counted at an animation of a type that admits none."""
    return broken("Ce type d'animation n'accueille pas d'enfants : le nombre d'enfants doit être 0.", "children")


def check_open(animation: Animation, now: datetime) -> None:
    """Raise NOT_FOUND if the animation is not public, RULE_BROKEN if registrations are closed."""
    match animation.status:
        case AnimationStatus.SUBMITTED | AnimationStatus.REFUSED:
            raise not_found("Animation", "animation_id")
        case AnimationStatus.CANCELLED:
            raise broken("L'animation est annulée.")
    if animation.content.starts_at <= now:
        raise broken("Les inscriptions sont closes : l'animation a commencé.")


def _place(book: RegistrationBook, registration_id: UUID, repeated: bool = False) -> Place:
    """Return the registration's place, or that of a repetition if `repeated`. Raise RULE_BROKEN if it is cancelled."""
    place = book.places.get(registration_id) or (book.repeated.get(registration_id) if repeated else None)
    if place is None:
        raise broken("Cette inscription est déjà annulée.")
    return place
