"""Letters to registrants and to a structure's contacts, and notices of the people to telephone.

Letters of changes to one recipient share a key: the last of a burst is sent, and says what changed since the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from application.followers.about_animations import named, on_rewritten, on_suspended
from application.followers.people_to_call import (
    Registered,
    ToCall,
    ask_to_call,
    ask_together,
    calls,
    cancelled,
    changed,
    covered,
    holding,
    registrations_of,
)
from application.notifications.changes import REMINDER
from application.notifications.reaction import (
    CHANGE_WAIT,
    NATIONAL,
    Around,
    Letter,
    Message,
    Notice,
    Reaction,
    structure,
    territory,
)
from application.wording.animations import WHAT
from application.wording.pages import animation_page
from application.wording.things import Thing
from domain.animations.animation import Animation
from domain.animations.events import AnimationModified, AnimationPublished, AnimationSuspended
from domain.animations.transitions import AnimationStatus
from domain.catalogue import ANIMATION, CANDIDATURE, CONTACTS, REGISTRATION
from domain.contacts.events import ContactAdded, PlanningSent
from domain.kernel.identifiers import contact_list_id, registration_book_id
from domain.notifications.events import LetterAbout, LetterRefused, Unreached
from domain.registrations.events import (
    RegistrantsReminded,
    RegistrationEvent,
    RegistrationMade,
    RegistrationRepeated,
    SeatObtained,
)
from domain.registrations.registration import DATE_AND_PLACE
from domain.registrations.registration_book import fold
from domain.registrations.reminding import to_remind
from eventstore.records import Recorded

SEAT_FREED = "Une place se libère pour une personne inscrite à", "Des places se libèrent pour {} personnes inscrites à"
#: Letters to one address about being registered again for the same animation.
MOST_TOLD = 3
REMOVED = "La structure retire l'inscription d'une personne inscrite à", "La structure retire {} inscriptions à"


def on_made(record: Recorded, around: Around) -> Iterator[Message]:
    fact = record.event
    assert isinstance(fact, RegistrationMade)
    yield from Registered(record).messages("registration.seated" if fact.seated else "registration.waiting")


def on_repeated(record: Recorded, around: Around) -> Iterator[Message]:
    """Write to the address that is already registered, with the link of the first registration: a few times each."""
    fact = record.event
    assert isinstance(fact, RegistrationRepeated)
    records = around.events(record.originator_id)
    before = [
        earlier
        for earlier in records
        if isinstance(earlier.event, RegistrationRepeated)
        and earlier.event.repeats == fact.repeats
        and earlier.position < record.position
    ]
    if len(before) < MOST_TOLD:
        yield from _of_first(fact, records, record)


def _of_first(repeated: RegistrationRepeated, records: Sequence[Recorded], record: Recorded) -> Iterator[Message]:
    """Write to the address of the first registration where that stood when `record` was recorded."""
    standing = registrations_of(records)[repeated.repeats]
    if standing.address is not None:
        facts = [earlier.event for earlier in records if earlier.position <= record.position]
        waits = repeated.repeats in fold(None, record.originator_id, facts).waiting
        kind = "registration.repeated_waiting" if waits else "registration.repeated"
        yield Letter(kind, standing.address, standing.about)


def _repeated(record: Recorded, around: Around) -> RegistrationRepeated | None:
    """Return the repetition that the event is about, or None if it is about a registration of its own."""
    fact = record.event
    assert isinstance(fact, RegistrationEvent)
    for earlier in around.events(record.originator_id):
        if isinstance(earlier.event, RegistrationRepeated) and earlier.event.registration_id == fact.registration_id:
            return earlier.event
    return None


def to_registrant(kind: str, last: bool = False, to_call: ToCall | None = None) -> Reaction:
    """Write to the registrant. `last`: pending letters about changes are obsolete.

    Registrants without an address are telephoned: `to_call` gives the reason, if a call is needed.
    """

    def react(record: Recorded, around: Around) -> Iterator[Message]:
        fact = record.event
        assert isinstance(fact, RegistrationEvent)
        registrations = registrations_of(around.events(record.originator_id))
        if (repeated := _repeated(record, around)) is not None:
            # Somebody who cancels a repetition may mean the first registration.
            yield from _of_first(repeated, around.events(record.originator_id), record)
            return
        registration = registrations[fact.registration_id]
        key = _change_key(fact.registration_id) if last else None
        yield from registration.messages(kind, {"detail_position": record.position}, key)
        if to_call is not None:
            yield from ask_together(to_call, record, registrations, around)

    return react


def to_who_is_asked(kind: str) -> Reaction:
    """Write to the registrant about the change of date or place to confirm."""

    def react(record: Recorded, around: Around) -> Iterator[Message]:
        fact = record.event
        assert isinstance(fact, RegistrationEvent)
        registration = registrations_of(around.events(record.originator_id))[fact.registration_id]
        if _repeated(record, around) is None:
            change = max(
                earlier.originator_version
                for earlier in around.events(registration.animation_id)
                if earlier.position < record.position and _changes(earlier, DATE_AND_PLACE)
            )
            yield from _messages_of_change(kind, registration, change)

    return react


def _messages_of_change(kind: str, registration: Registered, version: int) -> Iterator[Message]:
    key = _change_key(registration.registration_id)
    return registration.messages(kind, {"before": version - 1}, key, CHANGE_WAIT)


def on_modified(record: Recorded, around: Around) -> Iterator[Message]:
    """Tell of a change after publication: those who telephone, of date or place the contacts, of what it is whoever
    registered.

    Registrants are asked one by one about date and place: see `to_who_is_asked`.
    """
    yield from on_rewritten(record, around)
    animation = around.state(ANIMATION, record.originator_id, record.originator_version)
    if animation.status is not AnimationStatus.PUBLISHED:
        return
    burst = changed(animation, record.originator_version)
    if _changes(record, DATE_AND_PLACE):
        yield from calls(animation, around, "la date ou le lieu a changé", burst=burst)
        about = {"animation_id": str(animation.id), "before": record.originator_version - 1}
        yield from _to_contacts("animation.moved", animation, around, about, waits=True)
    elif _changes(record, WHAT):
        yield from calls(animation, around, "l'animation a changé", burst=burst)
        for registration in holding(animation.id, around):
            yield from _messages_of_change("registration.changed", registration, record.originator_version)


def on_coverage(record: Recorded, around: Around) -> Iterator[Message]:
    """Tell everybody that an animation is suspended or resumed; of a published one registrants too."""
    yield from on_suspended(record, around)
    animation = around.state(ANIMATION, record.originator_id, record.originator_version)
    if animation.status is not AnimationStatus.PUBLISHED:
        return
    suspended = isinstance(record.event, AnimationSuspended)
    kind = "animation.suspended" if suspended else "animation.resumed"
    why = "l'animation est suspendue" if suspended else "l'animation n'est plus suspendue"
    yield from calls(animation, around, why, burst=covered(animation, record.originator_version))
    for registration in holding(animation.id, around):
        key = f"convention:{registration.registration_id}"
        yield from registration.messages(kind, {"before": record.originator_version - 1}, key, CHANGE_WAIT)


def on_reminded(record: Recorded, around: Around) -> Iterator[Message]:
    """Remind people who have a seat and have known the date for long; have those telephoned whom no letter reaches."""
    fact, book_id = record.event, record.originator_id
    assert isinstance(fact, RegistrantsReminded)
    animation = around.state(ANIMATION, fact.animation_id)
    records = [earlier for earlier in around.events(book_id) if earlier.position < record.position]
    moves = [
        earlier.stamp.recorded_at
        for earlier in around.events(animation.id)
        if earlier.position < record.position and _changes(earlier, DATE_AND_PLACE)
    ]
    known_since = {}
    for earlier in records:
        if isinstance(earlier.event, RegistrationMade | SeatObtained):
            known_since[earlier.event.registration_id] = max([earlier.stamp.recorded_at, *moves])
    book = around.state(REGISTRATION, book_id, record.originator_version)
    registrations = registrations_of(records)
    reminded = [registrations[each] for each in to_remind(book, known_since, fact.known_before)]
    yield from calls(animation, around, "pour lui rappeler la date", reminded)
    for registration in reminded:
        yield from registration.messages(REMINDER, {"starts_at": fact.starts_at.isoformat()})


def on_cancelled(record: Recorded, around: Around) -> Iterator[Message]:
    animation = around.state(ANIMATION, record.originator_id, record.originator_version)
    words = named(animation, record.originator_version)
    published = any(isinstance(earlier.event, AnimationPublished) for earlier in around.events(animation.id))
    page = animation_page(animation.id) if published else None
    for recipient in (structure(animation.structure_id), territory(animation.territory), NATIONAL):
        message = "{animation}, de {structure}, est annulée."
        subject = "{title} est annulée."
        yield Notice(recipient, "animation.cancelled", message, words, subject=subject, page=page, with_reason=True)
    burst = cancelled(animation, record.originator_version)
    yield from calls(animation, around, "l'animation est annulée", burst=burst)
    about = {"animation_id": str(animation.id), "detail_position": record.position}
    if published:
        yield from _to_contacts("animation.cancelled", animation, around, about)
    for registration in holding(animation.id, around):
        yield from registration.messages("animation.cancelled", about, _change_key(registration.registration_id))


def on_unreached(record: Recorded, around: Around) -> Iterator[Message]:
    """Ask those who answer for the person to telephone, since a letter reached nobody."""
    fact = record.event
    assert isinstance(fact, LetterRefused)
    match fact.about:
        case LetterAbout.REGISTRATION if fact.animation_id is not None:
            animation = around.state(ANIMATION, fact.animation_id)
            registration = registrations_of(around.events(registration_book_id(fact.animation_id)))[fact.about_id]
            way = "SMS" if fact.reason is Unreached.TEXT else "courriel"
            message = f"Une personne inscrite à {{animation}} n'est pas jointe par {way} : prévenez-la par téléphone"
            yield from ask_to_call(animation, [registration], message)
        case LetterAbout.CANDIDATURE:
            candidature = around.state(CANDIDATURE, fact.about_id)
            message = "{volunteer}, candidat Parent Ressource pour {school}, n'est pas joint par courriel : téléphonez."
            words = {name: Thing(name, fact.about_id) for name in ("volunteer", "school")}
            recipient, kind = territory(candidature.territory), "candidature.unreached"
            yield Notice(recipient, kind, message, words, subject="Un candidat n'est pas joint", thing=fact.about_id)
        case _ if record.stamp.structure_id is not None:
            contact = fact.about is LetterAbout.CONTACT
            kind = "contact.unreached" if contact else "invitation.unreached"
            whose = "d'un contact de votre liste" if contact else "d'une personne que vous avez invitée"
            message = f"L'adresse {whose} est refusée par sa messagerie : vérifiez-la, ou téléphonez."
            yield Notice(structure(record.stamp.structure_id), kind, message, thing=fact.about_id)


def on_planning(record: Recorded, around: Around) -> Iterator[Message]:
    fact = record.event
    assert isinstance(fact, PlanningSent)
    about = {
        "structure_id": str(fact.structure_id),
        "animation_ids": [str(animation_id) for animation_id in fact.animation_ids],
    }
    for contact_id, address in _contacts(fact.structure_id, around):
        if contact_id in fact.contact_ids:
            yield Letter("planning", address, about | {"contact_id": str(contact_id)})


def _to_contacts(
    kind: str, animation: Animation, around: Around, about: Mapping[str, Any], waits: bool = False
) -> Iterator[Letter]:
    whose = {"structure_id": str(animation.structure_id)}
    for contact_id, address in _contacts(animation.structure_id, around):
        key = f"{_change_key(animation.id)}:{contact_id}"
        content = {**about, **whose, "contact_id": str(contact_id)}
        yield Letter(kind, address, content, key, CHANGE_WAIT) if waits else Letter(kind, address, content, key)


def _contacts(structure_id: UUID, around: Around) -> Iterator[tuple[UUID, int]]:
    """Yield the contacts who want letters, each with the position of the event with its address."""
    stream = contact_list_id(structure_id)
    records = around.events(stream)
    if not records:
        return
    added = {record.event.contact_id: record.position for record in records if isinstance(record.event, ContactAdded)}
    for contact_id in around.state(CONTACTS, stream).written_to:
        yield contact_id, added[contact_id]


def _changes(record: Recorded, fields: Sequence[str]) -> bool:
    return isinstance(record.event, AnimationModified) and bool(set(record.event.changed) & set(fields))


def _change_key(thing: UUID) -> str:
    return f"change:{thing}"
