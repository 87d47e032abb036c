"""Registrations for an animation: seats, the waiting list, and the decisions that make their events.

domain.md, "Registrations": parents register while seats remain, then wait; a freed seat goes to the first in line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from domain.actors import Actor, Role
from domain.animation import Animation
from domain.animation_events import AnimationDetails
from domain.animation_transitions import AnimationStatus
from domain.errors import ErrorCode, broken, invalid, not_found, refuse
from domain.events import Event
from domain.registration_events import (
    RegistrantErased,
    RegistrationCancelled,
    RegistrationEvent,
    RegistrationMade,
    RegistrationRemoved,
    SeatKept,
    SeatObtained,
    SeatQuestioned,
)
from domain.rights import Action, authorize
from domain.validation import stated

T = TypeVar("T")

#: The audience of trainings: médiateurs register for these and for nothing else.
FOR_MEDIATEURS = "mediateurs"
#: What makes a registrant ask themself whether they can still come.
DATE_AND_PLACE = ("starts_at", "ends_at", "venue_name", "address", "commune_code")


@dataclass(frozen=True, slots=True)
class Registrant:
    """What is told of who comes; names, e-mail and telephone are personal. `children`: how many come along."""

    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    children: int


@dataclass(frozen=True, slots=True)
class Place:
    """A registration that holds: with a seat, or waiting for one."""

    contact: UUID | None
    seated: bool
    questioned: bool = False


@dataclass(frozen=True, slots=True)
class RegistrationBook:
    """All registrations for one animation. `places` are in the order of registering."""

    places: Mapping[UUID, Place] = field(default_factory=dict)
    #: Whose personal data are kept, by registration: also those that were cancelled.
    people: Mapping[UUID, UUID] = field(default_factory=dict)

    @property
    def seated(self) -> int:
        return sum(place.seated for place in self.places.values())


EMPTY = RegistrationBook()


def evolve(state: RegistrationBook | None, originator_id: UUID, fact: Event) -> RegistrationBook:
    book = state or EMPTY
    assert isinstance(fact, RegistrationEvent), f"not a registration's event: {fact!r}"
    one = fact.registration_id
    match fact:
        case RegistrationMade():
            places = {**book.places, one: Place(fact.contact, fact.seated)}
            return RegistrationBook(places, {**book.people, one: fact.person_id})
        case SeatObtained():
            return _with(book, one, replace(book.places[one], seated=True))
        case SeatQuestioned():
            return _with(book, one, replace(book.places[one], questioned=True))
        case SeatKept():
            return _with(book, one, replace(book.places[one], questioned=False))
        case RegistrationCancelled() | RegistrationRemoved():
            return replace(book, places=_without(book.places, one))
        case RegistrantErased():
            return RegistrationBook(_without(book.places, one), _without(book.people, one))
    raise TypeError(f"not a registration's event: {fact!r}")


def _with(book: RegistrationBook, one: UUID, place: Place) -> RegistrationBook:
    return replace(book, places={**book.places, one: place})


def _without(table: Mapping[UUID, T], one: UUID) -> Mapping[UUID, T]:
    return {key: value for key, value in table.items() if key != one}


def register(
    book: RegistrationBook,
    animation: Animation,
    registrant: Registrant,
    registration_id: UUID,
    person_id: UUID,
    contact: UUID | None,
    actor: Actor,
    now: datetime,
    on_behalf: bool = False,
) -> list[Event]:
    """A seat while there are any, else a place at the end of the waiting list. `contact`: the e-mail's pseudonym."""
    authorize(actor, Action.REGISTRATION_SUBMIT_FOR if on_behalf else Action.REGISTRATION_SUBMIT, animation.belongings)
    _check_open(animation, now)
    _check_audience(animation, actor, on_behalf)
    if registrant.email is None and not on_behalf:
        raise invalid("email : champ obligatoire.", "email")
    if contact is not None and any(place.contact == contact for place in book.places.values()):
        raise refuse(ErrorCode.DUPLICATE, "Une inscription à cette animation existe déjà pour cette adresse.", "email")
    return [
        RegistrationMade(
            registration_id=registration_id,
            animation_id=animation.id,
            person_id=person_id,
            contact=contact,
            first_name=registrant.first_name,
            last_name=registrant.last_name,
            email=registrant.email,
            phone=registrant.phone,
            children=registrant.children,
            on_behalf=on_behalf,
            seated=book.seated < animation.content.seats,
        )
    ]


