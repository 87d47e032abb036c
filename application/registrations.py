"""Use cases of registrations, and the policies that serve the waiting list."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge
from typing import Annotated, ClassVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from pydantic import Field

from application.commanding.commands import Command
from application.commanding.current_typology import typology_in_force
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import conventions_of
from application.registrants import contact_of
from domain.animations.animation import Animation
from domain.animations.coverage import find_covering
from domain.animations.events import AnimationDetails
from domain.catalogue import ANIMATION, CONVENTION, REGISTRATION, STRUCTURE
from domain.kernel.errors import DomainError, invalid
from domain.kernel.events import Event
from domain.kernel.identifiers import registration_book_id
from domain.kernel.people import (
    EmailAddress,
    PersonName,
    Phone,
)
from domain.kernel.rights import Action, Belongings, authorize, may
from domain.kernel.validation import DeclaredDay, Link, PrintedCode, Reason
from domain.registrations import registration as registrations
from domain.registrations.events import BookEvent, RegistrationMade, SeatKept
from domain.registrations.registering import Registering, Registrant, register
from domain.registrations.registration_book import EMPTY, RegistrationBook
from eventstore.records import Recorded

#: Purpose of a registration's signed links and printed codes.
PURPOSE = "registration"
#: Catches typing errors; no family has more.
Children = Annotated[int, Field(ge=0, le=20)]


class _OfAnimation(Command):
    animation_id: UUID

    @property
    def turn(self) -> UUID | None:
        return self.animation_id


class RegistrationSubmit(_OfAnimation):
    """Register oneself."""

    action: ClassVar[Action] = Action.REGISTRATION_SUBMIT

    first_name: PersonName
    last_name: PersonName
    email: EmailAddress
    phone: Phone | None = None
    children: Children = 0
    sms_agreed: bool = False


class RegistrationSubmitFor(_OfAnimation):
    """Register a parent, who may have no e-mail address."""

    action: ClassVar[Action] = Action.REGISTRATION_SUBMIT_FOR

    first_name: PersonName
    last_name: PersonName
    email: EmailAddress | None = None
    phone: Phone | None = None
    children: Children = 0
    sms_agreed: bool = False


class _ByHolder(Command):
    """Sent with `link`, or with the printed `code`: with `animation_id` or the `day` where several have that code."""

    link: Link | None = None
    animation_id: UUID | None = None
    code: PrintedCode | None = None
    day: DeclaredDay | None = None
    #: Animations with a registration of that code. The read side proposes them.
    of_that_code: tuple[UUID, ...] = Field(default=(), exclude=True)


class RegistrationCancel(_ByHolder):
    action: ClassVar[Action] = Action.REGISTRATION_CANCEL


class RegistrationKeep(_ByHolder):
    action: ClassVar[Action] = Action.REGISTRATION_KEEP


class RegistrationRemove(_OfAnimation):
    action: ClassVar[Action] = Action.REGISTRATION_REMOVE

    registration_id: UUID
    reason: Reason


class RegistrantErase(Command):
    """Sent for each registration once the person's key is destroyed."""

    action: ClassVar[Action] = Action.PERSON_ERASE

    animation_id: UUID
    registration_id: UUID


def submit(command: RegistrationSubmit, work: UnitOfWork) -> UUID:
    return _register(command, work, on_behalf=False)


def submit_for(command: RegistrationSubmitFor, work: UnitOfWork) -> UUID:
    return _register(command, work, on_behalf=True)


