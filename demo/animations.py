"""The life of one animation of the season, from its declaration to the corrections of its attestation."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from demo.contents import draw_change, draw_content, draw_correction, draw_times
from demo.courses import Course
from demo.partners import Partner
from demo.school_year import office_hours, some_time, waking_hours
from demo.stage import NATIONAL, Stage, Story, Subject
from demo.texts import TEXTS
from domain.animations import animation as decisions
from domain.animations import attestation
from domain.animations.animation import Animation, Attendance
from domain.animations.copying import clone
from domain.catalogue import ANIMATION
from domain.kernel.events import Event
from domain.kernel.rights import Action

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """An animation to declare: by whom, when, for which day, and what it is cloned from (`source`), if anything."""

    index: int
    partner: Partner
    course: Course
    declared_on: date
    held_on: date
    source: Subject[Animation] | None


@dataclass(slots=True)
class _Life:
    """One animation, and what can be done to it."""

    stage: Stage
    partner: Partner
    animation: Subject[Animation]

    @property
    def rng(self) -> Random:
        return self.stage.rng

    @property
    def starts_at(self) -> datetime:
        return self.animation.state.content.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.animation.state.content.ends_at

    def declare(self, plan: Plan, at: datetime) -> None:
        stage, partner = self.stage, self.partner
        surroundings = partner.surroundings(stage)
        if plan.source is not None:
            source = plan.source.state
            starts_at, ends_at = draw_times(self.rng, partner, plan.held_on, source.content.type)
            facts = clone(source, partner.actor, starts_at, ends_at, surroundings, at)
            self._record(Action.ANIMATION_CLONE, at, facts)
        else:
            content = draw_content(stage, partner, plan.held_on, plan.course.type)
            facts = decisions.declare(content, partner.organisation.id, partner.actor, lambda: surroundings, at)
            self._record(Action.ANIMATION_CREATE, at, facts)
        partner.latest = self.animation

    def refuse(self, at: datetime) -> None:
        facts = decisions.refuse_publication(self.animation.state, NATIONAL, self.rng.choice(TEXTS.refusals), at)
        self._record(Action.ANIMATION_REFUSE, at, facts, national=True)

    def correct(self, at: datetime) -> None:
        state, partner = self.animation.state, self.partner
        changes = draw_correction(state.content)
        facts = decisions.modify(state, partner.actor, changes, partner.surroundings(self.stage), at)
        self._record(Action.ANIMATION_MODIFY, at, facts)

    def change(self, at: datetime) -> None:
        state, partner = self.animation.state, self.partner
        changes = draw_change(self.rng, state.content, partner, at)
        facts = decisions.modify(state, partner.actor, changes, partner.surroundings(self.stage), at)
        self._record(Action.ANIMATION_MODIFY, at, facts)

    def publish(self, at: datetime) -> None:
        facts = decisions.publish(self.animation.state, NATIONAL, at)
        self._record(Action.ANIMATION_PUBLISH, at, facts, national=True)

    def cancel(self, at: datetime) -> None:
        reason = self.rng.choice(TEXTS.cancellations)
        facts = decisions.cancel(self.animation.state, self.partner.actor, reason, at)
        self._record(Action.ANIMATION_CANCEL, at, facts)

    def attest(self, at: datetime) -> None:
        ground = self.stage.ground
        attendance = self._attendance()
        facts = attestation.attest(
            self.animation.state, self.partner.actor, attendance, ground.form, ground.typology, at
        )
        self._record(Action.ANIMATION_ATTEST, at, facts)

    def correct_attestation(self, at: datetime) -> None:
        ground, reason = self.stage.ground, self.rng.choice(TEXTS.attestation_corrections)
        facts = attestation.correct_attestation(
            # Corrected soon after, before any dossier gathers it.
            *(self.animation.state, None, self.partner.actor, self._attendance(), reason),
            *(ground.form, ground.typology, at),
        )
        self._record(Action.ATTESTATION_CORRECT, at, facts)

    def _attendance(self) -> Attendance:
        rng, content, ground = self.rng, self.animation.state.content, self.stage.ground
        parents = 0 if rng.random() < 0.01 else max(1, round(content.seats * rng.betavariate(4, 2.5)))
        children = round(parents * rng.uniform(0.6, 1.6)) if ground.typology.admits_children(content.type) else 0
        answers = (rng.choice(TEXTS.needs), rng.choice(TEXTS.next_times)) if rng.random() < 0.7 else ()
        return Attendance(parents, children, answers[: len(ground.form.questions)])

    def _record(self, action: Action, at: datetime, facts: list[Event], national: bool = False) -> None:
        actor = NATIONAL if national else self.partner.actor
        belongings = self.animation.state.belongings if self.animation.version else self.partner.belongings
        self.stage.record(self.stage.deed(actor, action, at), self.animation, facts, belongings)


def animation_story(stage: Stage, plan: Plan) -> Story:
    """Play `plan.course` until time runs out. The source of a clone must have been declared before."""
    life = _Life(stage, plan.partner, Subject(ANIMATION, stage.new_id(f"animation:{plan.index}")))
    declared_at = some_time(stage.rng, plan.declared_on, 8, 19, plan.partner.zone)
    yield declared_at
    life.declare(plan, declared_at)
    published_at = yield from _until_published(life, plan.course, declared_at)
    if published_at is None:
        return
    last_change = yield from _until_held(life, plan.course, published_at)
    if last_change is not None and plan.course.attested:
        yield from _afterwards(life, plan.course, last_change)


def _until_published(life: _Life, course: Course, at: datetime) -> Generator[datetime, None, datetime | None]:
    """Play what comes before the publication, and it. Return when it was, None if there was none."""
    rng, zone = life.rng, life.partner.zone
    if course.refused:
        at = office_hours(rng, at, zone, 0.2, 3)
        yield at
        life.refuse(at)
        if not course.corrected:
            return None
        at = waking_hours(rng, at + timedelta(days=rng.uniform(0.1, 4)), zone)
        yield at
        life.correct(at)
    for _ in range(course.early_changes):
        at = waking_hours(rng, at + _HOUR * rng.uniform(0.2, 20), zone)
        yield at
        life.change(at)
    if course.withdrawn:
        at = waking_hours(rng, at + _HOUR * rng.uniform(2, 60), zone)
        yield at
        life.cancel(at)
        return None
    if not course.published:
        return None
    at = office_hours(rng, at, zone, 0.1, 4)
    yield at
    life.publish(at)
    return at


def _until_held(life: _Life, course: Course, at: datetime) -> Generator[datetime, None, datetime | None]:
    """Play the changes of what is published. Return when the last one was, None if it was cancelled."""
    rng, zone = life.rng, life.partner.zone
    for _ in range(course.changes):
        planned = waking_hours(rng, at + max(_HOUR, life.starts_at - at) * rng.uniform(0.05, 0.4), zone)
        if planned >= life.starts_at:
            break
        at = planned
        yield at
        life.change(at)
    if course.cancelled and at < life.starts_at - _HOUR:
        at = min(waking_hours(rng, at + (life.starts_at - at) * rng.uniform(0.2, 0.9), zone), life.starts_at - _HOUR)
        yield at
        life.cancel(at)
        return None
    return at


def _afterwards(life: _Life, course: Course, at: datetime) -> Story:
    """Play the attestation and its corrections."""
    rng, zone = life.rng, life.partner.zone
    # Most structures attest within a week, some only weeks later.
    days = rng.uniform(0.05, 6) if rng.random() < 0.85 else rng.uniform(6, 25)
    at = waking_hours(rng, max(life.ends_at, at) + timedelta(days=days), zone)
    yield at
    life.attest(at)
    for _ in range(course.corrections):
        at = waking_hours(rng, at + timedelta(days=rng.uniform(0.2, 9)), zone)
        yield at
        life.correct_attestation(at)
