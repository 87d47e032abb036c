"""Use cases of sampled controls: an auditor draws certified dossiers and judges them; their structures answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

from pydantic import Field

from application.commanding.commands import ChangeCommand, Command
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import find_territory
from domain.catalogue import CONTROL, SERVICE_DOSSIER
from domain.controls import control as controls
from domain.controls.control import Control
from domain.controls.pieces import ReasonCode
from domain.kernel.errors import forbidden
from domain.kernel.rights import Action
from domain.kernel.validation import Label, LongText, Reason, Seed, TerritoryCode
from domain.service_dossiers.service_dossier import ServiceDossier

#: Longer than any animation's title and any piece that a convention requires.
PieceName = Annotated[str, Field(min_length=1, max_length=300)]


class ControlOpen(Command):
    """`certified`: the dossiers certified in the period, looked up on the read side.

    The client did not send them, so they are excluded from the content of the idempotency key.
    """

    action: ClassVar[Action] = Action.CONTROL_OPEN

    name: Label
    period_from: date
    period_until: date
    territory: TerritoryCode | None = None
    share_percent: Annotated[int, Field(ge=1, le=100)]
    seed: Seed
    certified: tuple[UUID, ...] = Field(default=(), exclude=True)


class ControlChange(ChangeCommand):
    control_id: UUID


class ControlPieceJudge(ControlChange):
    action: ClassVar[Action] = Action.CONTROL_PIECE_JUDGE

    dossier_id: UUID
    piece: PieceName
    accepted: bool
    reason_code: ReasonCode | None = None
    comment: Reason | None = None


class ControlAnswer(ControlChange):
    action: ClassVar[Action] = Action.CONTROL_ANSWER

    dossier_id: UUID
    piece: PieceName
    answer: Reason


class ControlClose(ControlChange):
    action: ClassVar[Action] = Action.CONTROL_CLOSE

    conclusion: LongText


def open_(command: ControlOpen, work: UnitOfWork) -> UUID:
    if command.territory is not None:
        find_territory(work, command.territory)
    dossiers = [work.find(SERVICE_DOSSIER, dossier_id) for dossier_id in command.certified]
    facts = controls.open_control(
        command.name,
        (command.period_from, command.period_until),
        command.territory,
        command.share_percent,
        command.seed,
        [dossier for dossier in dossiers if dossier is not None],
        work.actor,
    )
    control_id = uuid4()
    work.record(CONTROL, control_id, facts, controls.whole(command.territory))
    return control_id


def judge(command: ControlPieceJudge, work: UnitOfWork) -> UUID:
    control, dossier = _control(command, work), _dossier(command.dossier_id, work)
    facts = controls.judge(
        control, dossier, command.piece, command.accepted, command.reason_code, command.comment, work.actor
    )
    work.record(CONTROL, control.id, facts, dossier.belongings)
    return control.id


def answer(command: ControlAnswer, work: UnitOfWork) -> UUID:
    dossier = _dossier(command.dossier_id, work)
    control = work.find(CONTROL, command.control_id)
    if control is None or dossier.id not in control.drawn:
        # Structures see only the controls that drew a dossier of theirs.
        raise forbidden()
    work.expect(control.id, command.expected_version)
    work.record(
        CONTROL,
        control.id,
        controls.answer(control, dossier, command.piece, command.answer, work.actor),
        dossier.belongings,
    )
    return control.id


def close(command: ControlClose, work: UnitOfWork) -> UUID:
    control = _control(command, work)
    dossiers = (_dossier(dossier_id, work) for dossier_id in sorted(control.drawn))
    facts = controls.close(control, dossiers, command.conclusion, work.actor)
    work.record(CONTROL, control.id, facts, control.belongings)
    return control.id


def _control(command: ControlChange, work: UnitOfWork) -> Control:
    return work.subject(CONTROL, command.control_id, command.expected_version, "Contrôle", "control_id")


def _dossier(dossier_id: UUID, work: UnitOfWork) -> ServiceDossier:
    return work.subject(SERVICE_DOSSIER, dossier_id, None, "Dossier", "dossier_id")


USE_CASES = (
    (ControlOpen, open_),
    (ControlPieceJudge, judge),
    (ControlAnswer, answer),
    (ControlClose, close),
)