def cancel(book: RegistrationBook, animation: Animation, registration_id: UUID, now: datetime) -> list[Event]:
    """Given up by who holds the registration's link or code: holding it is the right."""
    _place(book, registration_id)
    _check_open(animation, now)
    return [RegistrationCancelled(registration_id=registration_id)]


def remove(
    book: RegistrationBook, animation: Animation, registration_id: UUID, reason: str, actor: Actor, now: datetime
) -> list[Event]:
    authorize(actor, Action.REGISTRATION_REMOVE, animation.belongings)
    _place(book, registration_id)
    _check_open(animation, now)
    return [
        RegistrationRemoved(
            registration_id=registration_id, person_id=book.people[registration_id], reason=stated(reason)
        )
    ]


def keep(book: RegistrationBook, animation: Animation, registration_id: UUID, now: datetime) -> list[Event]:
    """The answer to a change of date or place, by who holds the registration's link or code."""
    place = _place(book, registration_id)
    _check_open(animation, now)
    if not place.questioned:
        raise broken("Il n'y a rien à confirmer : l'inscription est en ordre.")
    return [SeatKept(registration_id=registration_id)]


def seat_next(book: RegistrationBook, seats: int) -> list[Event]:
    """What follows when seats are free, by policy: they go to the first in the waiting list."""
    free = seats - book.seated
    waiting = [one for one, place in book.places.items() if not place.seated]
    return [SeatObtained(registration_id=one) for one in waiting[: max(0, free)]]


def question(book: RegistrationBook, before: AnimationDetails, after: AnimationDetails) -> list[Event]:
    """What follows a modification, by policy: a change of date or place is put to every registrant."""
    if all(getattr(before, name) == getattr(after, name) for name in DATE_AND_PLACE):
        return []
    return [SeatQuestioned(registration_id=one) for one, place in book.places.items() if not place.questioned]


def check_modification(book: RegistrationBook, before: AnimationDetails, after: AnimationDetails) -> None:
    """Raises what registrations hold against a modification: nobody loses a seat or becomes the wrong audience."""
    if after.seats < book.seated:
        raise broken(f"{book.seated} personnes ont déjà une place : indiquez au moins {book.seated} places.", "seats")
    if book.places and (before.audience == FOR_MEDIATEURS) != (after.audience == FOR_MEDIATEURS):
        raise broken("Des personnes sont déjà inscrites : le public ne peut plus changer.", "audience")


def erase(book: RegistrationBook, registration_id: UUID) -> list[Event]:
    """What remains to be recorded once the person's key is destroyed."""
    if registration_id not in book.people:
        raise broken("Les données personnelles de cette inscription sont déjà effacées.")
    return [RegistrantErased(registration_id=registration_id, person_id=book.people[registration_id])]


def _check_open(animation: Animation, now: datetime) -> None:
    """Raises NOT_FOUND for what the public does not know of, RULE_BROKEN when registrations are closed."""
    match animation.status:
        case AnimationStatus.SUBMITTED | AnimationStatus.REFUSED:
            raise not_found("Animation", "animation_id")
        case AnimationStatus.CANCELLED:
            raise broken("L'animation est annulée.")
    if animation.content.starts_at <= now:
        raise broken("Les inscriptions sont closes : l'animation a commencé.")


def _check_audience(animation: Animation, actor: Actor, on_behalf: bool) -> None:
    for_mediateurs = animation.content.audience == FOR_MEDIATEURS
    if for_mediateurs and (on_behalf or not actor.is_a(Role.MEDIATEUR)):
        raise broken("Cette animation s'adresse aux médiateurs : seul un médiateur connecté peut s'y inscrire.")
    if actor.role is Role.MEDIATEUR and not on_behalf and not for_mediateurs and not actor.is_a(Role.PARENT):
        raise broken("Un médiateur ne s'inscrit qu'aux formations des médiateurs.")


def _place(book: RegistrationBook, registration_id: UUID) -> Place:
    if registration_id not in book.places:
        raise broken("Cette inscription est déjà annulée.")
    return book.places[registration_id]
