"""Use cases of the list on the day: registrants ticked by name, code or QR code, and those who just came."""

from __future__ import annotations

from typing import Annotated, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import StringConstraints

from application.commanding.commands import Command
from application.commanding.current_typology import typology_in_force
from application.commanding.signed_links import typed_code
from application.commanding.unit_of_work import UnitOfWork
from application.registrations import PURPOSE, Children, book_of
from domain.animations.transitions import check
from domain.catalogue import ANIMATION, REGISTRATION
from domain.kernel.errors import DomainError, invalid
from domain.kernel.identifiers import registration_book_id
from domain.kernel.rights import Action
from domain.kernel.validation import HeadCount
from domain.registrations import attendance
from domain.registrations.registration_book import RegistrationBook

#: The code as typed from paper, or the content of a QR code: an address that ends in the registration's link.
ScannedCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]


class _OnTheList(Command):
    may_change_nothing: ClassVar[bool] = True

    animation_id: UUID

    @property
    def turn(self) -> UUID | None:
        return self.animation_id


class RegistrationCheckIn(_OnTheList):
    """Tick a registrant, named by `registration_id`, by `code`, or by both of the same registration."""

    action: ClassVar[Action] = Action.REGISTRATION_CHECK_IN

    registration_id: UUID | None = None
    code: ScannedCode | None = None
    present: bool
    children: Children | None = None


class WalkInsCount(_OnTheList):
    action: ClassVar[Action] = Action.WALK_INS_COUNT

    parents: HeadCount
    children: HeadCount | None = None


def check_in(command: RegistrationCheckIn, work: UnitOfWork) -> UUID:
    animation = work.subject(ANIMATION, command.animation_id, None, "Animation", "animation_id")
    # Before the code is looked for: nobody without the right learns whose it is.
    check(Action.REGISTRATION_CHECK_IN, animation, work.actor, work.now)
    book = book_of(work, animation.id)
    registration_id = _registration(command, book, work)
    admits = typology_in_force(work).admits_children(animation.content.type)
    facts = attendance.check_in(
        book, animation, registration_id, command.present, command.children, work.actor, work.now, admits
    )
    if facts:
        work.record(REGISTRATION, registration_book_id(animation.id), facts, animation.belongings)
    return book.standing_id(registration_id)


def count_walk_ins(command: WalkInsCount, work: UnitOfWork) -> UUID:
    animation = work.subject(ANIMATION, command.animation_id, None, "Animation", "animation_id")
    book = book_of(work, animation.id)
    admits = typology_in_force(work).admits_children(animation.content.type)
    facts = attendance.count_walk_ins(book, animation, command.parents, command.children, work.actor, work.now, admits)
    if facts:
        work.record(REGISTRATION, registration_book_id(animation.id), facts, animation.belongings)
    return animation.id


def _registration(command: RegistrationCheckIn, book: RegistrationBook, work: UnitOfWork) -> UUID:
    """Return the registration that is named. Raise INVALID where a code is of none for this animation, or another's."""
    if command.code is None:
        if command.registration_id is None:
            raise invalid("Indiquez l'inscription, ou son code.", "registration_id")
        return command.registration_id
    by_code = _by_code(command, command.code, book, work)
    by_id = command.registration_id or by_code
    if book.standing_id(by_id) != book.standing_id(by_code):
        raise invalid(
            "Ce code est celui d'une autre inscription : indiquez l'inscription, ou son code, ou les deux de la même.",
            "code",
        )
    return by_id


def _by_code(command: RegistrationCheckIn, code: str, book: RegistrationBook, work: UnitOfWork) -> UUID:
    if typed_code(code) is None:
        of_animation, registration_id = _scanned(code, work)
        if of_animation != command.animation_id:
            raise invalid("Ce code QR est celui d'une inscription à une autre animation.", "code")
        return registration_id
    registration = work.keyed.codes.thing(PURPOSE, command.animation_id, book.people, code)
    if registration is None:
        raise _of_nobody()
    return registration


def _scanned(content: str, work: UnitOfWork) -> tuple[UUID, UUID]:
    """Return the animation and registration of a QR code's content: an address that ends in a link, or the link."""
    try:
        link = urlsplit(content).path.rstrip("/").rpartition("/")[2]
        of_animation, registration_id = work.keyed.links.read(PURPOSE, link, "code")
    except (ValueError, DomainError):
        # Who types a code has no link: they are not sent to look for one.
        raise _of_nobody() from None
    return of_animation, registration_id


def _of_nobody() -> DomainError:
    return invalid("Ce code n'est celui d'aucune inscription de cette animation.", "code")


USE_CASES = ((RegistrationCheckIn, check_in), (WalkInsCount, count_walk_ins))
