"""Candidatures of the season: invented parents of invented and real schools, at every step of both degrees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from uuid import UUID

from demo.places import Places, School, primary_school
from demo.school_year import office_hours, some_time
from demo.stage import Stage, Story, Subject
from demo.texts import TEXTS
from domain.candidatures import candidature as decisions
from domain.candidatures.candidature import Applicant, Candidature
from domain.candidatures.events import Degree
from domain.candidatures.schools import ChosenSchool
from domain.candidatures.transitions import AUTHORITY
from domain.catalogue import CANDIDATURE
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings


@dataclass(frozen=True, slots=True)
class VolunteerCourse:
    """The steps after submission, and how often they occur."""

    degree: Degree
    steps: tuple[str, ...]
    weight: int


_FIRST, _SECOND = Degree.FIRST, Degree.SECOND
COURSES = (
    VolunteerCourse(_FIRST, (), 5),
    VolunteerCourse(_FIRST, ("favourable",), 6),
    VolunteerCourse(_FIRST, ("unfavourable",), 2),
    VolunteerCourse(_FIRST, ("favourable", "validate"), 34),
    VolunteerCourse(_FIRST, ("unfavourable", "validate"), 3),
    VolunteerCourse(_FIRST, ("favourable", "reject"), 2),
    VolunteerCourse(_FIRST, ("unfavourable", "reject"), 4),
    VolunteerCourse(_FIRST, ("reject",), 1),
    VolunteerCourse(_FIRST, ("withdraw",), 2),
    VolunteerCourse(_FIRST, ("favourable", "withdraw"), 2),
    VolunteerCourse(_FIRST, ("favourable", "validate", "withdraw"), 2),
    VolunteerCourse(_SECOND, (), 4),
    VolunteerCourse(_SECOND, ("validate",), 26),
    VolunteerCourse(_SECOND, ("reject",), 4),
    VolunteerCourse(_SECOND, ("withdraw",), 2),
    VolunteerCourse(_SECOND, ("validate", "withdraw"), 1),
)
_WEIGHTS = tuple(course.weight for course in COURSES)
#: Days after which every step of every course has been taken.
LONG_AGO = 70


def draw_volunteer_course(rng: Random) -> VolunteerCourse:
    return rng.choices(COURSES, _WEIGHTS)[0]


@dataclass(frozen=True, slots=True)
class _Volunteer:
    """One candidature, and the people who act on it."""

    stage: Stage
    candidature: Subject[Candidature]
    school: School
    parent: Actor
    person_id: UUID

    def submit(self, degree: Degree, at: datetime) -> None:
        territory = self.stage.territory(self.school.department)
        applicant = _applicant(self.stage.rng)
        facts = decisions.submit(
            applicant, territory, ChosenSchool(self.school.uai, degree), self.person_id, self.parent
        )
        self._record(self.parent, Action.CANDIDATURE_SUBMIT, at, facts)

    def favourable(self, at: datetime) -> None:
        self._give_opinion(at, True)

    def unfavourable(self, at: datetime) -> None:
        self._give_opinion(at, False)

    def validate(self, at: datetime) -> None:
        authority, state = self._authority(), self.candidature.state
        deed = self.stage.deed(authority, Action.CANDIDATURE_VALIDATE, at)
        validated = self.stage.record(deed, self.candidature, decisions.validate(state, authority), state.belongings)
        self.stage.record(
            deed, self.candidature, decisions.inform_coordonnateur(state), state.belongings, cause=validated
        )

    def reject(self, at: datetime) -> None:
        authority, reason = self._authority(), self.stage.rng.choice(TEXTS.candidature_rejections)
        facts = decisions.reject(self.candidature.state, authority, reason)
        self._record(authority, Action.CANDIDATURE_REJECT, at, facts)

    def withdraw(self, at: datetime) -> None:
        """By the parent if signed in, else by the coordinator on their behalf."""
        code = self.school.department
        coordonnateur = Actor(Role.COORDONNATEUR, f"coordonnateur-{code}", territories=frozenset([code]))
        actor = coordonnateur if self.parent is PUBLIC else self.parent
        facts = decisions.withdraw(self.candidature.state, actor, self.stage.rng.choice(TEXTS.withdrawals) or None)
        self._record(actor, Action.CANDIDATURE_WITHDRAW, at, facts)

    def _give_opinion(self, at: datetime, favourable: bool) -> None:
        rng = self.stage.rng
        director = Actor(Role.DIRECTOR, f"direction-{self.school.uai}", schools=frozenset([self.school.uai]))
        comment = rng.choice(TEXTS.opinions[:2] if favourable else TEXTS.opinions[2:]) if rng.random() < 0.6 else None
        facts = decisions.give_opinion(self.candidature.state, director, favourable, comment)
        self._record(director, Action.CANDIDATURE_GIVE_OPINION, at, facts)

    def _authority(self) -> Actor:
        role = AUTHORITY[self.candidature.state.degree]
        return Actor(role, f"{role}-{self.school.uai}", schools=frozenset([self.school.uai]))

    def _record(self, actor: Actor, action: Action, at: datetime, facts: list[Event]) -> None:
        belongings = Belongings(territories=frozenset([self.school.department]))
        self.stage.record(self.stage.deed(actor, action, at), self.candidature, facts, belongings)


_STEPS: dict[str, Callable[[_Volunteer, datetime], None]] = {
    "favourable": _Volunteer.favourable,
    "unfavourable": _Volunteer.unfavourable,
    "validate": _Volunteer.validate,
    "reject": _Volunteer.reject,
    "withdraw": _Volunteer.withdraw,
}


def candidature_story(stage: Stage, places: Places, index: int, course: VolunteerCourse, on: date) -> Story:
    """Play a parent's candidature for a school of a territory that runs the scheme."""
    rng = stage.rng
    open_to = [code for code, territory in stage.ground.territories.items() if territory.runs_candidatures]
    school = _school(rng, places, rng.choice(open_to), course.degree)
    person_id = stage.random_id()
    signed_in = Actor(Role.PARENT, f"parent:{person_id}", person_id=person_id)
    volunteer = _Volunteer(
        stage,
        Subject(CANDIDATURE, stage.new_id(f"candidature:{index}")),
        school,
        signed_in if rng.random() < 0.3 else PUBLIC,
        person_id,
    )
    zone = stage.zone(school.department)
    at = some_time(rng, on, 8, 21, zone)
    yield at
    volunteer.submit(course.degree, at)
    for step in course.steps:
        at = office_hours(rng, at, zone, 0.5, 12)
        yield at
        _STEPS[step](volunteer, at)


def _school(rng: Random, places: Places, territory: str, degree: Degree) -> School:
    if degree is Degree.SECOND:
        return rng.choice(places.lycees[territory])
    communes = [commune for commune in places.communes[territory] if commune.population >= 1_000]
    return primary_school(rng.choice(communes), rng.randrange(3))


def _applicant(rng: Random) -> Applicant:
    first_name = rng.choice(TEXTS.first_names)
    last_name = rng.choice(TEXTS.surname_beginnings) + rng.choice(TEXTS.surname_endings)
    return Applicant(
        first_name=first_name,
        last_name=last_name,
        email=f"parent{rng.randrange(10**6):06d}@example.org",
        # A range that the regulator (Arcep) reserves for fiction.
        phone=f"06 39 98 {rng.randrange(100):02d} {rng.randrange(100):02d}" if rng.random() < 0.6 else None,
        motivation=rng.choice(TEXTS.motivations),
    )