def _register(command: RegistrationSubmit | RegistrationSubmitFor, work: UnitOfWork, on_behalf: bool) -> UUID:
    animation = work.subject(ANIMATION, command.animation_id, None, "Animation", "animation_id")
    registration_id, book_id = uuid4(), registration_book_id(animation.id)
    book, covered = book_of(work, animation.id), _is_covered(work, animation)
    registrant = Registrant(**command.model_dump(include=set(Registrant.__dataclass_fields__)))
    registering = Registering(
        registration_id,
        _person(work, command.email, registration_id, book_id, on_behalf),
        contact_of(command, _author(work, animation), book, work.keyed),
        on_behalf,
        _others_today(work, animation) if on_behalf else 0,
        covered,
        # Without children the typology need not be read.
        not command.children or typology_in_force(work).admits_children(animation.content.type),
    )
    facts = register(book, animation, registrant, registering, work.actor, work.now)
    _record(work, animation, facts)
    return registration_id


def _author(work: UnitOfWork, animation: Animation) -> str:
    """Return who registers: those that read the animation's list count as one, since each sees the others' names."""
    reads = may(work.actor, Action.REGISTRATION_READ, animation.belongings)
    return f"structure:{animation.structure_id}" if reads else work.actor.name


def _is_covered(work: UnitOfWork, animation: Animation) -> bool:
    """Return whether a convention of the structure covers the animation. Its own nearly always does."""
    if (own := work.find(CONVENTION, animation.convention_id)) and own.covers(animation.held_on):
        return True
    return find_covering(animation, conventions_of(work, work.find(STRUCTURE, animation.structure_id))) is not None


def _others_today(work: UnitOfWork, animation: Animation) -> int:
    """Count the people whom the actor has registered for the animation today, in its territory."""
    zone = ZoneInfo(animation.time_zone)
    today = work.now.astimezone(zone).date()
    return sum(
        isinstance(record.event, RegistrationMade)
        and record.event.on_behalf
        and record.stamp.actor == work.actor.name
        and record.stamp.recorded_at.astimezone(zone).date() == today
        for record in work.read_stream(registration_book_id(animation.id), 0)
    )


def _person(work: UnitOfWork, email: str | None, registration_id: UUID, book_id: UUID, on_behalf: bool) -> UUID:
    """Return the pseudonym of the signed-in person, else of the mailbox, else a new one."""
    if not on_behalf and work.actor.person_id is not None:
        return work.keyed.writable(work.actor.person_id, book_id)
    return work.keyed.mailbox_in(email, book_id) if email else registration_id


def cancel(command: RegistrationCancel, work: UnitOfWork) -> UUID:
    animation, registration_id = _resolve(command, work)
    book = book_of(work, animation.id)
    cancelled = _record(work, animation, registrations.cancel(book, animation, registration_id, work.actor, work.now))
    _seat_next(work, animation, animation.content, cancelled)
    return registration_id


def keep(command: RegistrationKeep, work: UnitOfWork) -> UUID:
    animation, registration_id = _resolve(command, work)
    book = book_of(work, animation.id)
    _record(work, animation, registrations.keep(book, animation, registration_id, work.actor, work.now))
    return registration_id


def remove(command: RegistrationRemove, work: UnitOfWork) -> UUID:
    animation = work.subject(ANIMATION, command.animation_id, None, "Animation", "animation_id")
    book, registration_id = book_of(work, animation.id), command.registration_id
    facts = registrations.remove(book, animation, registration_id, command.reason, work.actor, work.now)
    _seat_next(work, animation, animation.content, _record(work, animation, facts))
    return registration_id


def erase(command: RegistrantErase, work: UnitOfWork) -> UUID:
    animation = work.find(ANIMATION, command.animation_id)
    assert animation is not None, "a registration's animation exists"
    book = book_of(work, animation.id)
    authorize(work.actor, command.action, Belongings(person_id=book.people.get(command.registration_id)))
    erased = _record(work, animation, registrations.erase(book, command.registration_id))
    if animation.content.starts_at > work.now:
        _seat_next(work, animation, animation.content, erased)
    return command.registration_id


