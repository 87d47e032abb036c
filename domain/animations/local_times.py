"""The times of an animation, in the local time of its territory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from domain.animations.events import AnimationContent, AnimationDetails
from domain.kernel.errors import DomainError, ErrorCode, Problem, invalid
from domain.typology.local_time import NotShown
from domain.typology.territory import Territory

TIMES = ("starts_at", "ends_at")


def in_local_time(content: AnimationContent, territory: Territory, given_times: Collection[str]) -> AnimationContent:
    """Return the content with its times in local time; those that are `given_times` must be times that clocks show.

    Raise DomainError for each that is not, and where the end does not follow the start.
    """
    times: dict[str, datetime] = {}
    problems: list[Problem] = []
    for name in TIMES:
        instant = getattr(content, name)
        try:
            times[name] = territory.declared_time(instant) if name in given_times else territory.local_time(instant)
        except NotShown as reason:
            words = (AnimationDetails.model_fields[name].title or name).capitalize()
            problems.append(Problem(ErrorCode.INVALID, f"{words} : {reason}", (name,)))
    if problems:
        raise DomainError(problems)
    if times["ends_at"] <= times["starts_at"]:
        raise invalid("La fin doit suivre le début.", "ends_at")
    return content.model_copy(update=times)
