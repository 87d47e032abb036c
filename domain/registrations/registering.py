"""Registering somebody for an animation: with a seat while there are any, then at the end of the waiting list."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.animations.animation import Animation
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError, ErrorCode, broken, invalid, refuse
from domain.kernel.events import Event
from domain.kernel.rights import Action, authorize, may
from domain.registrations.events import RegistrationMade, RegistrationRepeated
from domain.registrations.registration import FOR_MEDIATEURS, check_open, no_children
from domain.registrations.registration_book import RegistrationBook

#: Waiting people for each seat, and in all: nobody further back gets a seat, and anybody may lengthen the list.
WAITING_FOR_A_SEAT, LONGEST_WAITING_LIST = 30, 3_000
#: How many others one person registers for an animation in a day; the animation's structure itself is not bounded.
MOST_FOR_OTHERS = 50


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


@dataclass(frozen=True, slots=True)
class Registering:
    """How somebody is registered: under which ids, by whom, and what is decided on beside the animation and its list.

    `contact` is the pseudonym of the e-mail address or, without one, of name and telephone, or of the name and who
    registers.
    """

    registration_id: UUID
    person_id: UUID
    contact: UUID | None
    on_behalf: bool = False
    #: How many people the actor has registered for this animation today.
    others_today: int = 0
    #: Whether a convention of the structure covers the animation.
    covered: bool = True
    #: Whether children may come to animations of this type.
    admits_children: bool = True


def register(
    book: RegistrationBook,
    animation: Animation,
    registrant: Registrant,
    registering: Registering,
    actor: Actor,
    now: datetime,
) -> list[Event]:
    """Register somebody, with a seat or at the end of the waiting list.

    A second registration of the same contact raises DUPLICATE for the person who made the first and for readers of the
    animation's registrations; all others get the same answer as for a new one (see `RegistrationRepeated`).
    """
    action = Action.REGISTRATION_SUBMIT_FOR if registering.on_behalf else Action.REGISTRATION_SUBMIT
    authorize(actor, action, animation.belongings)
    _check_admitted(animation, registering, actor, now)
    _check_fields(registrant, registering)
    standing = None if registering.contact is None else book.contacts.get(registering.contact)
    if standing is not None:
        _check_repetition(book, animation, registrant, registering, actor)
    seats = animation.content.seats
    if book.seated >= seats and len(book.waiting) >= min(seats * WAITING_FOR_A_SEAT, LONGEST_WAITING_LIST):
        raise broken(f"L'animation est complète, et sa liste d'attente aussi ({len(book.waiting)} personnes).")
    fields: dict[str, Any] = {
        **asdict(registrant),
        "registration_id": registering.registration_id,
        "animation_id": animation.id,
        "person_id": registering.person_id,
        "on_behalf": registering.on_behalf,
        "seated": book.seated < seats,
    }
    if standing is None:
        return [RegistrationMade(contact=registering.contact, **fields)]
    return [RegistrationRepeated(repeats=standing, **fields)]


def _check_admitted(animation: Animation, registering: Registering, actor: Actor, now: datetime) -> None:
    """Raise RULE_BROKEN where the animation takes no registration, or none more by this actor."""
    check_open(animation, now)
    if not registering.covered:
        raise broken(
            "Les inscriptions sont suspendues : la convention de la structure qui organise cette animation a pris fin."
            " Elles rouvriront si une autre la couvre.",
            "animation_id",
        )
    _check_audience(animation, actor, registering.on_behalf)
    ours = actor.role is Role.STRUCTURE and animation.structure_id in actor.structures
    if registering.on_behalf and not ours and registering.others_today >= MOST_FOR_OTHERS:
        raise broken(
            f"Vous avez inscrit {registering.others_today} personnes à cette animation aujourd'hui, {MOST_FOR_OTHERS}"
            " au plus : sa structure peut en inscrire d'autres."
        )


def _check_fields(registrant: Registrant, registering: Registering) -> None:
    if registrant.email is None and not registering.on_behalf:
        raise invalid("Courriel obligatoire : le lien pour renoncer y est envoyé.", "email")
    if registrant.sms_agreed and registrant.phone is None:
        raise invalid("Téléphone obligatoire pour recevoir des SMS.", "phone")
    if registrant.children and not registering.admits_children:
        raise no_children()


def _check_repetition(
    book: RegistrationBook, animation: Animation, registrant: Registrant, registering: Registering, actor: Actor
) -> None:
    """Raise DUPLICATE for those who may know that this contact is registered."""
    assert registering.contact is not None
    if registrant.email is None and registrant.phone is None:
        raise refuse(
            ErrorCode.DUPLICATE,
            "Vous avez déjà inscrit une personne de ce nom à cette animation, sans courriel ni téléphone. Si c'en est"
            " une autre, indiquez son téléphone, ou précisez son nom, par exemple « Awa (mère de Léa) ».",
            "last_name",
        )
    standing = book.contacts[registering.contact]
    is_own = not registering.on_behalf and actor.person_id is not None and book.people.get(standing) == actor.person_id
    if is_own or may(actor, Action.REGISTRATION_READ, animation.belongings):
        raise _registered_already(standing in book.waiting, is_own, "email" if registrant.email else "phone")


_OWN_WAY = " : le lien pour suivre l'inscription, ou y renoncer, est dans le message de confirmation."
_OTHER_PERSON = ". Si c'en est une autre, l'autre parent par exemple, laissez l'adresse vide : un billet suffit."


def _registered_already(waits: bool, own: bool, field: str) -> DomainError:
    """Return the refusal that tells where the first registration stands."""
    by_address = field == "email"
    # Families share an address: whoever registers another parent is not told that it is the same person.
    who = "Vous êtes" if own else "Une personne est" if by_address else "Cette personne est"
    where = "sur la liste d'attente de cette animation" if waits else "inscrite à cette animation"
    by = "cette adresse" if by_address else "ce nom et ce téléphone"
    if own:
        where, way = where.replace("inscrite", "inscrit(e)"), _OWN_WAY
    else:
        way = _OTHER_PERSON if by_address else "."
    return refuse(ErrorCode.DUPLICATE, f"{who} déjà {where} avec {by}{way}", field)


def _check_audience(animation: Animation, actor: Actor, on_behalf: bool) -> None:
    for_mediateurs = animation.content.audience == FOR_MEDIATEURS
    if for_mediateurs and (on_behalf or not actor.is_a(Role.MEDIATEUR)):
        raise broken("Cette animation s'adresse aux médiateurs : seul un médiateur connecté peut s'y inscrire.")
    if actor.role is Role.MEDIATEUR and not on_behalf and not for_mediateurs and not actor.is_a(Role.PARENT):
        raise broken("Un médiateur ne s'inscrit qu'aux formations des médiateurs.")
