"""Use cases of sampled controls: an auditor draws certified dossiers and judges them; their structures answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

from pydantic import Field

from application.commanding.commands import ChangeCommand, Command
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import find_territory
from domain.catalogue import CONTROL, SERVICE_DOSSIER
from domain.controls import control as controls
from domain.controls import outcome
from domain.controls.control import Control
from domain.controls.events import ControlDrawn
from domain.controls.pieces import ReasonCode
from domain.controls.population import POPULATION_EVENTS, Certifications
from domain.controls.transitions import ControlStatus
from domain.kernel.errors import invalid
from domain.kernel.rights import Action, out_of_reach, scope_of
from domain.kernel.validation import Comment, DeclaredDay, Label, LongText, TerritoryCode
from domain.service_dossiers.service_dossier import ServiceDossier
from eventstore.records import Recorded

#: The index by which announcing and drawing read the whole log.
INDEX = """
CREATE INDEX IF NOT EXISTS stored_events_controls ON stored_events (topic, notification_id) WHERE topic IN (
    'service_dossier.certified', 'service_dossier.certification_withdrawn', 'control.opened', 'control.drawn')"""

#: Longer than any animation's title and any piece that a convention requires.
PieceName = Annotated[str, Field(min_length=1, max_length=300)]


class ControlOpen(Command):
    """`seed` is refused: it was once the auditor's own, who could try seeds until the wanted dossier was drawn."""

    action: ClassVar[Action] = Action.CONTROL_OPEN

    name: Label
    period_from: DeclaredDay
    period_until: DeclaredDay
    territory: TerritoryCode | None = None
    share_percent: Annotated[int, Field(ge=1, le=100)]
    seed: Label | None = None


class ControlDraw(Command):
    """The system draws, once a checkpoint is signed that covers the announcement: `root` is its root, in base64."""

    action: ClassVar[Action] = Action.CONTROL_DRAW

    control_id: UUID
    checkpoint_size: int
    root: Label


class ControlChange(ChangeCommand):
    control_id: UUID


class ControlPieceJudge(ControlChange):
    action: ClassVar[Action] = Action.CONTROL_PIECE_JUDGE

    dossier_id: UUID
    piece: PieceName
    accepted: bool
    reason_code: ReasonCode | None = None
    comment: Comment | None = None


class ControlAnswer(ControlChange):
    action: ClassVar[Action] = Action.CONTROL_ANSWER

    dossier_id: UUID
    piece: PieceName
    answer: Comment


class ControlClose(ControlChange):
    action: ClassVar[Action] = Action.CONTROL_CLOSE

    conclusion: LongText


def open_(command: ControlOpen, work: UnitOfWork) -> UUID:
    if command.seed is not None and scope_of(work.actor, command.action) is not None:
        raise invalid(
            "la graine ne se choisit pas : elle est la racine du premier point de contrôle signé après l'annonce du"
            " contrôle. Laissez ce champ vide.",
            "seed",
        )
    if command.territory is not None:
        find_territory(work, command.territory)
    period = (command.period_from, command.period_until)

    def population() -> tuple[int, tuple[UUID, ...]]:
        return _population(work, period, command.territory)

    facts = controls.announce(command.name, period, command.territory, command.share_percent, population, work.actor)
    control_id = uuid4()
    work.record(CONTROL, control_id, facts, controls.whole(command.territory))
    return control_id


def _population(work: UnitOfWork, period: tuple[date, date], territory: str | None) -> tuple[int, tuple[UUID, ...]]:
    """Fold the certifications in the log; return the position as of which, and the dossiers of the period."""
    as_of, records = work.read_topics([kind.topic for kind in POPULATION_EVENTS])
    certifications = Certifications()
    for record in records:
        stamp = record.stamp
        assert stamp.territory is not None, "a dossier belongs to a territory"
        certifications.take(record.position, record.originator_id, record.event, stamp.territory, stamp.recorded_at)

    def day_in(code: str, instant: datetime) -> date:
        return find_territory(work, code).local_date(instant)

    return as_of, certifications.population(as_of, period, territory, day_in)


def draw(command: ControlDraw, work: UnitOfWork) -> UUID:
    control = work.subject(CONTROL, command.control_id, None, "Contrôle", "control_id")
    facts = controls.draw_lots(control, command.checkpoint_size, command.root, work.actor)
    drawn = work.record(CONTROL, control.id, facts, control.belongings)
    fact = drawn.event
    assert isinstance(fact, ControlDrawn)
    for dossier_id in fact.drawn:
        dossier = _dossier(dossier_id, work)
        work.record(SERVICE_DOSSIER, dossier_id, outcome.drawn(control.id), dossier.belongings, cause=drawn)
    return control.id


def judge(command: ControlPieceJudge, work: UnitOfWork) -> UUID:
    control, dossier = _control(command, work), _dossier(command.dossier_id, work)
    facts = controls.judge(
        control, dossier, command.piece, command.accepted, command.reason_code, command.comment, work.actor
    )
    judged = work.record(CONTROL, control.id, facts, dossier.belongings)
    if control.status is ControlStatus.CLOSED:
        _conclude(control.id, [dossier], judged, work)
    return control.id


def answer(command: ControlAnswer, work: UnitOfWork) -> UUID:
    dossier = _dossier(command.dossier_id, work)
    control = work.find(CONTROL, command.control_id)
    if control is None or dossier.id not in control.drawn:
        # Structures see only the controls that drew a dossier of theirs.
        raise out_of_reach(work.actor, work.action)
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
    # In the order of the draw, whatever their ids.
    dossiers = [_dossier(dossier_id, work) for dossier_id in control.drawn]
    facts = controls.close(control, dossiers, command.conclusion, work.actor)
    closed = work.record(CONTROL, control.id, facts, control.belongings)
    _conclude(control.id, dossiers, closed, work)
    return control.id


def _conclude(control_id: UUID, dossiers: Sequence[ServiceDossier], cause: Recorded, work: UnitOfWork) -> None:
    """Record on each dossier which of its pieces the control, as it now stands, refused."""
    control = work.find(CONTROL, control_id)
    assert control is not None
    for dossier in dossiers:
        facts = outcome.concluded(control, dossier)
        work.record(SERVICE_DOSSIER, dossier.id, facts, dossier.belongings, cause=cause)


def _control(command: ControlChange, work: UnitOfWork) -> Control:
    return work.subject(CONTROL, command.control_id, command.expected_version, "Contrôle", "control_id")


def _dossier(dossier_id: UUID, work: UnitOfWork) -> ServiceDossier:
    return work.subject(SERVICE_DOSSIER, dossier_id, None, "Dossier", "dossier_id")


USE_CASES = (
    (ControlOpen, open_),
    (ControlDraw, draw),
    (ControlPieceJudge, judge),
    (ControlAnswer, answer),
    (ControlClose, close),
)
