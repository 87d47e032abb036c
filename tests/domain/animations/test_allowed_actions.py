"""What may be done next: the whole table, by hand from docs/glossary.md, against what the domain answers and does.

`stage` is a status, attested or not; a cell says when the action is open: `yes`, `day` (from the animation's day),
`past` (once it is over), or the word that the reason holds.
"""

from datetime import datetime, timedelta
from itertools import product
from typing import get_args

import pytest

from domain.animations.animation import (
    Animation,
)
from domain.animations.events import AnimationCancelled, AnimationPublished, AnimationRefused
from domain.animations.transitions import TRANSITIONS, DossierAction, OwnAction, allowed_actions
from domain.kernel.actors import Actor, Role
from domain.kernel.allowed import AllowedAction
from domain.kernel.dossier_status import DossierStatus, correction_obstacle, sheet_obstacle
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.rights import Action
from tests.support.domain.actions import ACTS, STAGES_BY_HAND, WHO
from tests.support.domain.builders import (
    AFTER,
    END,
    NOW,
    OURS,
    START,
    THEIRS,
    actor,
    animation,
    attested,
)

STAGES = {
    "submitted": (),
    "published": (AnimationPublished(),),
    "attested": (AnimationPublished(), attested()),
    "refused": (AnimationRefused(reason="Refusée"),),
    "cancelled": (AnimationCancelled(reason="Refusée"),),
}


MOMENTS = (NOW, START, END - timedelta(seconds=1), END, AFTER)


def rows() -> dict[str, dict[str, str]]:
    header, *lines = STAGES_BY_HAND.strip("\n").splitlines()
    return {action: dict(zip(header.split(), cells, strict=True)) for action, *cells in map(str.split, lines)}


def answer(state: Animation, who: Actor, now: datetime) -> dict[str, AllowedAction]:
    answers = allowed_actions(state, None, who, now)
    assert len({allowed.action for allowed in answers}) == len(answers)
    return {allowed.action: allowed for allowed in answers}


def outcome(action: Action, state: Animation, who: Actor, now: datetime) -> tuple[bool, list[tuple[ErrorCode, str]]]:
    """Return whether the command makes events, and the code and message of each problem that it meets."""
    try:
        return bool(ACTS[action](state, who, now)), []
    except DomainError as refusal:
        return False, [(problem.code, problem.message) for problem in refusal.problems]


def test_the_table_holds_every_action_on_an_animation():
    assert set(rows()) == {action.value for action in TRANSITIONS}
    assert set(ACTS) == set(TRANSITIONS)
    assert {stage for row in rows().values() for stage in row} == set(STAGES)


@pytest.mark.parametrize("action", TRANSITIONS)
def test_an_action_is_open_and_closed_as_its_row_says(action):
    role = next(role for role, actions in WHO.items() if action in actions)
    wrong = []
    for stage, cell in rows()[action].items():
        for now in MOMENTS:
            got = answer(animation(*STAGES[stage]), actor(role), now).get(action, AllowedAction("not shown", False))
            is_open = {"past": now >= END, "day": now >= START}.get(cell, cell == "yes")
            word = {"past": "terminée", "day": "à partir du jour"}.get(cell, cell)
            right_reason = got.reason is None if is_open else word in (got.reason or "")
            if got.allowed is not is_open or not right_reason:
                wrong.append(f"{stage} at {now}: {cell}, yet {got}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", Role)
def test_everybody_is_shown_the_actions_within_their_rights_and_no_other(role):
    wrong = [
        f"{stage} at {now}: {sorted(shown)}"
        for stage, events in STAGES.items()
        for now in (NOW, AFTER)
        if (shown := set(answer(animation(*events), actor(role), now))) != WHO.get(role, set())
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("stage", STAGES)
def test_another_structure_is_shown_nothing(stage):
    stranger = actor(Role.STRUCTURE, structures=frozenset([THEIRS]))
    assert allowed_actions(animation(*STAGES[stage]), None, stranger, AFTER) == []
    both = actor(Role.STRUCTURE, structures=frozenset([THEIRS, OURS]))
    assert set(answer(animation(*STAGES[stage]), both, AFTER)) == WHO[Role.STRUCTURE]


@pytest.mark.parametrize("status", [*DossierStatus, None])
def test_what_the_dossier_stands_against_is_shown_so_and_nothing_else(status):
    """`obstacle` is what `check_with_dossier` enforces: see the test below."""
    answers = allowed_actions(animation(*STAGES["attested"]), status, actor(Role.STRUCTURE), AFTER)
    reasons = {allowed.action: allowed.reason for allowed in answers}
    assert reasons["attestationCorrect"] == correction_obstacle(status)
    assert reasons["attendanceSheetAttach"] == sheet_obstacle(status)
    for action in ("animationModify", "animationClone"):
        assert reasons[action] == answer(animation(*STAGES["attested"]), actor(Role.STRUCTURE), AFTER)[action].reason


def test_the_actions_that_a_dossier_may_stand_against_are_checked_with_its_status():
    by_dossier = {action for action in TRANSITIONS if TRANSITIONS[action].by_dossier(DossierStatus.CERTIFIED)}
    assert by_dossier == set(get_args(DossierAction))
    assert set(TRANSITIONS) - by_dossier == set(get_args(OwnAction))


@pytest.mark.parametrize("action", TRANSITIONS)
def test_an_action_is_enforced_as_it_is_shown(action):
    wrong = []
    for role, stage, now in product(Role, STAGES, (NOW, END, AFTER)):
        state, who = animation(*STAGES[stage]), actor(role)
        shown = answer(state, who, now).get(action)
        done, problems = outcome(action, state, who, now)
        if shown is None:
            as_shown = [code for code, _ in problems] == [ErrorCode.FORBIDDEN]
        else:
            as_shown = done if shown.allowed else problems == [(ErrorCode.RULE_BROKEN, shown.reason)]
        if not as_shown:
            wrong.append(f"{role}, {stage} at {now}: shown {shown}, done: {done}, {problems}")
    assert not wrong, "\n".join(wrong)
