"""How events of the satisfaction questionnaire are judged."""

from __future__ import annotations

from application.proof.rules.cases import Case, Decision, Judgement, Judgements
from application.proof.rules.scene import Untold
from domain.animations.animation import Animation
from domain.kernel.identifiers import SATISFACTION_FORM_ID, satisfaction_id
from domain.kernel.rights import Action, Belongings
from domain.satisfaction import form, packets
from domain.satisfaction.form import SatisfactionForm, SatisfactionFormWorded
from domain.satisfaction.packets import AnswersRecorded


def _form(case: Case) -> SatisfactionForm:
    return case.scene.find(SatisfactionForm, SATISFACTION_FORM_ID) or SatisfactionForm()


def _worded(case: Case, fact: SatisfactionFormWorded) -> Decision:
    if case.stream != SATISFACTION_FORM_ID:
        raise Untold("there is one satisfaction form, in a stream of its own")
    return Decision(form.word(_form(case), case.actor, fact.questions), Belongings())


def _recorded(case: Case, fact: AnswersRecorded) -> Decision:
    """Answers follow from nothing that is recorded: what they are about does, and that none tells of too few."""
    scene, owners = case.scene, Belongings(fact.structure_id, frozenset([fact.territory]))
    if fact.animation_id is not None:
        if case.stream != satisfaction_id(fact.animation_id):
            raise Untold("the stream is not that of the answers for this animation")
        if scene.holds(fact.animation_id):
            animation = scene.state(Animation, fact.animation_id, "animation")
            if case.now < animation.content.starts_at:
                raise Untold("it was answered before the animation began")
            owners = animation.belongings
    questions = len(fact.results)
    if scene.holds(SATISFACTION_FORM_ID):
        versions = _form(case).versions
        if not 1 <= fact.form_version <= len(versions):
            raise Untold(f"there is no version {fact.form_version} of the form before it")
        questions = len(versions[fact.form_version - 1])
    return Decision(packets.record(fact, questions, case.actor), owners)


SATISFACTION: Judgements = {
    SatisfactionFormWorded: Judgement(_worded, (Action.SATISFACTION_FORM_WORD,)),
    AnswersRecorded: Judgement(_recorded, (Action.SATISFACTION_RECORD,)),
}
