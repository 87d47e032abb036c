"""A series: one animation at several dates, declared at once; each has a life of its own afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.animations.animation import Animation
from domain.animations.checking import Surroundings
from domain.animations.copying import clone
from domain.animations.events import AnimationCreated, AnimationJoinedSeries, AnimationRepeated
from domain.animations.local_times import TIMES
from domain.animations.transitions import check
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, Problem, broken, invalid, refuse
from domain.kernel.events import Event
from domain.kernel.rights import Action, authorize

MOST_DATES = 60


class Interval(StrEnum):
    """How far apart the dates of a series are."""

    WEEK = "WEEK"
    TWO_WEEKS = "TWO_WEEKS"


_DAYS = {Interval.WEEK: timedelta(days=7), Interval.TWO_WEEKS: timedelta(days=14)}


@dataclass(frozen=True, slots=True)
class Dates:
    """When a copy begins and ends. Without an offset: on the clocks of the territory."""

    starts_at: datetime
    ends_at: datetime | None


def dates_every(source: Animation, interval: Interval, until: date, without: Sequence[date] = ()) -> list[Dates]:
    """Return the dates that follow the animation's own, at the hour that clocks then show, up to the day `until`.

    Days of start that are in `without`, as those of school holidays, are left out.
    """
    starts_at, ends_at = _clock(source, source.content.starts_at), _clock(source, source.content.ends_at)
    dates: list[Dates] = []
    step = _DAYS[interval]
    while (starts_at + step).date() <= until:
        starts_at, ends_at = starts_at + step, ends_at + step
        if starts_at.date() not in without:
            dates.append(Dates(starts_at, ends_at))
        if len(dates) > MOST_DATES:
            raise invalid(f"Une série a {MOST_DATES} dates au plus : choisissez un dernier jour plus proche.", "until")
    if not dates:
        raise invalid("Aucune date ne suit celle de l'animation jusqu'à ce jour.", "until")
    return dates


def repeat(
    source: Animation,
    dates: Sequence[Dates],
    actor: Actor,
    around: Surroundings,
    now: datetime,
    beside: Sequence[Animation] = (),
) -> list[AnimationCreated]:
    """Declare the same content at these dates: the declaration of each copy, in their order.

    All or none: each problem names its date. `beside`: the structure's animations of those hours.
    """
    check(Action.ANIMATION_REPEAT, source, actor, now)
    problems: list[Problem] = []
    copies: list[AnimationCreated] = []
    for index, day in enumerate(dates):
        if day.ends_at is None:
            problems.append(_of_date(Problem(ErrorCode.INVALID, "champ obligatoire", ("ends_at",)), index, day))
            continue
        try:
            facts = clone(source, actor, day.starts_at, day.ends_at, around, now, [source, *beside])
            (copy,) = (fact for fact in facts if isinstance(fact, AnimationCreated))
            if copy.starts_at in [other.starts_at for other in copies]:
                raise refuse(ErrorCode.DUPLICATE, "Cette heure est demandée deux fois.", "starts_at")
            copies.append(copy)
        except DomainError as error:
            if error.code is ErrorCode.FORBIDDEN:
                raise
            problems += [_of_date(problem, index, day) for problem in error.problems]
    if problems:
        raise DomainError(problems)
    return copies


def join(copy: Animation, series_id: UUID, actor: Actor) -> list[Event]:
    """Put a copy that was just declared into its series."""
    authorize(actor, Action.ANIMATION_REPEAT, copy.belongings)
    if copy.series_id is not None:
        raise broken("L'animation est déjà dans une série.")
    return [AnimationJoinedSeries(series_id=series_id)]


def repeated(source: Animation, copies: Sequence[Animation], actor: Actor, now: datetime) -> list[Event]:
    """Record, on the animation that was repeated, which copies were made of it."""
    check(Action.ANIMATION_REPEAT, source, actor, now)
    series_id = series_of(source)
    if not copies or any(copy.series_id != series_id for copy in copies):
        raise broken("Une copie n'est pas de la série.")
    return [AnimationRepeated(series_id=series_id, animation_ids=tuple(copy.id for copy in copies))]


def series_of(source: Animation) -> UUID:
    """Return the series that copies of the animation are of: its own, or one that begins with it."""
    return source.series_id or source.id


def _clock(source: Animation, instant: datetime) -> datetime:
    """Return what clocks of the territory show at that instant."""
    return instant.astimezone(ZoneInfo(source.time_zone)).replace(tzinfo=None, fold=0)


def _of_date(problem: Problem, index: int, day: Dates) -> Problem:
    path = problem.field if problem.field and problem.field[0] in TIMES else ()
    return Problem(problem.code, f"{day.starts_at:%d/%m/%Y} : {problem.message}", ("dates", str(index), *path))
