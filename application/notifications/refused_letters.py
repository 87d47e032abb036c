"""Record, on behalf of the system, that a letter reached nobody, so that somebody telephones."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import ANIMATION, CANDIDATURE, LETTER
from domain.kernel.identifiers import letters_id
from domain.kernel.rights import Action, Belongings
from domain.notifications import letter
from domain.notifications.events import LetterAbout, Unreached


class LetterRefuse(Command):
    """`structure_id`: the structure of the contact or invitation; `animation_id`: that of the registration."""

    action: ClassVar[Action] = Action.LETTER_REFUSE

    about: LetterAbout
    about_id: UUID
    reason: Unreached
    animation_id: UUID | None = None
    structure_id: UUID | None = None


def refuse(command: LetterRefuse, work: UnitOfWork) -> UUID:
    stream = letters_id(command.about_id)
    events = letter.refuse(
        work.find(LETTER, stream),
        command.about,
        command.about_id,
        command.animation_id,
        command.reason,
        work.actor,
    )
    work.record(LETTER, stream, events, _belongings(command, work))
    return command.about_id


def _belongings(command: LetterRefuse, work: UnitOfWork) -> Belongings:
    if command.animation_id is not None and (animation := work.find(ANIMATION, command.animation_id)):
        return animation.belongings
    if command.about is LetterAbout.CANDIDATURE and (candidature := work.find(CANDIDATURE, command.about_id)):
        return candidature.belongings
    return Belongings(structure_id=command.structure_id)


USE_CASES = ((LetterRefuse, refuse),)
