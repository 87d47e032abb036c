"""Whether a copy is recent enough, by what the primary was seen to hold and when."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from projections.engine.reading import Live
from projections.replicas.freshness import Freshness


@dataclass
class _Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def live(position: int, generation: int = 1) -> Live:
    return {"animations": (generation, position), "accounts": (1, 7)}


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def freshness(clock: _Clock) -> Freshness:
    """The primary held 10, four seconds ago, and 12 since one second."""
    freshness = Freshness(5.0, clock)
    freshness.observe(live(10), 96.0)
    freshness.observe(live(12), 99.0)
    return freshness


@pytest.mark.parametrize(
    ("copy", "holds", "behind"),
    [
        (live(12), True, 0.0),
        (live(13), True, 0.0),
        (live(11), True, 1.0),
        (live(10), True, 1.0),
        (live(9), False, 4.0),
        # Another generation is as good as unknown: its table may be gone, or have other columns.
        (live(12, generation=2), False, 4.0),
        ({"animations": (1, 12)}, False, 4.0),
        ({}, False, 4.0),
    ],
)
def test_a_copy_may_lack_what_is_younger_than_the_bound(
    freshness: Freshness, copy: Live, holds: bool, behind: float
) -> None:
    assert freshness.holds(copy) is holds
    assert freshness.behind_seconds(copy) == behind


def test_what_was_enough_is_so_no_longer_once_the_bound_has_passed(freshness: Freshness, clock: _Clock) -> None:
    clock.now = 101.5
    assert not freshness.holds(live(10))
    assert freshness.holds(live(12))


def test_nothing_is_recent_while_the_primary_is_not_heard_of(freshness: Freshness, clock: _Clock) -> None:
    clock.now = 104.5
    assert not freshness.holds(live(99))
    freshness.observe(live(12), 104.5)
    assert freshness.holds(live(12))


def test_nothing_is_recent_before_the_primary_was_seen(clock: _Clock) -> None:
    assert not Freshness(5.0, clock).holds(live(1))
