"""The use case of the reminder before an animation."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import ANIMATION, REGISTRATION
from domain.kernel.identifiers import registration_book_id
from domain.kernel.rights import Action
from domain.registrations import reminding
from domain.registrations.registration_book import EMPTY


class RegistrantsRemind(Command):
    """Sent by the scheduler, `ahead` of the start."""

    action: ClassVar[Action] = Action.REGISTRANTS_REMIND

    animation_id: UUID
    ahead: timedelta

    @property
    def turn(self) -> UUID | None:
        return self.animation_id


def remind(command: RegistrantsRemind, work: UnitOfWork) -> UUID:
    animation = work.subject(ANIMATION, command.animation_id, None, "Animation", "animation_id")
    book_id = registration_book_id(animation.id)
    book = work.find(REGISTRATION, book_id) or EMPTY
    facts = reminding.remind(book, animation, command.ahead, work.actor, work.now)
    work.record(REGISTRATION, book_id, facts, animation.belongings)
    return animation.id


USE_CASES = ((RegistrantsRemind, remind),)
