"""The use cases of the signed sheet. A file is stored before the event that names it."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from application.commanding.commands import ChangeCommand
from application.commanding.unit_of_work import UnitOfWork
from application.files.attachments import AttachFile, Digest
from application.service_dossiers.commands import dossier_status_of
from domain.animations.attendance_sheet import Sheet, attach_sheet, withdraw_sheet
from domain.catalogue import ANIMATION
from domain.kernel.rights import Action
from domain.kernel.validation import Reason


class AttendanceSheetAttach(AttachFile):
    action: ClassVar[Action] = Action.ATTENDANCE_SHEET_ATTACH

    animation_id: UUID
    replaces: Digest | None = None
    reason: Reason | None = None


class AttendanceSheetWithdraw(ChangeCommand):
    action: ClassVar[Action] = Action.ATTENDANCE_SHEET_WITHDRAW

    animation_id: UUID
    sha256: Digest
    reason: Reason


def attach(command: AttendanceSheetAttach, work: UnitOfWork) -> UUID:
    animation = work.subject(ANIMATION, command.animation_id, command.expected_version, "Animation", "animation_id")
    number = f"-{len(animation.sheets) + 1}" if animation.sheets else ""
    sheet = Sheet(
        command.file_name(f"emargement-{animation.held_on}{number}"),
        command.media_type,
        command.size,
        command.sha256,
        command.likenesses,
    )
    status = dossier_status_of(animation, work)
    facts = attach_sheet(animation, status, work.actor, sheet, work.now, command.replaces, command.reason)
    work.record(ANIMATION, animation.id, facts, animation.belongings)
    command.draft.keep()
    return animation.id


def withdraw(command: AttendanceSheetWithdraw, work: UnitOfWork) -> UUID:
    animation = work.subject(ANIMATION, command.animation_id, command.expected_version, "Animation", "animation_id")
    status = dossier_status_of(animation, work)
    facts = withdraw_sheet(animation, status, work.actor, command.sha256, command.reason, work.now)
    work.record(ANIMATION, animation.id, facts, animation.belongings)
    return animation.id


USE_CASES = ((AttendanceSheetAttach, attach), (AttendanceSheetWithdraw, withdraw))
