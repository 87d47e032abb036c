"""How events of schools' requests for an animation are judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from application.proof.rules.cases import Case, Decision, Judgement, Judgements
from application.proof.rules.scene import Untold
from domain.animation_requests import request as decisions
from domain.animation_requests.events import (
    RequestAnswered,
    RequestDeclined,
    RequestGivenBack,
    RequestLapsed,
    RequestReopened,
    RequestSent,
    RequestTakenUp,
    RequestWithdrawn,
)
from domain.animation_requests.request import AnimationRequest, Wish
from domain.animation_requests.transitions import taking_up
from domain.animations.animation import Animation
from domain.kernel.actors import Actor
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings
from domain.structures.structure import Structure


def _sent(case: Case, fact: RequestSent) -> Decision:
    if case.scene.find(AnimationRequest, case.stream) is not None:
        raise Untold("the request was sent already")
    territory, today = case.scene.territory(fact.territory), case.scene.today(fact.territory, case.now)
    # The period is a limit of inputs, and the day of an act of another time zone may differ.
    wish = Wish(fact.school, fact.theme, fact.audience, fact.wished_from, fact.wished_until, fact.text)
    actor = of_school(case.actor, fact.school)
    facts = decisions.send(wish, territory, case.scene.typology(), fact.structures, actor, today)
    return Decision(facts, Belongings(territories=frozenset([fact.territory]), school=fact.school))


def of_school(actor: Actor, school: str) -> Actor:
    """Return the actor as of the school, which the stamp does not name: it was checked as the event was recorded."""
    return replace(actor, schools=frozenset([school]))


def _taken_up(case: Case, fact: RequestTakenUp) -> Decision:
    state, today = _of(case)
    structure = case.scene.find(Structure, fact.structure_id)
    if structure is None and case.scene.holds(fact.structure_id):
        raise Untold(f"structure {fact.structure_id} has no account before it")
    facts = decisions.take_up(state, fact.structure_id, structure, case.actor, today)
    return Decision(facts, taking_up(state.belongings, fact.structure_id))


def _answered(case: Case, fact: RequestAnswered) -> Decision:
    state, today = _of(case)
    animation = None
    if case.scene.holds(fact.animation_id):
        animation = case.scene.state(Animation, fact.animation_id, "animation")
    return Decision(decisions.answer(state, fact.animation_id, animation, case.actor, today), state.belongings)


def _reopened(case: Case, fact: RequestReopened) -> Decision:
    state, today = _of(case)
    if not case.scene.holds(fact.animation_id):
        raise Untold(f"animation {fact.animation_id} is not held")
    animation = case.scene.state(Animation, fact.animation_id, "animation")
    return Decision(decisions.reopen(state, animation, case.actor, today), state.belongings)


def _of(case: Case) -> tuple[AnimationRequest, date]:
    state = case.scene.state(AnimationRequest, case.stream, "request")
    return state, case.scene.today(state.territory, case.now)


def _decided(decide: Callable[[AnimationRequest, Case, Any, date], list[Event]]) -> Callable[[Case, Any], Decision]:
    def judged(case: Case, fact: Any) -> Decision:
        state, today = _of(case)
        case = replace(case, actor=of_school(case.actor, state.school))
        return Decision(decide(state, case, fact, today), state.belongings)

    return judged


REQUESTS: Judgements = {
    RequestSent: Judgement(_sent, (Action.ANIMATION_REQUEST,)),
    RequestTakenUp: Judgement(_taken_up, (Action.ANIMATION_REQUEST_TAKE_UP,)),
    RequestAnswered: Judgement(_answered, (Action.ANIMATION_REQUEST_ANSWER,)),
    RequestReopened: Judgement(_reopened, (Action.ANIMATION_REQUEST_REOPEN,)),
    RequestGivenBack: Judgement(
        _decided(lambda state, case, fact, today: decisions.give_back(state, case.actor, fact.reason, today)),
        (Action.ANIMATION_REQUEST_GIVE_BACK,),
    ),
    RequestDeclined: Judgement(
        _decided(lambda state, case, fact, today: decisions.decline(state, case.actor, fact.reason, today)),
        (Action.ANIMATION_REQUEST_DECLINE,),
    ),
    RequestWithdrawn: Judgement(
        _decided(lambda state, case, fact, today: decisions.withdraw(state, case.actor, fact.reason, today)),
        (Action.ANIMATION_REQUEST_WITHDRAW,),
    ),
    RequestLapsed: Judgement(
        _decided(lambda state, case, fact, today: decisions.lapse(state, case.actor, today)),
        (Action.ANIMATION_REQUEST_LAPSE,),
    ),
}
