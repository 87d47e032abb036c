"""Several animations in one command: one repeated at several dates, and those that are published in one decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, ClassVar, Self
from uuid import UUID, uuid4

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from application.animations.commands import surroundings_of
from application.commanding.commands import ChangeCommand, Command
from application.commanding.unit_of_work import UnitOfWork
from domain.animations import animation as animations
from domain.animations import series
from domain.animations.animation import Animation
from domain.animations.series import MOST_DATES, Dates, Interval
from domain.catalogue import ANIMATION
from domain.kernel.errors import DomainError, Problem, broken, invalid
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import DeclaredDay, DeclaredInstant

MOST_PUBLISHED = 100
#: Days that a rule of dates leaves out: those of a year's school holidays.
MOST_LEFT_OUT = 200
#: Longer than a UUID in any spelling.
LONGEST_IDENTIFIER = 100
#: The characters of a bad identifier that the refusal repeats.
LONGEST_SHOWN = 40


def named(value: object) -> UUID | str:
    """Return the identifier that is meant, or where it is none the beginning of what was sent, to be shown."""
    try:
        return value if isinstance(value, UUID) else UUID(str(value)[:LONGEST_IDENTIFIER])
    except ValueError:
        return str(value)[:LONGEST_SHOWN]


class CopyDates(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    starts_at: DeclaredInstant
    #: Mandatory; where it is missing, that is said beside what is wrong with the other dates.
    ends_at: DeclaredInstant | None = None


class AnimationRepeat(ChangeCommand):
    """The dates themselves, or the rule that they follow: `every` so often, `until` a day, `without` some."""

    action: ClassVar[Action] = Action.ANIMATION_REPEAT

    animation_id: UUID
    dates: Annotated[tuple[CopyDates, ...], Field(min_length=1, max_length=MOST_DATES)] | None = None
    every: Interval | None = None
    until: DeclaredDay | None = None
    without: Annotated[tuple[DeclaredDay, ...], Field(max_length=MOST_LEFT_OUT)] = ()
    #: The structure's animations of those hours. The read side proposes them.
    beside: tuple[UUID, ...] = Field(default=(), exclude=True)

    @model_validator(mode="after")
    def _dates_or_rule(self) -> Self:
        if self.dates is None and (self.every is None or self.until is None):
            raise ValueError("indiquez les dates, ou bien un rythme et un dernier jour")
        if self.dates is not None and (self.every or self.until or self.without):
            raise ValueError("indiquez soit les dates, soit un rythme et un dernier jour")
        return self


class AnimationsPublish(Command):
    """Each that can be published is; the others are left as they are, what is no identifier among them."""

    action: ClassVar[Action] = Action.ANIMATIONS_PUBLISH

    #: A text: what is no identifier, which has an outcome of its own.
    animation_ids: Annotated[
        tuple[Annotated[UUID | Annotated[str, Field(max_length=LONGEST_SHOWN)], BeforeValidator(named)], ...],
        Field(min_length=1, max_length=MOST_PUBLISHED),
    ]


def repeat(command: AnimationRepeat, work: UnitOfWork) -> UUID:
    source = work.subject(ANIMATION, command.animation_id, command.expected_version, "Animation", "animation_id")
    authorize(work.actor, command.action, source.belongings)
    surroundings = surroundings_of(work, source.structure_id, source.territory)
    beside = _found(work, dict.fromkeys((*source.copies, *command.beside)))
    copies = []
    for fact in series.repeat(source, _dates(command, source), work.actor, surroundings, work.now, beside):
        copy_id = uuid4()
        work.record(ANIMATION, copy_id, [fact], source.belongings)
        (copy,) = _found(work, [copy_id])
        work.record(ANIMATION, copy_id, series.join(copy, series.series_of(source), work.actor), source.belongings)
        copies += _found(work, [copy_id])
    work.record(ANIMATION, source.id, series.repeated(source, copies, work.actor, work.now), source.belongings)
    return source.id


def _dates(command: AnimationRepeat, source: Animation) -> list[Dates]:
    if command.dates is not None:
        return [Dates(day.starts_at, day.ends_at) for day in command.dates]
    assert command.every is not None, "checked with the command"
    assert command.until is not None, "checked with the command"
    return series.dates_every(source, command.every, command.until, command.without)


def _found(work: UnitOfWork, ids: Sequence[UUID] | dict[UUID, None]) -> list[Animation]:
    states = (work.find(ANIMATION, animation_id) for animation_id in ids)
    return [state for state in states if state is not None]


def publish_all(command: AnimationsPublish, work: UnitOfWork) -> UUID:
    """Publish those that can be. Raise DomainError, which names each, where none can."""
    authorize(work.actor, command.action, Belongings())
    problems: list[Problem] = []
    published: list[UUID] = []
    for index, animation_id in enumerate(command.animation_ids):
        if isinstance(animation_id, str):
            problems += at_place(invalid(f"« {animation_id} » : identifiant (UUID) attendu."), index)
            continue
        try:
            state = work.subject(ANIMATION, animation_id, None, f"Animation {animation_id}")
            work.record(ANIMATION, state.id, animations.publish(state, work.actor, work.now), state.belongings)
            published.append(state.id)
        except DomainError as error:
            problems += _of_animation(error, index, work.find(ANIMATION, animation_id))
    if not published:
        raise DomainError(problems)
    return published[0]


def _of_animation(error: DomainError, index: int, state: Animation | None) -> list[Problem]:
    """Return the problems with one animation of several, each with its place and its title."""
    name = f"« {state.content.title} » ({state.held_on:%d/%m/%Y}) : " if state else ""
    return [
        Problem(problem.code, f"{name}{problem.message}", ("animation_ids", str(index))) for problem in error.problems
    ]


def at_place(error: DomainError, index: int) -> list[Problem]:
    """Return the problems with a single animation under its place among several."""
    return [replace(problem, field=("animation_ids", str(index))) for problem in error.problems]


def not_published() -> DomainError:
    """Return why an animation that could be published now was not, by a command that is repeated."""
    return broken("Elle ne pouvait pas l'être alors : publiez-la par une nouvelle demande.")


USE_CASES = ((AnimationRepeat, repeat), (AnimationsPublish, publish_all))
