"""The people to telephone: registered without an e-mail address, or whom no letter reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from application.followers.about_animations import named
from application.notifications.reaction import Around, Letter, Notice, Text, author, structure
from application.wording.pages import animation_page
from application.wording.texts import TEXTS
from domain.animations.animation import Animation
from domain.catalogue import REGISTRATION
from domain.kernel.actors import Role
from domain.kernel.identifiers import letters_id, registration_book_id
from domain.registrations.events import RegistrationMade
from domain.registrations.registration_book import RegistrationBook
from eventstore.records import Recorded

#: For the inbox: these registrations have no e-mail address.
TO_CALL = "registration.to_call"


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


def calls(
    animation: Animation, around: Around, why: str, registrations: Sequence[Registered] | None = None
) -> Iterator[Notice]:
    """Ask to telephone those of the registrations, by default all, whom no letter reaches."""
    registrations = holding(animation.id, around) if registrations is None else registrations
    unreached = [registration for registration in registrations if is_unreached(registration, around)]
    # Include those whose letter was refused.
    lacking = all(registration.address is None for registration in unreached)
    if len(unreached) == 1:
        what = "n'a pas d'adresse électronique" if lacking else "n'est pas jointe par courriel"
        message = f"Une personne inscrite à {{animation}} {what} : prévenez-la par téléphone, {why}."
        yield from ask_to_call(animation, unreached, message)
    elif unreached:
        what = "n'ont pas d'adresse électronique" if lacking else "ne sont pas jointes par courriel"
        message = f"{len(unreached)} personnes inscrites à {{animation}} {what} : prévenez-les par téléphone, {why}."
        yield from ask_to_call(animation, unreached, message)


def is_unreached(registration: Registered, around: Around) -> bool:
    if around.events(letters_id(registration.registration_id)):
        return True
    return registration.address is None and not (registration.texted and around.texting())


def ask_to_call(animation: Animation, unreached: Sequence[Registered], message: str) -> Iterator[Notice]:
    """Notify the structure, and each person who registered some of them. Readers with the right see whom to call."""
    subject, page = "Personnes à prévenir par téléphone : {title}", animation_page(animation.id)
    words = named(animation, None)
    everybody = tuple(registration.registration_id for registration in unreached)
    yield Notice(structure(animation.structure_id), TO_CALL, message, words, subject, everybody)
    for name in dict.fromkeys(registration.author for registration in unreached if registration.author is not None):
        own = tuple(registration.registration_id for registration in unreached if registration.author == name)
        theirs = message
        if own != everybody:
            theirs = "Des personnes que vous avez inscrites à {animation} sont à prévenir par téléphone."
        yield Notice(author(name), TO_CALL, theirs, words, subject, own, page=page)
