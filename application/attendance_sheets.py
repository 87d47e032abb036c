"""The use case of the signed sheet: the file is in its place before the event that names it is recorded."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import ConfigDict, Field

from application.commands import ChangeCommand
from application.files import Draft
from application.unit_of_work import UnitOfWork
from domain.attendance_sheet import Sheet, attach_sheet
from domain.catalogue import ANIMATION
from domain.rights import Action
from domain.validation import Label


class AttendanceSheetAttach(ChangeCommand):
    """`draft` holds the file that the other fields speak of; what makes two commands the same is the digest."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    action: ClassVar[Action] = Action.ATTENDANCE_SHEET_ATTACH

    animation_id: UUID
    file_name: Label
    media_type: str
    size: int
    sha256: str
    draft: Draft = Field(exclude=True, repr=False)


def attach(command: AttendanceSheetAttach, work: UnitOfWork) -> UUID:
    state = work.subject(ANIMATION, command.animation_id, command.expected_version, "Animation", "animation_id")
    sheet = Sheet(command.file_name, command.media_type, command.size, command.sha256)
    facts = attach_sheet(state, work.actor, sheet, work.now)
    # Once the decision stands: a refusal leaves no file behind.
    command.draft.keep()
    work.record(ANIMATION, state.id, facts, state.belongings)
    return state.id


USE_CASES = ((AttendanceSheetAttach, attach),)
