"""Use cases of schools: their names, communes and degrees, from a table."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from application.schools.school_file import LARGEST_FILE, SchoolFile, read_schools
from domain.catalogue import SCHOOL, TERRITORY
from domain.kernel.departments import named_with_code
from domain.kernel.errors import DomainError, ErrorCode, Problem, invalid, refuse
from domain.kernel.identifiers import department_of_school, school_id, territory_id
from domain.kernel.places import places
from domain.kernel.rights import Action, Belongings, out_of_reach, scope_of
from domain.schools import school as schools
from domain.typology.territory import Territory

#: The refusal of a table that is imported a second time.
ALL_KNOWN = "Tous ces établissements sont déjà connus ainsi : rien n'a changé."


class SchoolsImport(Command):
    """`csv` is the text of a table whose first line names the columns. All rows or none."""

    action: ClassVar[Action] = Action.SCHOOLS_IMPORT

    csv: Annotated[str, Field(max_length=LARGEST_FILE)]


def import_file(command: SchoolsImport, work: UnitOfWork) -> UUID:
    # Check this right before reading the file; each row has its own.
    if scope_of(work.actor, command.action) is None:
        raise out_of_reach(work.actor, command.action)
    if problems := describe_schools(work, read_schools(command.csv)):
        raise DomainError(problems)
    if not work.recorded:
        raise refuse(ErrorCode.DUPLICATE, ALL_KNOWN, "csv")
    return work.recorded[0].originator_id


def describe_schools(work: UnitOfWork, file: SchoolFile) -> list[Problem]:
    """Record what is new about the schools of a table. Return what stands against it."""
    problems = list[Problem]()
    for school, row in zip(file.schools, file.rows, strict=True):
        stream = school_id(school.uai)
        try:
            territory = _territory(work, school.uai)
            facts = schools.describe(work.find(SCHOOL, stream), school, territory, places(), work.actor)
        except DomainError as error:
            problems += map(row.problem, error.problems)
            continue
        if facts:
            work.record(SCHOOL, stream, facts, Belongings(territories=frozenset([territory.code])))
    return problems


def _territory(work: UnitOfWork, uai: str) -> Territory:
    department = department_of_school(uai) or ""
    territory = work.find(TERRITORY, territory_id(department))
    if territory is None:
        place = f"du département {named_with_code(department)}" if department else "d'un lieu hors département"
        raise invalid(f"{uai} est {place}, qui ne participe pas au programme.", "uai")
    return territory


USE_CASES = ((SchoolsImport, import_file),)
