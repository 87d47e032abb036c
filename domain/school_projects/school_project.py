"""The project of a school, as far as the programme measures it: has it a digital-and-parents part, and the evidence?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

from domain.kernel.actors import Actor
from domain.kernel.errors import ErrorCode, invalid, refuse
from domain.kernel.events import ERASED_WORDS, Event
from domain.kernel.identifiers import department_of_school
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import required_reason
from domain.school_projects.events import SchoolProjectCorrected, SchoolProjectRecorded, SchoolProjectWordsErased

#: The share of target schools whose project is to have such a part.
GOAL = 0.25
#: The programme begins in the school year 2020-2021; projects are written a year ahead at most.
FIRST_YEAR, _AHEAD = 2020, 1
#: The month in which school years begin.
_SEPTEMBER = 9
_YEARS = re.compile(r"(\d{4})\s*[-/\u2010-\u2015]\s*(\d{4})", re.ASCII)
_EXPECTED = "année scolaire attendue, par exemple 2026-2027"


def checked_school_year(value: str) -> str:
    match = _YEARS.fullmatch(value)
    if match is None or int(match[2]) != int(match[1]) + 1:
        raise ValueError(_EXPECTED)
    return f"{match[1]}-{match[2]}"


def within_programme(school_year: str, today: date) -> str:
    """Return the school year. Raise ValueError with what would be accepted for one outside the programme."""
    latest = int(school_year_of(today)[:4]) + _AHEAD
    if not FIRST_YEAR <= int(school_year[:4]) <= latest:
        raise ValueError(f"année scolaire attendue, de {FIRST_YEAR}-{FIRST_YEAR + 1} à {latest}-{latest + 1}")
    return school_year


SchoolYear = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20), AfterValidator(checked_school_year)
]


def school_year_of(day: date) -> str:
    """Return the school year of a day: it begins in September."""
    start = day.year if day.month >= _SEPTEMBER else day.year - 1
    return f"{start}-{start + 1}"


@dataclass(frozen=True, slots=True)
class SchoolProject:
    """The last record."""

    id: UUID
    uai: str
    school_year: str
    has_part: bool
    evidence: str | None

    @property
    def belongings(self) -> Belongings:
        return of_school(self.uai)


def of_school(uai: str) -> Belongings:
    """Return the belongings of what is about a school: its own, and its territory's, which follows from its UAI."""
    department = department_of_school(uai)
    return Belongings(territories=frozenset([department] if department else []), school=uai)


def evolve(state: SchoolProject | None, originator_id: UUID, fact: Event) -> SchoolProject:
    match fact:
        case SchoolProjectRecorded() | SchoolProjectCorrected():
            return SchoolProject(originator_id, fact.uai, fact.school_year, fact.has_part, fact.evidence)
        case SchoolProjectWordsErased() if state is not None:
            evidence = None if state.evidence is None else ERASED_WORDS
            return SchoolProject(state.id, state.uai, state.school_year, state.has_part, evidence)
    raise TypeError(f"not a school project's event: {fact!r}")


def record(
    state: SchoolProject | None, fact: SchoolProjectRecorded, reason: str | None, today: date, actor: Actor
) -> list[Event]:
    """Record it, or correct what was recorded before, which takes a reason."""
    authorize(actor, Action.SCHOOL_PROJECT_RECORD, of_school(fact.uai))
    try:
        within_programme(fact.school_year, today)
    except ValueError as error:
        raise invalid(f"{error}.", "school_year") from None
    if fact.has_part and fact.evidence is None:
        raise invalid("dites ce qui le montre : le passage du projet, la date du conseil qui l'a adopté…", "evidence")
    if state is None:
        if reason is not None:
            raise invalid("rien n'est encore relevé pour cette année scolaire : il n'y a rien à corriger.", "reason")
        return [fact]
    if (state.has_part, state.evidence) == (fact.has_part, fact.evidence):
        raise refuse(ErrorCode.DUPLICATE, "Ce relevé est déjà celui de l'année scolaire : rien n'a changé.")
    if reason is None:
        raise invalid(f"un relevé existe déjà pour {fact.school_year} : dites pourquoi vous le corrigez.", "reason")
    return [SchoolProjectCorrected(**fact.model_dump(), reason=required_reason(reason))]
