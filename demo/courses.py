"""The courses that an animation can take, and how often; and those that every season shows, however small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True, slots=True)
class Course:
    """The course of an animation, as far as there is time; whatever lies after now has not happened yet.

    `early_changes` come before publication, `changes` after. `withdrawn`: cancelled before publication.
    """

    cloned: bool = False
    late: bool = False
    refused: bool = False
    corrected: bool = False
    early_changes: int = 0
    withdrawn: bool = False
    published: bool = True
    changes: int = 0
    cancelled: bool = False
    attested: bool = True
    corrections: int = 0
    type: str | None = None


def draw_course(rng: Random) -> Course:
    chance = rng.random
    return Course(
        cloned=chance() < 0.18,
        late=chance() < 0.02,
        refused=chance() < 0.08,
        corrected=chance() < 0.7,
        early_changes=_draw_count(rng, (0.62, 0.90)),
        withdrawn=chance() < 0.015,
        published=chance() < 0.992,
        changes=_draw_count(rng, (0.22, 0.50, 0.76, 0.92)),
        cancelled=chance() < 0.05,
        attested=chance() < 0.88,
        corrections=_draw_count(rng, (0.88, 0.98)),
    )


def _draw_count(rng: Random, limits: Sequence[float]) -> int:
    """Return 0 below the first limit, 1 below the second, and so on."""
    drawn = rng.random()
    return sum(drawn >= limit for limit in limits)


@dataclass(frozen=True, slots=True)
class Showcase:
    """A course present in every season: days since it was declared, and until it is held (negative: before now)."""

    course: Course
    declared_ago: int
    held_in: int


_PLAIN = Course()

SHOWCASES = (
    Showcase(_PLAIN, 60, -35),
    Showcase(replace(_PLAIN, corrections=1), 80, -50),
    Showcase(replace(_PLAIN, attested=False), 40, -10),
    Showcase(_PLAIN, 20, 12),
    Showcase(replace(_PLAIN, published=False), 1, 20),
    Showcase(replace(_PLAIN, refused=True), 20, 9),
    Showcase(replace(_PLAIN, refused=True, corrected=True), 35, 15),
    Showcase(replace(_PLAIN, refused=True, corrected=True, published=False), 20, 25),
    Showcase(replace(_PLAIN, changes=2), 40, 18),
    Showcase(replace(_PLAIN, cancelled=True), 60, -15),
    Showcase(replace(_PLAIN, withdrawn=True), 20, 16),
    Showcase(replace(_PLAIN, cloned=True, published=False), 2, 30),
    Showcase(replace(_PLAIN, cloned=True), 55, -30),
    Showcase(replace(_PLAIN, late=True), 40, -42),
    Showcase(replace(_PLAIN, type="atelier-parents-enfants"), 70, -42),
    Showcase(replace(_PLAIN, type="formation-mediateurs"), 28, 22),
    Showcase(replace(_PLAIN, refused=True, corrected=True), 75, -40),
)
