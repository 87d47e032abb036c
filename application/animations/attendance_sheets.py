"""The use case of the signed sheet. The file is stored before the event that names it."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from application.commanding.unit_of_work import UnitOfWork
from application.files.attachments import AttachFile
from application.service_dossiers.commands import dossier_status_of
from domain.animations.attendance_sheet import Sheet, attach_sheet
from domain.catalogue import ANIMATION
from domain.kernel.rights import Action


class AttendanceSheetAttach(AttachFile):
    action: ClassVar[Action] = Action.ATTENDANCE_SHEET_ATTACH

    animation_id: UUID


def attach(command: AttendanceSheetAttach, work: UnitOfWork) -> UUID:
    animation = work.subject(ANIMATION, command.animation_id, command.expected_version, "Animation", "animation_id")
    sheet = Sheet(
        command.file_name(f"emargement-{animation.held_on}"), command.media_type, command.size, command.sha256
    )
    facts = attach_sheet(animation, dossier_status_of(animation, work), work.actor, sheet, work.now)
    work.record(ANIMATION, animation.id, facts, animation.belongings)
    command.draft.keep()
    return animation.id


USE_CASES = ((AttendanceSheetAttach, attach),)
