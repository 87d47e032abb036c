"""The season as it would have been recorded: command after command, in the order of time.

Every event comes from the domain's own decisions. Only what is under way is in memory: the structures, and unfinished
animations and candidatures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import accumulate, count
from random import Random
from uuid import UUID

from demo.animations import Plan, animation_story
from demo.courses import SHOWCASES, Course, Showcase, draw_course
from demo.organisations import Organisation, choose_organisations
from demo.partners import FAITHFUL, Partner, convention_story, enrol
from demo.places import Places, read_places
from demo.school_year import DAY, LEADS, SchoolYear, open_day
from demo.stage import Ground, Stage, Story, Subject, season_id
from demo.volunteers import COURSES, LONG_AGO, VolunteerCourse, candidature_story, draw_volunteer_course
from domain.animations.animation import Animation
from eventstore.records import Recorded

_MAX_STRUCTURES = 5_000
_MAX_CANDIDATURES = 10_000


def landmark(seed: int) -> UUID:
    """Return a stream that every season of this seed has: its first convention."""
    return season_id(_stage_name(seed), "convention:0")


def play(animations: int, seed: int, now: datetime, ground: Ground) -> Iterator[list[Recorded]]:
    """Yield the events of each command, in order of `recorded_at`, up to `now`; personal fields in clear.

    Deterministic: the same arguments give the same events. `ground` must hold the founding's territories.
    """
    return _Play(animations, seed, now, ground).run()


def _stage_name(seed: int) -> str:
    return f"{seed}:0"


class _Play:
    def __init__(self, animations: int, seed: int, now: datetime, ground: Ground) -> None:
        name = _stage_name(seed)
        self._now = now.astimezone(UTC)
        self._year = SchoolYear(self._now)
        self._places: Places = read_places()
        self._stage = Stage(name, Random(name), ground)
        self._rng = self._stage.rng
        self._animations = animations
        self._candidatures = max(len(COURSES), min(animations // 10, _MAX_CANDIDATURES))
        structures = max(FAITHFUL + 3, min(animations // 10, _MAX_STRUCTURES))
        territories = [code for code in ground.territories if code in self._places.communes]
        self._partners = self._enrol(choose_organisations(Random(seed), self._places, territories, structures))
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._joined = FAITHFUL
        self._order = count()
        self._animation_numbers = count()
        self._candidature_numbers = count()

    def run(self) -> Iterator[list[Recorded]]:
        planned = max(3, round(self._animations / len(self._partners)))
        for partner in self._partners:
            self._begin(convention_story(self._stage, partner, self._year, planned + self._rng.randint(-2, 4)))
        days = self._year.declaring_days()
        leads = [self._year.leads_from(day) for day in days]
        weights = [sum(likely) for likely in leads]
        showcases = SHOWCASES[: self._animations]
        animations = _spread(self._animations - len(showcases), weights)
        candidatures = _spread(self._candidatures - len(COURSES), weights)
        for day, likely, animations_begun, candidatures_begun in zip(
            days, leads, animations, candidatures, strict=True
        ):
            yield from self._until(datetime.combine(day, time(), UTC))
            self._begin_showcases(day, showcases)
            cumulated = list(accumulate(likely))
            for _ in range(animations_begun):
                lead = self._rng.choices(LEADS, cum_weights=cumulated)[0]
                self._begin_animation(day, day + DAY * lead, draw_course(self._rng), None)
            for _ in range(candidatures_begun):
                self._begin_candidature(draw_volunteer_course(self._rng), day)
        yield from self._until(self._now + timedelta(microseconds=1))

    def _enrol(self, chosen: Sequence[Organisation]) -> list[Partner]:
        partners = [enrol(self._stage, self._year, index, organisation) for index, organisation in enumerate(chosen)]
        # In the order of signing, so that the partners who may declare on a given day come first.
        others = sorted(partners[FAITHFUL:], key=lambda partner: partner.signed_at)
        return [*partners[:FAITHFUL], *others]

    def _begin(self, story: Story) -> None:
        at = next(story, None)
        if at is not None and at <= self._now:
            heappush(self._waiting, (at, next(self._order), story))

    def _until(self, limit: datetime) -> Iterator[list[Recorded]]:
        while self._waiting and self._waiting[0][0] < limit:
            _, _, story = heappop(self._waiting)
            # Resuming a story performs its act, and yields the time of the next one.
            self._begin(story)
            yield self._stage.take()

    def _begin_showcases(self, day: date, showcases: Sequence[Showcase]) -> None:
        ago = (self._year.today - day).days
        for index, showcase in enumerate(showcases):
            if showcase.declared_ago == ago:
                step = -DAY if showcase.course.late else DAY
                held_on = open_day(self._year.today + DAY * showcase.held_in, step)
                self._begin_animation(day, held_on, showcase.course, self._partners[index % FAITHFUL])
        for course in COURSES:
            if ago == (LONG_AGO if course.steps else 3):
                self._begin_candidature(course, day)

    def _begin_animation(self, day: date, held_on: date, course: Course, partner: Partner | None) -> None:
        if course.late and partner is None:
            held_on = max(self._year.first_day, open_day(day - DAY, -DAY))
        if partner is None:
            partner = self._draw_partner(day, held_on)
        source: Subject[Animation] | None = None
        if course.cloned:
            partner = self._partner_to_clone_from(partner)
            source = partner.latest
        number = next(self._animation_numbers)
        self._begin(animation_story(self._stage, Plan(number, partner, course, day, held_on, source)))

    def _begin_candidature(self, course: VolunteerCourse, day: date) -> None:
        number = next(self._candidature_numbers)
        self._begin(candidature_story(self._stage, self._places, number, course, day))

    def _draw_partner(self, day: date, held_on: date) -> Partner:
        """Return a partner that had signed by the day before and whose convention covers the date."""
        while self._joined < len(self._partners) and self._partners[self._joined].signed_at.date() < day:
            self._joined += 1
        for _ in range(10):
            # Partners who joined early organise most.
            partner = self._partners[int(self._joined * self._rng.random() ** 1.2)]
            if partner.first_day <= held_on <= partner.last_day:
                return partner
        return self._partners[self._rng.randrange(FAITHFUL)]

    def _partner_to_clone_from(self, partner: Partner) -> Partner:
        candidates = [partner, *self._partners[:FAITHFUL]]
        return next((candidate for candidate in candidates if candidate.latest is not None), partner)


def _spread(total: int, weights: Sequence[float]) -> Iterable[int]:
    """Yield shares of `total` proportional to the weights, as integers that add up to it."""
    whole, cumulated, shared_out = sum(weights), 0.0, 0
    for weight in weights:
        cumulated += weight
        due = round(total * cumulated / whole)
        yield due - shared_out
        shared_out = due
