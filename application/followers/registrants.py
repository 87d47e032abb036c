"""What those who registered for an animation, and a structure's contacts, are told; and who has to be telephoned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from application.notifications.reaction import (
    CHANGE_WAIT,
    Around,
    Letter,
    Notice,
    Reaction,
    author,
    structure,
    territory,
)
from domain.animations.animation import Animation
from domain.animations.events import AnimationModified, AnimationPublished
from domain.animations.transitions import AnimationStatus
from domain.catalogue import ANIMATION, CANDIDATURE, CONTACTS, REGISTRATION
from domain.contacts.events import ContactAdded, PlanningSent
from domain.kernel.actors import Role
from domain.kernel.identifiers import contact_list_id, letters_id, registration_book_id
from domain.notifications.events import LetterAbout, LetterRefused
from domain.registrations.events import RegistrationEvent, RegistrationMade, RegistrationRepeated
from domain.registrations.registration import DATE_AND_PLACE
from domain.registrations.registration_book import RegistrationBook
from eventstore.records import Recorded

#: For the inbox: these registrations have no e-mail address.
TO_CALL = "registration.to_call"
SEAT_FREED = "Une place se libère pour une personne inscrite à"
#: Letters to one address about being registered again for the same animation.
MOST_TOLD = 3
REMOVED = "La structure retire l'inscription d'une personne inscrite à"


def on_made(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, RegistrationMade)
    if fact.email is not None:
        about = {"animation_id": str(fact.animation_id), "registration_id": str(fact.registration_id)}
        yield Letter("registration.seated" if fact.seated else "registration.waiting", record.position, about)


def on_repeated(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """To the address that is registered already, with the link of the registration that stands: a few times each."""
    fact = record.event
    assert isinstance(fact, RegistrationRepeated)
    records = around.events(record.originator_id)
    before = [
        one
        for one in records
        if isinstance(one.event, RegistrationRepeated)
        and one.event.repeats == fact.repeats
        and one.position < record.position
    ]
    standing = _made(records)[fact.repeats]
    if standing.address is not None and len(before) < MOST_TOLD:
        yield Letter("registration.repeated", standing.address, standing.about)


def _repeated(record: Recorded, around: Around) -> RegistrationRepeated | None:
    """What was repeated, where the event is about no registration of its own."""
    fact = record.event
    assert isinstance(fact, RegistrationEvent)
    for one in around.events(record.originator_id):
        if isinstance(one.event, RegistrationRepeated) and one.event.registration_id == fact.registration_id:
            return one.event
    return None


def to_registrant(kind: str, last: bool = False, to_call: str | None = None) -> Reaction:
    """A letter to the registrant. `last`: whatever change they were to be told of says nothing to them any more.

    Who has no address is telephoned: `to_call` says why, where it takes a call.
    """

    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        fact = record.event
        assert isinstance(fact, RegistrationEvent)
        known = _made(around.events(record.originator_id))
        if (repeated := _repeated(record, around)) is not None:
            # Who gave up what is none may mean the one that stands.
            standing = known[repeated.repeats]
            if standing.address is not None:
                yield Letter("registration.repeated", standing.address, standing.about)
            return
        made = known[fact.registration_id]
        if made.address is not None:
            key = _change_key(fact.registration_id) if last else None
            yield Letter(kind, made.address, made.about | {"detail_position": record.position}, key)
        elif to_call is not None:
            animation = around.state(ANIMATION, made.animation_id)
            message = f"{to_call} « {animation.content.title} », sans adresse électronique : prévenez-la par téléphone."
            yield from _to_call(animation, [made], message)

    return react


def to_who_is_asked(kind: str) -> Reaction:
    """A letter on the change of date or place that the registrant is asked about."""

    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        fact = record.event
        assert isinstance(fact, RegistrationEvent)
        made = _made(around.events(record.originator_id))[fact.registration_id]
        if made.address is not None and _repeated(record, around) is None:
            change = max(
                one.originator_version
                for one in around.events(made.animation_id)
                if one.position < record.position and _is_move(one)
            )
            key = _change_key(fact.registration_id)
            yield Letter(kind, made.address, made.about | _from_to(change), key, CHANGE_WAIT)

    return react


def on_moved(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """A change of date or place of what is published: to the structure's contacts, and to those who telephone;
    registrants are asked one by one.
    """
    animation = around.state(ANIMATION, record.originator_id, record.originator_version)
    if animation.status is not AnimationStatus.PUBLISHED or not _is_move(record):
        return
    yield from _calls(animation, around, "la date ou le lieu a changé")
    about = {"animation_id": str(animation.id)} | _from_to(record.originator_version)
    yield from _to_contacts("animation.moved", animation, around, about, waits=True)


def on_cancelled(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    animation = around.state(ANIMATION, record.originator_id, record.originator_version)
    told = f"« {animation.content.title} » est annulée."
    yield Notice(structure(animation.structure_id), "animation.cancelled", told, with_reason=True)
    yield from _calls(animation, around, "l'animation est annulée")
    about = {"animation_id": str(animation.id), "detail_position": record.position}
    if any(isinstance(one.event, AnimationPublished) for one in around.events(animation.id)):
        yield from _to_contacts("animation.cancelled", animation, around, about)
    for made in _holding(animation.id, around):
        if made.address is not None:
            key = _change_key(made.registration_id)
            yield Letter("animation.cancelled", made.address, made.about | about, key)


def on_unreached(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """A letter reached nobody: whoever answers for the person is asked to telephone."""
    fact = record.event
    assert isinstance(fact, LetterRefused)
    match fact.about:
        case LetterAbout.REGISTRATION if fact.animation_id is not None:
            animation = around.state(ANIMATION, fact.animation_id)
            made = _made(around.events(registration_book_id(fact.animation_id)))[fact.about_id]
            message = f"Une personne inscrite à « {animation.content.title} » n'est pas jointe par courriel"
            yield from _to_call(animation, [made], f"{message} : prévenez-la par téléphone.")
        case LetterAbout.CANDIDATURE:
            candidature = around.state(CANDIDATURE, fact.about_id)
            message = "Un candidat Parent Ressource n'est pas joint par courriel : téléphonez-lui."
            yield Notice(territory(candidature.territory), "candidature.unreached", message, thing=fact.about_id)
        case _ if record.stamp.structure_id is not None:
            contact = fact.about is LetterAbout.CONTACT
            kind = "contact.unreached" if contact else "invitation.unreached"
            whose = "d'un contact de votre liste" if contact else "d'une personne que vous avez invitée"
            message = f"L'adresse {whose} est refusée par sa messagerie : vérifiez-la, ou téléphonez."
            yield Notice(structure(record.stamp.structure_id), kind, message, thing=fact.about_id)


def on_planning(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, PlanningSent)
    about = {"structure_id": str(fact.structure_id), "animation_ids": [str(one) for one in fact.animation_ids]}
    for contact_id, address in _contacts(fact.structure_id, around):
        if contact_id in fact.contact_ids:
            yield Letter("planning", address, about | {"contact_id": str(contact_id)})


class _Made:
    """A registration as it was made. `address`: the position of the event that holds the address, where there is one.

    `author`: who registered somebody else.
    """

    def __init__(self, record: Recorded) -> None:
        fact = record.event
        assert isinstance(fact, RegistrationMade)
        self.registration_id, self.animation_id = fact.registration_id, fact.animation_id
        self.address = None if fact.email is None else record.position
        #: A structure reads of its registrants anyhow.
        by_others = fact.on_behalf and record.stamp.role is not Role.STRUCTURE
        self.author = record.stamp.actor if by_others else None

    @property
    def about(self) -> dict[str, Any]:
        return {"animation_id": str(self.animation_id), "registration_id": str(self.registration_id)}


def _made(records: Sequence[Recorded]) -> dict[UUID, _Made]:
    return {one.event.registration_id: _Made(one) for one in records if isinstance(one.event, RegistrationMade)}


def _holding(animation_id: UUID, around: Around) -> list[_Made]:
    """The registrations that hold, in their order."""
    book_id = registration_book_id(animation_id)
    records = around.events(book_id)
    if not records:
        return []
    made, book = _made(records), around.state(REGISTRATION, book_id)
    assert isinstance(book, RegistrationBook)
    return [made[one] for one in book.places]


def _calls(animation: Animation, around: Around, why: str) -> Iterator[Notice]:
    unreached = [made for made in _holding(animation.id, around) if _is_unreached(made, around)]
    # Also those to whom a letter was refused.
    lacking = all(made.address is None for made in unreached)
    if len(unreached) == 1:
        what = "n'a pas d'adresse électronique" if lacking else "n'est pas jointe par courriel"
        message = f"Une personne inscrite à « {animation.content.title} » {what}"
        yield from _to_call(animation, unreached, f"{message} : prévenez-la par téléphone, {why}.")
    elif unreached:
        title = animation.content.title
        what = "n'ont pas d'adresse électronique" if lacking else "ne sont pas jointes par courriel"
        message = f"{len(unreached)} personnes inscrites à « {title} » {what}"
        yield from _to_call(animation, unreached, f"{message} : prévenez-les par téléphone, {why}.")


def _is_unreached(made: _Made, around: Around) -> bool:
    return made.address is None or bool(around.events(letters_id(made.registration_id)))


def _to_call(animation: Animation, unreached: Sequence[_Made], message: str) -> Iterator[Notice]:
    """For the structure, and for each who registered some of them: whom to call is read by those who may."""
    subject = f"Personnes à prévenir par téléphone : « {animation.content.title} »"
    everybody = tuple(made.registration_id for made in unreached)
    yield Notice(structure(animation.structure_id), TO_CALL, message, subject, everybody)
    for name in dict.fromkeys(made.author for made in unreached if made.author is not None):
        own = tuple(made.registration_id for made in unreached if made.author == name)
        if own == everybody:
            yield Notice(author(name), TO_CALL, message, subject, own)
        else:
            told = (
                f"Des personnes que vous avez inscrites à « {animation.content.title} » sont à prévenir par téléphone."
            )
            yield Notice(author(name), TO_CALL, told, subject, own)


def _to_contacts(
    kind: str, animation: Animation, around: Around, about: Mapping[str, Any], waits: bool = False
) -> Iterator[Letter]:
    whose = {"structure_id": str(animation.structure_id)}
    for contact_id, address in _contacts(animation.structure_id, around):
        key = f"{_change_key(animation.id)}:{contact_id}"
        told = {**about, **whose, "contact_id": str(contact_id)}
        yield Letter(kind, address, told, key, CHANGE_WAIT) if waits else Letter(kind, address, told, key)


def _contacts(structure_id: UUID, around: Around) -> Iterator[tuple[UUID, int]]:
    """Those in the list as it stands who want letters, with the position of the event that holds the address."""
    stream = contact_list_id(structure_id)
    records = around.events(stream)
    if not records:
        return
    added = {one.event.contact_id: one.position for one in records if isinstance(one.event, ContactAdded)}
    for contact_id in around.state(CONTACTS, stream).written_to:
        yield contact_id, added[contact_id]


def _is_move(record: Recorded) -> bool:
    return isinstance(record.event, AnimationModified) and bool(set(record.event.changed) & set(DATE_AND_PLACE))


def _from_to(version: int) -> dict[str, int]:
    """The animation's versions before and after a change."""
    return {"before": version - 1, "after": version}


def _change_key(of: UUID) -> str:
    return f"change:{of}"
