"""How events of sampled controls are judged: the draw is made again from the log."""

from __future__ import annotations

from application.proof.rules.cases import Case, Decision, Judgement, Judgements
from domain.controls import control as decisions
from domain.controls.control import Control
from domain.controls.events import ControlAnswered, ControlClosed, ControlOpened, PieceJudged
from domain.kernel.rights import Action
from domain.service_dossiers.service_dossier import ServiceDossier


def _of(case: Case) -> Control:
    return case.scene.state(Control, case.stream, "control")


def _dossier(case: Case, fact: PieceJudged | ControlAnswered) -> ServiceDossier:
    return case.scene.state(ServiceDossier, fact.dossier_id, "dossier")


def _opened(case: Case, fact: ControlOpened) -> Decision:
    scene = case.scene
    certified = [
        scene.state(ServiceDossier, dossier_id, "dossier")
        for dossier_id, day in scene.certified_on.items()
        if fact.period_from <= day <= fact.period_until
    ]
    facts = decisions.open_control(
        *(fact.name, (fact.period_from, fact.period_until), fact.territory, fact.share_percent, fact.seed),
        *(certified, case.actor),
    )
    return Decision(facts, decisions.whole(fact.territory))


def _judged(case: Case, fact: PieceJudged) -> Decision:
    dossier = _dossier(case, fact)
    facts = decisions.judge(_of(case), dossier, fact.piece, fact.accepted, fact.reason_code, fact.comment, case.actor)
    return Decision(facts, dossier.belongings)


def _answered(case: Case, fact: ControlAnswered) -> Decision:
    dossier = _dossier(case, fact)
    return Decision(decisions.answer(_of(case), dossier, fact.piece, fact.answer, case.actor), dossier.belongings)


def _closed(case: Case, fact: ControlClosed) -> Decision:
    control = _of(case)
    drawn = [case.scene.state(ServiceDossier, dossier_id, "dossier") for dossier_id in control.drawn]
    return Decision(decisions.close(control, drawn, fact.conclusion, case.actor), control.belongings)


CONTROLS: Judgements = {
    ControlOpened: Judgement(_opened, (Action.CONTROL_OPEN,)),
    PieceJudged: Judgement(_judged, (Action.CONTROL_PIECE_JUDGE,)),
    ControlAnswered: Judgement(_answered, (Action.CONTROL_ANSWER,)),
    ControlClosed: Judgement(_closed, (Action.CONTROL_CLOSE,)),
}
