"""How events of sampled controls are judged: the draw is made again from the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from application.proof.rules.cases import Alone, Case, Consequence, Decision, Judgement, Judgements
from application.proof.rules.scene import Untold
from domain.catalogue import CONTROL
from domain.controls import control as decisions
from domain.controls import outcome
from domain.controls.control import Control
from domain.controls.draw import draw
from domain.controls.events import ControlAnswered, ControlClosed, ControlDrawn, ControlOpened, PieceJudged
from domain.controls.transitions import ControlStatus
from domain.kernel.events import Event
from domain.kernel.rights import Action, authorize
from domain.service_dossiers.dues import due_back
from domain.service_dossiers.events import DossierControlled, DossierDrawn
from domain.service_dossiers.service_dossier import ServiceDossier


def _of(case: Case) -> Control:
    return case.scene.state(Control, case.stream, "control")


def _dossier(case: Case, fact: PieceJudged | ControlAnswered) -> ServiceDossier:
    return case.scene.state(ServiceDossier, fact.dossier_id, "dossier")


def _opened(case: Case, fact: ControlOpened) -> Decision:
    scene, period = case.scene, (fact.period_from, fact.period_until)
    as_of = case.record.position if fact.as_of is None else fact.as_of
    if as_of > case.record.position:
        raise Untold(f"its population is as of position {as_of}, which is after it")

    def population() -> tuple[int, tuple[UUID, ...]]:
        return as_of, scene.certifications.population(as_of, period, fact.territory, scene.today)

    facts = decisions.announce(fact.name, period, fact.territory, fact.share_percent, population, case.actor)
    if case.schema_version == 1 and fact.seed is not None:
        # Drawn as it was opened, from the auditor's own seed.
        drawn = draw(fact.seed, fact.population, fact.share_percent)
        at_once = {"seed": fact.seed, "drawn": drawn, "as_of": None}
        facts = [announced.model_copy(update=at_once) for announced in facts]
    return Decision(facts, decisions.whole(fact.territory))


def _drawn(case: Case, fact: ControlDrawn) -> Decision:
    control, scene = _of(case), case.scene
    facts = decisions.draw_lots(control, fact.checkpoint_size, fact.seed, case.actor)
    dossiers = [scene.state(ServiceDossier, dossier_id, "dossier") for dossier_id in fact.drawn]
    (drawn,) = outcome.drawn(control.id)
    on_each = [Consequence(dossier.id, drawn, dossier.belongings) for dossier in dossiers]
    return Decision(facts, control.belongings, on_each)


def _concluded(case: Case, fact: Event, dossiers: Iterable[ServiceDossier]) -> list[Consequence]:
    """Return what follows on each dossier from the control as it stands after the event."""
    control = CONTROL.evolve(_of(case), case.stream, fact)
    return [
        Consequence(dossier.id, event, dossier.belongings)
        for dossier in dossiers
        for event in outcome.concluded(control, dossier)
    ]


def _judged(case: Case, fact: PieceJudged) -> Decision:
    control, dossier = _of(case), _dossier(case, fact)
    facts = decisions.judge(control, dossier, fact.piece, fact.accepted, fact.reason_code, fact.comment, case.actor)
    reviewed = _concluded(case, fact, [dossier]) if control.status is ControlStatus.CLOSED else []
    return Decision(facts, dossier.belongings, reviewed)


def _answered(case: Case, fact: ControlAnswered) -> Decision:
    dossier = _dossier(case, fact)
    return Decision(decisions.answer(_of(case), dossier, fact.piece, fact.answer, case.actor), dossier.belongings)


def _closed(case: Case, fact: ControlClosed) -> Decision:
    control = _of(case)
    drawn = [case.scene.state(ServiceDossier, dossier_id, "dossier") for dossier_id in control.drawn]
    facts = decisions.close(control, drawn, fact.conclusion, case.actor)
    # At first a control left nothing on the dossiers that it had drawn.
    outcomes = [] if case.schema_version == 1 else _concluded(case, fact, drawn)
    return Decision(facts, control.belongings, outcomes)


def _drawn_alone(case: Case, fact: DossierDrawn) -> None:
    """The control is not held, nor are the other dossiers: nothing can be known of its draw."""
    authorize(case.actor, Action.CONTROL_DRAW, case.scene.state(ServiceDossier, case.stream, "dossier").belongings)


def _controlled_alone(case: Case, fact: DossierControlled) -> None:
    """The control is not held: what it refused is taken as it stands, and the sum follows from it."""
    dossier = case.scene.state(ServiceDossier, case.stream, "dossier")
    authorize(case.actor, Action.CONTROL_CLOSE, dossier.belongings)
    controls = {**dossier.controls, fact.control_id: fact.refused}
    expected = due_back(replace(dossier, controls=controls))
    if expected != fact.to_recover:
        raise Untold(f"{fact.to_recover} euros are due back, where {expected} follow from the events before it")
    if unknown := {piece.piece for piece in fact.refused} - set(decisions.pieces(dossier)):
        raise Untold(f"the dossier has no piece {sorted(unknown)[0]}")


CONTROLS: Judgements = {
    ControlOpened: Judgement(_opened, (Action.CONTROL_OPEN,)),
    ControlDrawn: Judgement(_drawn, (Action.CONTROL_DRAW,)),
    PieceJudged: Judgement(_judged, (Action.CONTROL_PIECE_JUDGE,)),
    ControlAnswered: Judgement(_answered, (Action.CONTROL_ANSWER,)),
    ControlClosed: Judgement(_closed, (Action.CONTROL_CLOSE,)),
}
CONTROLS_ALONE: dict[type[Event], Alone] = {
    DossierDrawn: _drawn_alone,
    DossierControlled: _controlled_alone,
}
