"""The people to telephone: registered without an e-mail address, or whom no letter reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from application.followers.about_animations import named
from application.notifications.reaction import Around, Letter, Notice, Text, author, structure
from application.wording.pages import animation_page, attendance_page
from application.wording.texts import TEXTS
from application.wording.things import Thing
from domain.animations.animation import Animation
from domain.catalogue import ANIMATION, REGISTRATION
from domain.kernel.actors import Role
from domain.kernel.identifiers import letters_id, registration_book_id
from domain.registrations.events import RegistrationEvent, RegistrationMade
from domain.registrations.registration_book import RegistrationBook
from eventstore.records import Recorded

#: For the inbox: these registrations have no e-mail address.
TO_CALL = "registration.to_call"
#: Why to telephone one person, and several.
ToCall = tuple[str, str]


class Registered:
    """A registration as first recorded. `address` is the position of the event with the address, if there is one.

    `author` is the person who registered somebody else.
    """

    def __init__(self, record: Recorded) -> None:
        fact = record.event
        assert isinstance(fact, RegistrationMade)
        self.registration_id, self.animation_id = fact.registration_id, fact.animation_id
        self.position = record.position
        self.address = None if fact.email is None else record.position
        self.texted = fact.sms_agreed and fact.phone is not None
        #: A structure is notified of its registrants anyhow.
        by_others = fact.on_behalf and record.stamp.role is not Role.STRUCTURE
        self.author = record.stamp.actor if by_others else None

    @property
    def about(self) -> dict[str, Any]:
        return {"animation_id": str(self.animation_id), "registration_id": str(self.registration_id)}

    def messages(
        self, kind: str, about: Mapping[str, Any] | None = None, key: str | None = None, wait: timedelta = timedelta(0)
    ) -> Iterator[Letter | Text]:
        """Yield the letter and the text message that say this, as far as they gave an address and agreed to texts."""
        content = self.about | dict(about or {})
        if self.address is not None:
            yield Letter(kind, self.address, content, key, wait)
        if self.texted and kind in TEXTS:
            yield Text(kind, self.position, content, key, wait)


def registrations_of(records: Sequence[Recorded]) -> dict[UUID, Registered]:
    return {
        record.event.registration_id: Registered(record)
        for record in records
        if isinstance(record.event, RegistrationMade)
    }


def holding(animation_id: UUID, around: Around) -> list[Registered]:
    """Return the valid registrations, in their order."""
    book_id = registration_book_id(animation_id)
    records = around.events(book_id)
    if not records:
        return []
    registrations, book = registrations_of(records), around.state(REGISTRATION, book_id)
    assert isinstance(book, RegistrationBook)
    return [registrations[registration_id] for registration_id in book.places]


@dataclass(frozen=True, slots=True)
class Burst:
    """What successive notices of whom to call have in common: only the last one is shown, if none was read.

    `version` of the animation is what it tells of. `words`, a sentence or the end of one, names things of it that are
    shown before and after.
    """

    key: str
    version: int
    words: str = ""
    things: Mapping[str, Thing] = field(default_factory=dict)


def changed(animation: Animation, version: int) -> Burst:
    """Return the burst of changes: the notice shows what is new, before and after."""
    return Burst(_key(animation), version, " {to_tell}", {"to_tell": Thing("to_tell", animation.id, version)})


def cancelled(animation: Animation, version: int) -> Burst:
    """Return the burst of a cancellation, which ends that of changes: the notice names what people know."""
    return Burst(_key(animation), version, "{announced}", {"announced": Thing("announced", animation.id, version)})


def covered(animation: Animation, version: int) -> Burst:
    """Return the burst of suspensions, and of their ends."""
    return Burst(f"to-call:convention:{animation.id}", version)


def _key(animation: Animation) -> str:
    return f"to-call:{animation.id}"


def calls(
    animation: Animation,
    around: Around,
    why: str,
    registrations: Sequence[Registered] | None = None,
    burst: Burst | None = None,
) -> Iterator[Notice]:
    """Ask to telephone those of the registrations, by default all, whom no letter reaches."""
    registrations = holding(animation.id, around) if registrations is None else registrations
    unreached = [registration for registration in registrations if is_unreached(registration, around)]
    # Include those whose letter was refused.
    lacking = all(registration.address is None for registration in unreached)
    if len(unreached) == 1:
        what = "n'a pas d'adresse électronique" if lacking else "n'est pas jointe par courriel"
        message = f"Une personne inscrite à {{animation}} {what} : prévenez-la par téléphone, {why}"
        yield from ask_to_call(animation, unreached, message, burst)
    elif unreached:
        what = "n'ont pas d'adresse électronique" if lacking else "ne sont pas jointes par courriel"
        message = f"{len(unreached)} personnes inscrites à {{animation}} {what} : prévenez-les par téléphone, {why}"
        yield from ask_to_call(animation, unreached, message, burst)


def is_unreached(registration: Registered, around: Around) -> bool:
    if around.events(letters_id(registration.registration_id)):
        return True
    return registration.address is None and not (registration.texted and around.texting())


def ask_to_call(
    animation: Animation, unreached: Sequence[Registered], message: str, burst: Burst | None = None
) -> Iterator[Notice]:
    """Notify the structure, and each person who registered some of them. Readers with the right see whom to call.

    `message` is a sentence without its full stop.
    """
    subject, page = "Personnes à prévenir par téléphone : {title}", animation_page(animation.id)
    words, key, since = named(animation, None), None, None
    if burst is not None:
        words |= burst.things
        key, since = burst.key, burst.version - 1
    end = _end(burst)
    everybody = tuple(registration.registration_id for registration in unreached)
    recipient = structure(animation.structure_id)
    desk = attendance_page(animation.id)
    yield Notice(recipient, TO_CALL, f"{message}{end}", words, subject, everybody, page=desk, key=key, since=since)
    for name in dict.fromkeys(registration.author for registration in unreached if registration.author is not None):
        own = tuple(registration.registration_id for registration in unreached if registration.author == name)
        theirs = message
        if own != everybody:
            theirs = "Des personnes que vous avez inscrites à {animation} sont à prévenir par téléphone"
        yield Notice(author(name), TO_CALL, f"{theirs}{end}", words, subject, own, page=page, key=key, since=since)


def ask_together(
    reasons: ToCall, record: Recorded, registrations: Mapping[UUID, Registered], around: Around
) -> Iterator[Notice]:
    """Ask to telephone whom nothing written reaches, in one notice for all that a command did so to."""
    kind = type(record.event), record.originator_id
    alike = (each for each in around.command(record) if (type(each.event), each.originator_id) == kind)
    if (first := next(alike)).position != record.position:
        return
    facts = [each.event for each in (first, *alike) if isinstance(each.event, RegistrationEvent)]
    people = [registrations[fact.registration_id] for fact in facts]
    unreached = [registration for registration in people if is_unreached(registration, around)]
    if not unreached:
        return
    animation = around.state(ANIMATION, unreached[0].animation_id)
    singular, plural = reasons
    who, them = (singular, "la") if len(unreached) == 1 else (plural.format(len(unreached)), "les")
    message = f"{who} {{animation}}, que rien d'écrit n'atteint : prévenez-{them} par téléphone"
    yield from ask_to_call(animation, unreached, message)


def _end(burst: Burst | None) -> str:
    """Return the end of the sentence: what a burst tells goes on in it, or follows."""
    words = "" if burst is None else burst.words
    return f".{words}" if words.startswith(" ") else f"{words}."
