"""The reminder before an animation: given a date and what was reminded, when the scheduler asks, then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.animations.events import AnimationCancelled, AnimationPublished
from domain.catalogue import ANIMATION, REGISTRATION
from domain.kernel.actors import SYSTEM
from domain.kernel.errors import DomainError
from domain.registrations.events import RegistrantsReminded
from domain.registrations.reminding import remind, to_remind
from tests.support.domain.builders import START, created
from tests.support.domain.registration_builders import made, number
from tests.support.domain.story import fold

TWO_DAYS = timedelta(days=2)
PUBLISHED = fold(ANIMATION, created(), AnimationPublished())
BOOK = fold(REGISTRATION, made())


def test_registrants_are_reminded_two_days_before_once_for_each_date():
    (reminded,) = remind(BOOK, PUBLISHED, TWO_DAYS, SYSTEM, START - TWO_DAYS)
    assert reminded == RegistrantsReminded(animation_id=PUBLISHED.id, starts_at=START, known_before=START - TWO_DAYS)
    book = fold(REGISTRATION, made(), reminded)
    with pytest.raises(DomainError, match="déjà"):
        remind(book, PUBLISHED, TWO_DAYS, SYSTEM, START - TWO_DAYS)
    later = START + timedelta(days=7)
    moved = replace(PUBLISHED, content=PUBLISHED.content.model_copy(update={"starts_at": later}))
    assert remind(book, moved, TWO_DAYS, SYSTEM, later - TWO_DAYS)


@pytest.mark.parametrize(
    ("animation", "now"),
    [
        pytest.param(PUBLISHED, START - TWO_DAYS - timedelta(seconds=1), id="too early"),
        pytest.param(PUBLISHED, START, id="too late"),
        pytest.param(fold(ANIMATION, created()), START - TWO_DAYS, id="submitted"),
        pytest.param(
            fold(ANIMATION, created(), AnimationPublished(), AnimationCancelled(reason="Neige")),
            START - TWO_DAYS,
            id="cancelled",
        ),
        pytest.param(replace(PUBLISHED, suspended=True), START - TWO_DAYS, id="suspended"),
    ],
)
def test_nobody_is_reminded_of_what_is_not_to_come(animation, now):
    with pytest.raises(DomainError):
        remind(BOOK, animation, TWO_DAYS, SYSTEM, now)


def test_who_waits_and_who_learnt_of_it_since_are_not_reminded():
    book = fold(REGISTRATION, made(), made(2), made(3, seated=False))
    known = {
        number(1): START - timedelta(days=3),
        number(2): START - timedelta(days=1),
        number(3): START - timedelta(days=9),
    }
    assert to_remind(book, known, START - TWO_DAYS) == [number(1)]
