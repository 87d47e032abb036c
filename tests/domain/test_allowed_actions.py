"""What may be done next: the whole table, by hand from docs/glossary.md, against what the domain answers and does.

`stage` is a status, attested or not; a cell says when the action is open: `yes`, `past` (once the animation is over),
or the word that the reason holds.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from domain.animations.animation import (
    Animation,
    attest,
    cancel,
    clone,
    correct_attestation,
    end,
    modify,
    publish,
    refuse_publication,
)
from domain.animations.attendance_sheet import attach_sheet
from domain.animations.events import AnimationCancelled, AnimationPublished, AnimationRefused
from domain.animations.transitions import TRANSITIONS, allowed_actions
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError, ErrorCode, Problem
from domain.kernel.rights import Action
from tests.domain.builders import (
    AFTER,
    CAME,
    END,
    FORM,
    NOW,
    OURS,
    SHEET,
    START,
    THEIRS,
    TODAY,
    actor,
    animation,
    around,
    attested,
)

STAGES = {
    "submitted": (),
    "published": (AnimationPublished(),),
    "attested": (AnimationPublished(), attested()),
    "refused": (AnimationRefused(reason="Non"),),
    "cancelled": (AnimationCancelled(reason="Non"),),
}

TABLE = """
                    submitted  published  attested  refused  cancelled
animationPublish    yes        déjà       déjà      refusée  annulée
animationRefuse     yes        déjà       déjà      refusée  annulée
animationModify     yes        yes        remplie   yes      annulée
animationCancel     yes        yes        remplie   refusée  annulée
animationClone      yes        yes        yes       yes      yes
animationEnd        attend     past       past      refusée  annulée
animationAttest     attend     past       remplie   refusée  annulée
attestationCorrect  attend     encore     yes       refusée  annulée
attendanceSheetAttach  attend  past       past      refusée  annulée
"""

WHO: Mapping[Role, set[str]] = {
    Role.STRUCTURE: {
        "animationModify",
        "animationCancel",
        "animationClone",
        "animationAttest",
        "attestationCorrect",
        "attendanceSheetAttach",
    },
    Role.NATIONAL: {"animationPublish", "animationRefuse", "animationCancel"},
    Role.SYSTEM: {"animationEnd"},
}

ACTS: Mapping[Action, Callable[[Animation, Actor, Any], Any]] = {
    Action.ANIMATION_PUBLISH: lambda state, who, now: publish(state, who, now),
    Action.ANIMATION_END: lambda state, who, now: end(state, who, now),
    Action.ANIMATION_REFUSE: lambda state, who, now: refuse_publication(state, who, "Non", now),
    Action.ANIMATION_MODIFY: lambda state, who, now: modify(state, who, {"seats": 20}, around(), now),
    Action.ANIMATION_CANCEL: lambda state, who, now: cancel(state, who, "Non", now),
    Action.ANIMATION_CLONE: lambda state, who, now: clone(state, who, START, END, around(), now),
    Action.ANIMATION_ATTEST: lambda state, who, now: attest(state, who, CAME, FORM, TODAY, now),
    Action.ATTESTATION_CORRECT: lambda state, who, now: correct_attestation(
        state, who, CAME, "Erreur", FORM, TODAY, now
    ),
    Action.ATTENDANCE_SHEET_ATTACH: lambda state, who, now: attach_sheet(state, who, SHEET, now),
}


def cells() -> list[tuple[str, str, str]]:
    header, *rows = TABLE.strip("\n").splitlines()
    stages = header.split()
    table = [line.split() for line in rows]
    return [(action, stage, cell) for action, *line in table for stage, cell in zip(stages, line, strict=True)]


def answer(state: Animation, who: Actor, now: Any) -> dict[str, Any]:
    answers = allowed_actions(state, who, now)
    assert len({one.action for one in answers}) == len(answers)
    return {one.action: one for one in answers}


def test_the_table_holds_every_action_on_an_animation():
    assert {action for action, _, _ in cells()} == {action.value for action in TRANSITIONS}
    assert set(ACTS) == set(TRANSITIONS)
    assert {stage for _, stage, _ in cells()} == set(STAGES)


@pytest.mark.parametrize("now", [NOW, START, END - timedelta(seconds=1), END, AFTER], ids=str)
@pytest.mark.parametrize(("action", "stage", "cell"), cells())
def test_allowed_actions_follow_the_table(action, stage, cell, now):
    role = next(role for role, actions in WHO.items() if action in actions)
    got = answer(animation(*STAGES[stage]), actor(role), now)[action]
    expected = now >= END if cell == "past" else cell == "yes"
    assert got.allowed is expected
    if expected:
        assert got.reason is None
    else:
        assert ("terminée" if cell == "past" else cell) in got.reason


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("role", Role)
def test_everybody_is_shown_the_actions_within_their_rights_and_no_other(role, stage):
    for now in (NOW, AFTER):
        assert set(answer(animation(*STAGES[stage]), actor(role), now)) == WHO.get(role, set())


@pytest.mark.parametrize("stage", STAGES)
def test_another_structure_is_shown_nothing(stage):
    stranger = actor(Role.STRUCTURE, structures=frozenset([THEIRS]))
    assert allowed_actions(animation(*STAGES[stage]), stranger, AFTER) == []
    both = actor(Role.STRUCTURE, structures=frozenset([THEIRS, OURS]))
    assert set(answer(animation(*STAGES[stage]), both, AFTER)) == WHO[Role.STRUCTURE]


@pytest.mark.parametrize("now", [NOW, END, AFTER], ids=str)
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", TRANSITIONS)
def test_what_is_shown_is_what_is_enforced(action, role, stage, now):
    state, who = animation(*STAGES[stage]), actor(role)
    shown = answer(state, who, now).get(action.value)
    done, problems = False, tuple[Problem, ...]()
    try:
        done = bool(ACTS[action](state, who, now))
    except DomainError as refusal:
        problems = refusal.problems
    if shown is None:
        assert [problem.code for problem in problems] == [ErrorCode.FORBIDDEN]
    elif shown.allowed:
        assert done
    else:
        assert [(problem.code, problem.message) for problem in problems] == [(ErrorCode.RULE_BROKEN, shown.reason)]
