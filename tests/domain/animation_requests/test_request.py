"""A school asks for an animation: who may, what is checked, and how the request goes on."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.animation_requests.events import (
    ReopeningCause,
    RequestAnswered,
    RequestDeclined,
    RequestGivenBack,
    RequestLapsed,
    RequestReopened,
    RequestSent,
    RequestTakenUp,
    RequestWithdrawn,
)
from domain.animation_requests.request import (
    Wish,
    answer,
    check_answered_no_longer,
    check_to_come,
    decline,
    differences,
    give_back,
    lapse,
    reopen,
    send,
    take_up,
    withdraw,
)
from domain.animation_requests.transitions import STILL_ANSWERED, allowed_actions
from domain.animations.events import AnimationCancelled, AnimationRefused
from domain.catalogue import ANIMATION_REQUEST
from domain.kernel.actors import SYSTEM, Role
from domain.kernel.errors import DomainError, ErrorCode
from tests.support.domain.builders import (
    ACCOUNT,
    COORDONNATEUR,
    DIRECTOR,
    END,
    HERAULT,
    OTHER_STRUCTURE,
    OTHER_UAI,
    OURS,
    STRUCTURE,
    TEACHER,
    THEIRS,
    TODAY,
    UAI,
    actor,
    animation,
)
from tests.support.domain.story import given

DAY = date(2027, 1, 10)
UNTIL = DAY + timedelta(days=60)
WISH = Wish(UAI, "ent-pronote", "parents", DAY, UNTIL, "Pour les parents de sixième.")
SENT = RequestSent(
    school=UAI,
    territory="34",
    theme="ent-pronote",
    audience="parents",
    wished_from=DAY,
    wished_until=UNTIL,
    text=WISH.text,
    structures=(OURS,),
)
TAKEN, BACK = RequestTakenUp(structure_id=OURS), RequestGivenBack(structure_id=OURS, reason="Animatrice absente")
ANIMATION_ID = UUID(int=9)
ANSWERED = RequestAnswered(structure_id=OURS, animation_id=ANIMATION_ID)
OVER = UNTIL + timedelta(days=1)


def test_a_school_asks_and_a_structure_answers_with_an_animation_that_names_it():
    given(None).when(lambda *_: send(WISH, HERAULT, TODAY, (OURS,), TEACHER, DAY)).then(SENT)
    state = given(ANIMATION_REQUEST, SENT).when(take_up, OURS, ACCOUNT, STRUCTURE, DAY).then(TAKEN)
    assert state.belongings.structure_id == OURS
    naming = animation(school=UAI)
    given(ANIMATION_REQUEST, SENT, TAKEN).when(answer, ANIMATION_ID, naming, STRUCTURE, DAY).then(ANSWERED)
    # Its animation was cancelled, say: another structure may take it up.
    after = given(ANIMATION_REQUEST, SENT, TAKEN, ANSWERED).when(give_back, STRUCTURE, BACK.reason, DAY).then(BACK)
    assert (after.structure_id, after.animation_id) == (None, None)


def test_what_is_wrong_with_a_request_is_said_at_once():
    wrong = Wish(OTHER_UAI, "patinage", "parents", DAY, DAY - timedelta(days=1), "Texte")
    with pytest.raises(DomainError) as refusal:
        send(wrong, HERAULT, TODAY, (), actor(Role.DIRECTOR, schools=frozenset([OTHER_UAI])), DAY)
    assert [problem.field for problem in refusal.value.problems] == [("theme",), ("wished_until",)]
    with pytest.raises(DomainError, match="droit"):
        send(WISH, HERAULT, TODAY, (), actor(Role.DIRECTOR, schools=frozenset([OTHER_UAI])), DAY)


@pytest.mark.parametrize(
    ("changes", "saying"),
    [({"school": None}, "ne nomme pas"), ({"school": OTHER_UAI}, "ne nomme pas"), ({"structure_id": THEIRS}, "celle")],
)
def test_another_animation_does_not_answer_it(changes, saying):
    other = animation(**{"school": UAI} | changes)
    refused = given(ANIMATION_REQUEST, SENT, TAKEN).when(answer, ANIMATION_ID, other, STRUCTURE, DAY)
    refused.then_refused(ErrorCode.RULE_BROKEN, "animation_id", saying)


def test_a_cancelled_animation_answers_nothing():
    cancelled = animation(AnimationCancelled(reason="Neige"), school=UAI)
    refused = given(ANIMATION_REQUEST, SENT, TAKEN).when(answer, ANIMATION_ID, cancelled, STRUCTURE, DAY)
    refused.then_refused(ErrorCode.RULE_BROKEN, "animation_id", "annulée")


def test_an_animation_that_is_over_answers_nothing_any_more():
    check_to_come(animation(school=UAI), END - timedelta(minutes=1))
    with pytest.raises(DomainError, match="passée"):
        check_to_come(animation(school=UAI), END)


@pytest.mark.parametrize(
    ("now_is", "cause"),
    [
        (animation(AnimationCancelled(reason="Neige"), school=UAI), ReopeningCause.CANCELLED),
        (animation(AnimationRefused(reason="Trop vague"), school=UAI), ReopeningCause.REFUSED),
        (animation(school=OTHER_UAI), ReopeningCause.OTHER_SCHOOL),
    ],
)
def test_a_request_whose_animation_answers_no_longer_waits_again_for_its_structure(now_is, cause):
    waiting = given(ANIMATION_REQUEST, SENT, TAKEN, ANSWERED).when(reopen, now_is, SYSTEM, DAY)
    reopened = RequestReopened(animation_id=ANIMATION_ID, because=cause)
    state = waiting.then(reopened)
    assert (state.status, state.structure_id, state.animation_id) == ("TAKEN_UP", OURS, None)
    # Its structure answers with another, and its school may rather take it back.
    again = given(ANIMATION_REQUEST, SENT, TAKEN, ANSWERED, reopened)
    again.when(answer, UUID(int=8), animation(school=UAI), STRUCTURE, DAY).then_accepted()
    again.when(withdraw, DIRECTOR, None, DAY).then(RequestWithdrawn())
    again.when(reopen, now_is, SYSTEM, DAY).then_refused(ErrorCode.RULE_BROKEN)


@pytest.mark.parametrize(
    ("until", "saying"), [(DAY - timedelta(days=1), "précède"), (DAY + timedelta(days=4), "passée")]
)
def test_a_period_that_ends_too_early_says_which_of_both(until, saying):
    with pytest.raises(DomainError, match=f"Fin de la période souhaitée : .*{saying}"):
        send(replace(WISH, wished_until=until), HERAULT, TODAY, (), TEACHER, DAY + timedelta(days=5))


def test_another_theme_audience_or_day_may_be_agreed_on_and_is_marked():
    wished = ("ent-pronote", "parents", (DAY, UNTIL))
    assert differences(*wished, (("temps-ecran", "ent-pronote"), "parents", UNTIL)) == []
    others = differences(*wished, (("temps-ecran",), "mediateurs", OVER))
    assert others == ["THEME", "AUDIENCE", "PERIOD"]


def test_a_request_that_its_animation_answers_stays_answered():
    answered = given(ANIMATION_REQUEST, SENT, TAKEN, ANSWERED)
    answered.when(reopen, animation(school=UAI), SYSTEM, DAY).then_refused(ErrorCode.RULE_BROKEN, saying="toujours")


def test_a_request_is_not_given_back_while_its_animation_stands():
    answered, standing = given(ANIMATION_REQUEST, SENT, TAKEN, ANSWERED).state, animation(school=UAI)
    with pytest.raises(DomainError, match="annulez-la"):
        check_answered_no_longer(answered, standing)
    shown = allowed_actions(answered, answered.belongings, STRUCTURE, DAY, still_answered=True)
    assert {each.reason for each in shown if each.action == "animationRequestGiveBack"} == {STILL_ANSWERED}
    for gone in (None, animation(AnimationCancelled(reason="Neige"), school=UAI), animation(school=OTHER_UAI)):
        check_answered_no_longer(answered, gone)


def test_a_structure_takes_up_requests_of_its_territories_for_itself_alone_and_once():
    elsewhere = given(ANIMATION_REQUEST, SENT.model_copy(update={"territory": "02"}))
    elsewhere.when(take_up, OURS, ACCOUNT, STRUCTURE, DAY).then_refused(ErrorCode.FORBIDDEN)
    other = given(ANIMATION_REQUEST, SENT).when(take_up, OURS, ACCOUNT, OTHER_STRUCTURE, DAY)
    other.then_refused(ErrorCode.FORBIDDEN)
    again = given(ANIMATION_REQUEST, SENT, TAKEN).when(take_up, OURS, ACCOUNT, STRUCTURE, DAY)
    again.then_refused(ErrorCode.RULE_BROKEN, saying="déjà pris")


def test_it_is_declined_by_the_coordonnateur_withdrawn_by_the_school_and_lapses_by_itself():
    why = "Personne n'est libre"
    given(ANIMATION_REQUEST, SENT).when(decline, COORDONNATEUR, why, DAY).then(RequestDeclined(reason=why))
    given(ANIMATION_REQUEST, SENT, TAKEN).when(decline, COORDONNATEUR, why, DAY).then_refused(ErrorCode.RULE_BROKEN)
    given(ANIMATION_REQUEST, SENT, TAKEN).when(withdraw, DIRECTOR, None, DAY).then(RequestWithdrawn())
    given(ANIMATION_REQUEST, SENT).when(lapse, SYSTEM, UNTIL).then_refused(ErrorCode.RULE_BROKEN, saying="terminée")
    lapsed = given(ANIMATION_REQUEST, SENT, TAKEN).when(lapse, SYSTEM, OVER).then(RequestLapsed())
    shown = allowed_actions(lapsed, lapsed.belongings, STRUCTURE, OVER)
    assert {each.reason for each in shown} == {"La période souhaitée est passée."}
