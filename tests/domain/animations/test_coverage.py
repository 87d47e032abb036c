"""An animation whose convention ended is suspended, and resumed under another one: once each."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from domain.animations.animation import publish
from domain.animations.coverage import resume, suspend
from domain.animations.events import (
    AnimationCancelled,
    AnimationModified,
    AnimationPublished,
    AnimationResumed,
    AnimationSuspended,
)
from domain.catalogue import ANIMATION
from domain.conventions.convention import Convention
from domain.conventions.rates import AgreedRate
from domain.kernel.actors import SYSTEM
from domain.kernel.errors import ErrorCode
from tests.support.domain.builders import CONVENTION_ID, END, NATIONAL, NOW, OURS, START, attested, created, values
from tests.support.domain.story import given

NEXT = UUID(int=77)
SUSPENDED = AnimationSuspended(convention_id=CONVENTION_ID)


def convention(convention_id: UUID, last: int) -> Convention:
    """One whose last day is so many days after the animation's."""
    day = START.date()
    first, until = day - timedelta(days=300), day + timedelta(days=last)
    return Convention(convention_id, OURS, "34", "", first, until, None, (), (AgreedRate(None),))


ENDED, COVERING, OTHER = convention(CONVENTION_ID, -1), convention(CONVENTION_ID, 0), convention(NEXT, 0)


def test_an_animation_that_nothing_covers_is_suspended_once():
    given(ANIMATION, created()).when(suspend, [ENDED], SYSTEM, NOW).then(SUSPENDED)
    given(ANIMATION, created(), SUSPENDED).when(suspend, [ENDED], SYSTEM, NOW).then_refused(ErrorCode.RULE_BROKEN)


@pytest.mark.parametrize("conventions", [[COVERING], [ENDED, OTHER]])
def test_what_a_convention_of_the_structure_covers_is_not_suspended(conventions):
    given(ANIMATION, created()).when(suspend, conventions, SYSTEM, NOW).then_refused(ErrorCode.RULE_BROKEN)


@pytest.mark.parametrize("last", [attested(), AnimationCancelled(reason="Non")])
def test_what_was_held_or_cancelled_is_not_suspended(last):
    given(ANIMATION, created(), last).when(suspend, [ENDED], SYSTEM, NOW).then_refused(ErrorCode.RULE_BROKEN)


def test_it_is_not_published_before_it_is_resumed():
    suspended = given(ANIMATION, created(), SUSPENDED)
    suspended.when(publish, NATIONAL, NOW).then_refused(ErrorCode.RULE_BROKEN)
    resumed = given(ANIMATION, created(), SUSPENDED, AnimationResumed(convention_id=NEXT))
    resumed.when(publish, NATIONAL, NOW).then(AnimationPublished())


def test_it_is_resumed_under_the_convention_that_covers_it():
    resumed = AnimationResumed(convention_id=NEXT)
    given(ANIMATION, created(), SUSPENDED).when(resume, [ENDED, OTHER], SYSTEM, NOW).then(resumed)
    given(ANIMATION, created(), SUSPENDED).when(resume, [ENDED], SYSTEM, NOW).then_refused(
        ErrorCode.RULE_BROKEN, "starts_at"
    )
    given(ANIMATION, created()).when(resume, [OTHER], SYSTEM, NOW).then_refused(ErrorCode.RULE_BROKEN)
    again = given(ANIMATION, created(), SUSPENDED, resumed)
    again.when(resume, [OTHER], SYSTEM, NOW).then_refused(ErrorCode.RULE_BROKEN)


def test_moved_to_a_day_that_is_covered_it_is_suspended_no_more():
    earlier = {"starts_at": START - timedelta(days=2), "ends_at": END - timedelta(days=2)}
    moved = AnimationModified(**values(**earlier), convention_id=CONVENTION_ID, changed=("starts_at", "ends_at"))
    given(ANIMATION, created(), SUSPENDED, moved).when(suspend, [], SYSTEM, NOW).then(SUSPENDED)
