"""Registrations for an animation: seats, the waiting list, and the decisions that make their events.

Parents register while seats remain, then wait; the first in line gets a freed seat (docs/glossary.md, "Registrations").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from domain.animations.animation import Animation
from domain.animations.events import AnimationDetails
from domain.animations.transitions import AnimationStatus
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError, ErrorCode, broken, invalid, not_found, refuse
from domain.kernel.events import Event
from domain.kernel.rights import Action, authorize, may
from domain.kernel.validation import required_reason
from domain.registrations.events import (
    QuestionWithdrawn,
    RegistrantErased,
    RegistrationCancelled,
    RegistrationMade,
    RegistrationRemoved,
    RegistrationRepeated,
    SeatKept,
    SeatObtained,
    SeatQuestioned,
)
from domain.registrations.registration_book import Place, RegistrationBook

#: The audience of trainings: médiateurs register for these and for nothing else.
FOR_MEDIATEURS = "mediateurs"
#: Waiting people for each seat, and in all: nobody further back gets a seat, and anybody may lengthen the list.
WAITING_FOR_A_SEAT, LONGEST_WAITING_LIST = 30, 3_000
#: From this long before the start, a freed seat is given to nobody: who waits at home could not come any more. It stays
#: free, for whoever registers or stands at the door.
LAST_SEATING = timedelta(hours=2)
#: How many others one person registers for an animation in a day; the animation's structure itself is not bounded.
MOST_FOR_OTHERS = 50
#: A change of these makes registrants confirm their seat.
DATE_AND_PLACE = ("starts_at", "ends_at", "venue_name", "address", "commune_code")


@dataclass(frozen=True, slots=True)
class Registrant:
    """The person who comes; names, e-mail and telephone are personal. `children` is how many they bring."""

    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    children: int
    #: Text messages about the registration may be sent to the telephone.
    sms_agreed: bool = False


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
    others_today: int = 0,
    covered: bool = True,
    admits_children: bool = True,
) -> list[Event]:
    """Register somebody, with a seat or at the end of the waiting list.

    `contact` is the pseudonym of the e-mail address or, without one, of name and telephone, or of the name and who
    registers. A second registration of the same raises DUPLICATE for the person who made the first and for readers of
    the animation's registrations; all others get the same answer as for a new one (see `RegistrationRepeated`).
    `others_today` is how many people the actor has registered for this animation today. `covered`: a convention of the
    structure covers the animation. `admits_children`: those of the animation's type may come along.
    """
    authorize(actor, Action.REGISTRATION_SUBMIT_FOR if on_behalf else Action.REGISTRATION_SUBMIT, animation.belongings)
    _check_open(animation, now)
    if not covered:
        raise broken(
            "Les inscriptions sont suspendues : la convention de la structure qui organise cette animation a pris fin."
            " Elles rouvriront si une autre la couvre.",
            "animation_id",
        )
    _check_audience(animation, actor, on_behalf)
    ours = actor.role is Role.STRUCTURE and animation.structure_id in actor.structures
    if on_behalf and not ours and others_today >= MOST_FOR_OTHERS:
        raise broken(
            f"Vous avez inscrit {others_today} personnes à cette animation aujourd'hui, {MOST_FOR_OTHERS} au plus :"
            " sa structure peut en inscrire d'autres."
        )
    if registrant.email is None and not on_behalf:
        raise invalid("Courriel obligatoire : le lien pour renoncer y est envoyé.", "email")
    if registrant.sms_agreed and registrant.phone is None:
        raise invalid("Téléphone obligatoire pour recevoir des SMS.", "phone")
    if registrant.children and not admits_children:
        raise no_children()
    standing = None if contact is None else book.contacts.get(contact)
    if standing is not None and registrant.email is None and registrant.phone is None:
        raise refuse(
            ErrorCode.DUPLICATE,
            "Vous avez déjà inscrit une personne de ce nom à cette animation, sans courriel ni téléphone. Si c'en est"
            " une autre, indiquez son téléphone, ou précisez son nom, par exemple « Awa (mère de Léa) ».",
            "last_name",
        )
    own = (
        standing is not None
        and not on_behalf
        and actor.person_id is not None
        and book.people.get(standing) == actor.person_id
    )
    if standing is not None and (own or may(actor, Action.REGISTRATION_READ, animation.belongings)):
        raise _registered_already(standing in book.waiting, own, "email" if registrant.email else "phone")
    seats = animation.content.seats
    if book.seated >= seats and len(book.waiting) >= min(seats * WAITING_FOR_A_SEAT, LONGEST_WAITING_LIST):
        raise broken(f"L'animation est complète, et sa liste d'attente aussi ({len(book.waiting)} personnes).")
    fields: dict[str, Any] = {
        "registration_id": registration_id,
        "animation_id": animation.id,
        "person_id": person_id,
        "first_name": registrant.first_name,
        "last_name": registrant.last_name,
        "email": registrant.email,
        "phone": registrant.phone,
        "children": registrant.children,
        "on_behalf": on_behalf,
        "seated": book.seated < seats,
        "sms_agreed": registrant.sms_agreed,
    }
    return [
        RegistrationMade(contact=contact, **fields)
        if standing is None
        else RegistrationRepeated(repeats=standing, **fields)
    ]


def _registered_already(waits: bool, own: bool, field: str) -> DomainError:
    """Return the refusal that says where the first registration stands, to who may know."""
    who = "Vous êtes" if own else "Cette personne est"
    where = "sur la liste d'attente de cette animation" if waits else "inscrite à cette animation"
    by = "cette adresse" if field == "email" else "ce nom et ce téléphone"
    if own:
        where = where.replace("inscrite", "inscrit(e)")
    way = " : le lien pour suivre l'inscription, ou y renoncer, est dans le message de confirmation." if own else "."
    return refuse(ErrorCode.DUPLICATE, f"{who} déjà {where} avec {by}{way}", field)


def cancel(
    book: RegistrationBook, animation: Animation, registration_id: UUID, actor: Actor, now: datetime
) -> list[Event]:
    """Cancel by the registration's link or code, in a role that may register."""
    authorize(actor, Action.REGISTRATION_CANCEL, animation.belongings)
    _place(book, registration_id, repeated=True)
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
            registration_id=registration_id, person_id=book.people[registration_id], reason=required_reason(reason)
        )
    ]


def keep(
    book: RegistrationBook, animation: Animation, registration_id: UUID, actor: Actor, now: datetime
) -> list[Event]:
    """Keep the seat after a change of date or place, by the registration's link or code."""
    authorize(actor, Action.REGISTRATION_KEEP, animation.belongings)
    place = _place(book, registration_id, repeated=True)
    _check_open(animation, now)
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


def _check_open(animation: Animation, now: datetime) -> None:
    """Raise NOT_FOUND if the animation is not public, RULE_BROKEN if registrations are closed."""
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


def _place(book: RegistrationBook, registration_id: UUID, repeated: bool = False) -> Place:
    """Return the registration's place, or that of a repetition if `repeated`. Raise RULE_BROKEN if it is cancelled."""
    place = book.places.get(registration_id) or (book.repeated.get(registration_id) if repeated else None)
    if place is None:
        raise broken("Cette inscription est déjà annulée.")
    return place
