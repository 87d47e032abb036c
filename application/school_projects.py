"""The use case of school projects: whether a school's has a digital-and-parents part, recorded for a school year."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from application.commanding.commands import ChangeCommand
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import find_territory
from domain.catalogue import SCHOOL_PROJECT
from domain.kernel.errors import invalid
from domain.kernel.identifiers import Uai, department_of_school, school_project_id
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import Comment, Reason
from domain.school_projects import school_project as projects
from domain.school_projects.events import SchoolProjectRecorded
from domain.school_projects.school_project import SchoolYear


class SchoolProjectRecord(ChangeCommand):
    """`reason` says why an earlier record of the same school year is corrected."""

    action: ClassVar[Action] = Action.SCHOOL_PROJECT_RECORD

    uai: Uai
    school_year: SchoolYear
    has_part: bool
    evidence: Comment | None = None
    reason: Reason | None = None


def record(command: SchoolProjectRecord, work: UnitOfWork) -> UUID:
    belongings = projects.of_school(command.uai)
    authorize(work.actor, command.action, belongings)
    department = department_of_school(command.uai)
    if department is None:
        raise invalid("établissement d'un territoire du programme attendu.", "uai")
    today = find_territory(work, department).local_date(work.now)
    stream = school_project_id(command.uai, command.school_year)
    state = work.find(SCHOOL_PROJECT, stream)
    work.expect(stream, command.expected_version)
    fact = SchoolProjectRecorded(**command.model_dump(include=set(SchoolProjectRecorded.model_fields)))
    facts = projects.record(state, fact, command.reason, today, work.actor)
    work.record(SCHOOL_PROJECT, stream, facts, recorded_of(belongings))
    return stream


def recorded_of(belongings: Belongings) -> Belongings:
    """Return what events are stamped with: the territory alone."""
    return Belongings(territories=belongings.territories)


USE_CASES = ((SchoolProjectRecord, record),)
