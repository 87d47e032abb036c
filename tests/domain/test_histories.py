"""Whatever people try, in whatever order: only sound histories come about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, find, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain.animations import animation as animations
from domain.animations import attestation
from domain.animations.animation import Animation, Attendance
from domain.animations.events import (
    AnimationAttested,
    AnimationCancelled,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AnimationResubmitted,
    AttestationCorrected,
)
from domain.animations.transitions import AnimationStatus, allowed_actions
from domain.candidatures import candidature as candidatures
from domain.candidatures.events import (
    CandidatureRejected,
    CandidatureValidated,
    CandidatureWithdrawn,
    Degree,
    OpinionGiven,
)
from domain.candidatures.transitions import CandidatureStatus
from domain.catalogue import ANIMATION, CANDIDATURE
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import ErrorCode
from domain.kernel.events import Event
from domain.kernel.rights import Action
from tests.support.domain.builders import (
    END,
    FORM,
    START,
    TODAY,
    actor,
    around,
    attested,
    convention,
    created,
    submitted,
)
from tests.support.domain.story import fold, given

#: Always the same search: these guards tell of the tests, not of luck.
SEARCH = settings(max_examples=5_000, database=None, derandomize=True, phases=[Phase.generate])
STRUCTURE, NATIONAL = actor(Role.STRUCTURE), actor(Role.NATIONAL)
Decision = Callable[[Any, Actor, datetime], list[Event]]


@dataclass(frozen=True)
class Try:
    """Somebody tries something at some time."""

    action: Action
    decide: Decision
    who: Actor
    now: datetime


def tries(action: Action, who: Actor, decisions: st.SearchStrategy[Decision]) -> st.SearchStrategy[Try]:
    """Mostly by whoever has the right, so that histories grow long; sometimes by anybody."""
    somebody = st.sampled_from([who, who, who]) | st.sampled_from(Role).map(actor)
    return st.builds(Try, st.just(action), decisions, somebody, MOMENTS)


MOMENTS = st.datetimes(datetime(2027, 3, 1), datetime(2027, 4, 30), timezones=st.just(UTC))
ATTENDANCE = st.builds(
    Attendance, st.integers(-1, 40), st.integers(-1, 1), st.lists(st.text(max_size=3), max_size=3).map(tuple)
)
REASONS = st.sampled_from(["Salle inondée", "Erreur", " "])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Autre titre", ""]),
        "seats": st.integers(-1, 50),
        "type": st.sampled_from(["cafe-des-parents", "atelier-parents-enfants", "patinage"]),
        "starts_at": st.sampled_from([START, START + timedelta(days=30), START + timedelta(days=900)]),
        "ends_at": st.sampled_from([END, END + timedelta(days=30), START]),
    },
)
ON_ANIMATIONS = st.lists(
    st.one_of(
        tries(Action.ANIMATION_PUBLISH, NATIONAL, st.just(animations.publish)),
        tries(
            Action.ANIMATION_REFUSE,
            NATIONAL,
            REASONS.map(lambda why: lambda state, who, now: animations.refuse_publication(state, who, why, now)),
        ),
        tries(
            Action.ANIMATION_CANCEL,
            STRUCTURE,
            REASONS.map(lambda why: lambda state, who, now: animations.cancel(state, who, why, now)),
        ),
        tries(
            Action.ANIMATION_MODIFY,
            STRUCTURE,
            CHANGES.map(lambda new: lambda state, who, now: animations.modify(state, who, new, around(), now)),
        ),
        tries(
            Action.ANIMATION_ATTEST,
            STRUCTURE,
            ATTENDANCE.map(lambda came: lambda state, who, now: attestation.attest(state, who, came, FORM, TODAY, now)),
        ),
        tries(
            Action.ATTESTATION_CORRECT,
            STRUCTURE,
            st.builds(
                lambda came, why: (
                    lambda state, who, now: attestation.correct_attestation(
                        state, None, who, came, why, FORM, TODAY, now
                    )
                ),
                ATTENDANCE,
                REASONS,
            ),
        ),
    ),
    min_size=1,
    max_size=30,
)


#: Attempts begin at any stage: from the creation alone they would seldom come as far as a correction.
BEGINNINGS: st.SearchStrategy[list[Event]] = st.sampled_from(
    [
        [created()],
        [created(), AnimationRefused(reason="Refusée")],
        [created(), AnimationPublished()],
        [created(), AnimationPublished(), attested()],
    ]
)


def animation_history(beginning: list[Event], attempts: list[Try]) -> list[Event]:
    """What comes of these attempts, each checked against what is shown as allowed."""
    history = list(beginning)
    for attempt in attempts:
        story = given(ANIMATION, *history)
        state: Animation = story.state
        shown = {each.action: each for each in allowed_actions(state, None, attempt.who, attempt.now)}.get(
            attempt.action.value
        )
        outcome = story.when(attempt.decide, attempt.who, attempt.now)
        if outcome.refusal is not None:
            assert (outcome.refusal.code is ErrorCode.FORBIDDEN) is (shown is None)
            continue
        assert shown is not None
        assert shown.allowed
        facts = outcome.then_accepted()
        assert state.status is not AnimationStatus.CANCELLED, "a cancelled animation changed"
        assert not state.attested or [type(fact) for fact in facts] == [AttestationCorrected]
        assert attempt.now >= state.ends_at or not any(isinstance(fact, AnimationAttested) for fact in facts)
        history += facts
    return history


@for_all(BEGINNINGS, ON_ANIMATIONS)
def test_no_sequence_of_decisions_makes_an_unsound_animation(beginning, attempts):
    history = animation_history(beginning, attempts)
    for length in range(1, len(history) + 1):
        check_animation(history[:length])


def check_animation(history: list[Event]) -> None:
    state: Animation = fold(ANIMATION, *history)
    attestations = [fact for fact in history if isinstance(fact, AnimationAttested)]
    assert len(attestations) <= 1
    assert state.attested is bool(attestations)
    assert not state.attested or state.status is AnimationStatus.PUBLISHED
    assert state.content.ends_at > state.content.starts_at
    assert state.content.seats >= 1
    assert state.content.title
    assert convention().covers(state.content.starts_at.date())
    for fact in history:
        if isinstance(fact, AnimationAttested | AttestationCorrected):
            assert min(fact.parents, fact.children) >= 0
            assert fact.children == 0 or TODAY.admits_children(state.content.type)
        if isinstance(fact, AttestationCorrected | AnimationCancelled | AnimationRefused):
            assert fact.reason.strip()
    again = [type(fact).model_validate_json(fact.model_dump_json()) for fact in history]
    assert fold(ANIMATION, *again) == state


REACHED = (
    AnimationPublished,
    AnimationRefused,
    AnimationResubmitted,
    AnimationCancelled,
    AnimationModified,
    AnimationAttested,
    AttestationCorrected,
)


@pytest.mark.parametrize("kind", REACHED, ids=lambda kind: kind.__name__)
def test_the_attempts_at_animations_reach_every_kind_of_event(kind):
    """Guards the test above against attempts that never succeed."""

    def reached(chosen: tuple[list[Event], list[Try]]) -> bool:
        beginning, attempts = chosen
        return any(isinstance(fact, kind) for fact in animation_history(beginning, attempts)[len(beginning) :])

    assert find(st.tuples(BEGINNINGS, ON_ANIMATIONS), reached, settings=SEARCH)


SCHOOL = [actor(Role.DIRECTOR), actor(Role.INSPECTOR), actor(Role.HEAD), actor(Role.PARENT), NATIONAL]
ON_CANDIDATURES: st.SearchStrategy[list[tuple[Callable[..., list[Event]], Actor]]] = st.lists(
    st.tuples(
        st.one_of(
            st.booleans().map(lambda good: lambda state, who: candidatures.give_opinion(state, who, good, None)),
            st.just(candidatures.validate),
            REASONS.map(lambda why: lambda state, who: candidatures.reject(state, who, why)),
            st.just(lambda state, who: candidatures.withdraw(state, who, None)),
        ),
        st.sampled_from(SCHOOL) | st.sampled_from(Role).map(actor),
    ),
    max_size=15,
)


def candidature_history(degree: Degree, attempts: list[tuple[Callable[..., list[Event]], Actor]]) -> list[Event]:
    history: list[Event] = [submitted(degree)]
    for decide, who in attempts:
        story = given(CANDIDATURE, *history)
        outcome = story.when(decide, who)
        if outcome.refusal is None:
            assert story.state.status not in (CandidatureStatus.REJECTED, CandidatureStatus.WITHDRAWN)
            history += outcome.then_accepted()
    return history


@for_all(st.sampled_from(Degree), ON_CANDIDATURES)
def test_no_sequence_of_decisions_makes_an_unsound_candidature(degree, attempts):
    kinds = [type(fact) for fact in candidature_history(degree, attempts)]
    assert kinds.count(OpinionGiven) <= (1 if degree is Degree.FIRST else 0)
    assert kinds.count(CandidatureValidated) <= 1
    if CandidatureValidated in kinds:
        assert CandidatureRejected not in kinds
        before = kinds[: kinds.index(CandidatureValidated)]
        assert (OpinionGiven in before) is (degree is Degree.FIRST)
    for last in (CandidatureRejected, CandidatureWithdrawn):
        assert last not in kinds[:-1]


@pytest.mark.parametrize("degree", Degree)
def test_the_attempts_at_candidatures_reach_a_validation(degree):
    def reached(attempts: list[tuple[Callable[..., list[Event]], Actor]]) -> bool:
        return any(isinstance(fact, CandidatureValidated) for fact in candidature_history(degree, attempts))

    assert find(ON_CANDIDATURES, reached, settings=SEARCH)