def after_modification(work: UnitOfWork, before: Animation, after: AnimationDetails, modified: Recorded) -> None:
    """Policy: a changed date or place is put to the registrants, and additional seats are given.

    Raises RULE_BROKEN if the registrations forbid the modification.
    """
    book = book_of(work, before.id)
    registrations.check_modification(book, before.content, after, work.now)
    agreed = (
        _agreed_details(work, before.id)
        if any(place.questioned for place in (*book.places.values(), *book.repeated.values()))
        else {}
    )
    if questions := registrations.question(book, before.content, after, agreed):
        _record(work, before, questions, modified)
    _seat_next(work, before, after, modified)


def _agreed_details(work: UnitOfWork, animation_id: UUID) -> dict[UUID, AnimationDetails]:
    """Return the animation as each registrant last agreed to attend it, by registering or keeping their seat."""
    agreed: dict[UUID, AnimationDetails] = {}
    animation: Animation | None = None
    streams = work.read_stream(animation_id, 0), work.read_stream(registration_book_id(animation_id), 0)
    for record in merge(*streams, key=lambda record: record.position):
        fact = record.event
        if not isinstance(fact, BookEvent):
            animation = ANIMATION.evolve(animation, animation_id, fact)
        elif isinstance(fact, RegistrationMade | SeatKept) and animation is not None:
            agreed[fact.registration_id] = animation.content
    return agreed


def _seat_next(work: UnitOfWork, animation: Animation, content: AnimationDetails, cause: Recorded) -> None:
    """Policy: free seats go to the first in the waiting list, as long as a convention covers the animation."""
    book, seats, starts_at = book_of(work, animation.id), content.seats, content.starts_at
    if not book.waiting or book.seated >= seats or not _is_covered(work, animation):
        return
    if obtained := registrations.seat_next(book, seats, starts_at, work.now):
        _record(work, animation, obtained, cause)


def _resolve(command: _ByHolder, work: UnitOfWork) -> tuple[Animation, UUID]:
    """Return the animation and registration of a link or code. Raises INVALID if there is none."""
    if command.link is not None:
        animation_id, registration_id = work.keyed.links.read(PURPOSE, command.link, "link")
    elif command.code is not None:
        animation_id = command.animation_id or only_animation(command.of_that_code)
        registration_id = _find_by_code(animation_id, command.code, work)
    else:
        raise invalid("Indiquez le lien reçu, ou le code imprimé.", "link")
    return work.subject(ANIMATION, animation_id, None, "Animation", "animation_id"), registration_id


def only_animation(of_that_code: Sequence[UUID]) -> UUID:
    """Return the only animation with a registration of a code. Raise INVALID if there is none, or several."""
    if len(of_that_code) > 1:
        raise invalid("Plusieurs inscriptions ont ce code : indiquez aussi le jour de l'animation.", "day")
    if not of_that_code:
        raise _no_such_code()
    return of_that_code[0]


def _no_such_code() -> DomainError:
    return invalid(
        "Ce code n'est pas celui d'une inscription à une animation à venir. Si l'animation a commencé, téléphonez à la"
        " structure.",
        "code",
    )


def _find_by_code(animation_id: UUID, code: str, work: UnitOfWork) -> UUID:
    people = book_of(work, animation_id).people
    if (registration_id := work.keyed.codes.thing(PURPOSE, animation_id, people, code)) is not None:
        return registration_id
    raise _no_such_code()


def book_of(work: UnitOfWork, animation_id: UUID) -> RegistrationBook:
    """Return the registrations for an animation."""
    return work.find(REGISTRATION, registration_book_id(animation_id)) or EMPTY


def _record(work: UnitOfWork, animation: Animation, facts: list[Event], cause: Recorded | None = None) -> Recorded:
    return work.record(REGISTRATION, registration_book_id(animation.id), facts, animation.belongings, cause)


USE_CASES = (
    (RegistrationSubmit, submit),
    (RegistrationSubmitFor, submit_for),
    (RegistrationCancel, cancel),
    (RegistrationKeep, keep),
    (RegistrationRemove, remove),
    (RegistrantErase, erase),
)
