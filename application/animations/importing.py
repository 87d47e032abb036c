"""The import of a table of animations: what becomes of each row, and all that are new in one transaction, or none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from pydantic import ConfigDict, Field

from application.animations.animation_file import (
    LARGEST_FILE,
    Words,
    departments_of,
    find_commune,
    read_animations,
)
from application.animations.animation_row import AnimationRow
from application.animations.commands import surroundings_of
from application.animations.school_by_name import NamedSchool, SchoolsByName
from application.commanding.commands import Command
from application.commanding.current_typology import typology_in_force
from application.commanding.unit_of_work import UnitOfWork
from application.tables.reader import plain
from domain.animations import animation as animations
from domain.animations.checking import Surroundings
from domain.animations.events import AnimationContent, AnimationCreated
from domain.animations.local_times import TIMES
from domain.catalogue import ANIMATION, STRUCTURE, TERRITORY
from domain.kernel.errors import DomainError, ErrorCode, Problem, invalid, refuse
from domain.kernel.identifiers import NAMESPACE, territory_id
from domain.kernel.place_search import folded
from domain.kernel.rights import Action, Belongings, authorize, out_of_reach
from domain.kernel.validation import validated

#: The refusal of a table that is imported a second time.
ALL_KNOWN = "Toutes ces animations sont déjà déclarées : rien n'a été importé."


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class RowOutcome(StrEnum):
    """The outcome of a row."""

    CREATED = "CREATED"
    TO_CREATE = "TO_CREATE"
    KNOWN = "KNOWN"
    REFUSED = "REFUSED"


@dataclass(slots=True)
class RowReport:
    """`number` is the one that a spreadsheet shows beside the row; `animation_id`: what it declares, or declared."""

    number: int
    outcome: RowOutcome
    title: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    animation_id: UUID | None = None
    problems: Sequence[Problem] = ()


@dataclass(slots=True)
class Report:
    """The findings of the last decision on a table; empty where the command had been carried out before."""

    rows: list[RowReport] = field(default_factory=list)
    ignored: Sequence[str] = ()
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """An animation of the structure that stands: submitted or published."""

    id: UUID
    title: str
    venue_name: str
    starts_at: datetime

    @property
    def key(self) -> str:
        return key_of(self.title, self.venue_name, self.starts_at)


class AnimationsImport(Command):
    """`csv` is the text of a table whose first line names the columns. All rows that are new are declared, or none.

    `report` is filled with what becomes of each row. `standing`: the structure's animations, as the read side knows
    them: a row that is one of them is passed over.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    action: ClassVar[Action] = Action.ANIMATIONS_IMPORT

    structure_id: UUID
    csv: Annotated[str, Field(max_length=LARGEST_FILE)]
    report: Report = Field(default_factory=Report, exclude=True, repr=False)
    standing: tuple[Standing, ...] = Field(default=(), exclude=True, repr=False)
    schools: tuple[NamedSchool, ...] = Field(default=(), exclude=True, repr=False)


def key_of(title: str, venue_name: str, starts_at: datetime) -> str:
    """Return what makes two rows of a structure the same: title, place and start, however they are spelt."""
    return f"{_to_the_minute(starts_at).astimezone(UTC).isoformat()}|{folded(venue_name)}|{folded(title)}"


def _to_the_minute(moment: datetime) -> datetime:
    """Return what tables tell of it; who declares by the API may have told seconds."""
    return moment.replace(second=0, microsecond=0)


def imported_id(structure_id: UUID, key: str) -> UUID:
    """Return the id of an imported animation. It follows from the row, so that the log itself admits it once."""
    return uuid5(NAMESPACE, f"animation:{structure_id}:{key}")


def import_table(command: AnimationsImport, work: UnitOfWork) -> UUID:
    # Check this right before reading the table.
    authorize(work.actor, command.action, Belongings(structure_id=command.structure_id))
    if work.find(STRUCTURE, command.structure_id) is None:
        raise out_of_reach(work.actor, command.action)
    table = read_animations(command.csv, Words(typology_in_force(work)))
    report = command.report
    report.rows, report.ignored, report.warnings = [], table.ignored, table.warnings
    reading = _Import(command, work)
    declared = [fact for row in table.rows if (fact := reading.take(row)) is not None]
    problems = [
        Problem(problem.code, f"ligne {row.number} : {problem.message}", ("csv", *problem.field))
        for row in report.rows
        for problem in row.problems
    ]
    if problems:
        raise DomainError(problems)
    if not declared:
        known = bool(report.rows)
        raise refuse(ErrorCode.DUPLICATE, ALL_KNOWN, "csv") if known else invalid("aucune ligne à importer.", "csv")
    for animation_id, created in declared:
        belongings = Belongings(command.structure_id, frozenset([created.territory]))
        work.record(ANIMATION, animation_id, [created], belongings)
    return command.structure_id


class _Import:
    """Decides on one row after another."""

    def __init__(self, command: AnimationsImport, work: UnitOfWork) -> None:
        self._command, self._work = command, work
        self._standing = {animation.key: animation.id for animation in command.standing}
        self._schools = SchoolsByName(command.schools)
        self._rows: dict[UUID, int] = {}
        self._around: dict[str, Surroundings] = {}
        structure = work.find(STRUCTURE, command.structure_id)
        self._codes = sorted({code for _, code in structure.conventions}) if structure else []
        self._territories = {code: work.find(TERRITORY, territory_id(code)) for code in self._codes}

    def take(self, row: AnimationRow) -> tuple[UUID, AnimationCreated] | None:
        """Return the declaration of a row, with its id, and report on it; None where it is known or refused."""
        title, starts_at, ends_at = map(row.values.get, ("title", "starts_at", "ends_at"))
        report = RowReport(row.number, RowOutcome.REFUSED, title, starts_at, ends_at)
        self._command.report.rows.append(report)
        try:
            if row.animation_id is not None:
                self._recognise(row, row.animation_id, report)
                return None
            fact = self._declared(row)
        except DomainError as error:
            report.problems = error.problems
            return None
        key = key_of(fact.title, fact.venue_name, fact.starts_at)
        report.title, report.starts_at, report.ends_at = fact.title, fact.starts_at, fact.ends_at
        report.animation_id = self._standing.get(key) or imported_id(self._command.structure_id, key)
        if earlier := self._rows.get(report.animation_id):
            message = f"C'est la même animation qu'à la ligne {earlier} : même titre, même lieu, même début."
            # Named by field: a table that is known as a whole is refused without one, and that is no failure.
            report.problems = [Problem(ErrorCode.DUPLICATE, message, ("title",))]
            return None
        self._rows[report.animation_id] = row.number
        if key in self._standing or self._work.find(ANIMATION, report.animation_id) is not None:
            report.outcome = RowOutcome.KNOWN
            return None
        report.outcome = RowOutcome.TO_CREATE
        return report.animation_id, fact

    def _recognise(self, row: AnimationRow, text: str, report: RowReport) -> None:
        """Report on a row of an exported table, whose id says which animation it is. Raise DomainError if it is none.

        Nothing else of it counts: what it was declared with may not be accepted any more.
        """
        where = ("animation_id",)
        called = f"« {row.headings.of(where)} »"
        animation = self._work.find(ANIMATION, UUID(text)) if _UUID.fullmatch(text) else None
        if animation is None or animation.structure_id != self._command.structure_id:
            raise invalid(f"{called} n'est pas celui d'une animation de votre structure : videz la cellule.", *where)
        content = animation.content
        held = {
            "title": folded(content.title),
            "venue_name": folded(content.venue_name),
            "starts_at": _to_the_minute(content.starts_at).replace(tzinfo=None),
        }
        row_says = {"starts_at": row.values.get("starts_at")}
        row_says |= {name: folded(row.values[name]) for name in ("title", "venue_name") if name in row.values}
        if any(value not in (None, held[name]) for name, value in row_says.items()):
            raise invalid(
                f"{called} est celui de « {content.title} », déclarée avec un autre titre, lieu ou début :"
                " modifiez-la en ligne, ou videz la cellule pour en déclarer une nouvelle.",
                *where,
            )
        report.title, report.starts_at, report.ends_at = content.title, content.starts_at, content.ends_at
        report.animation_id, report.outcome = animation.id, RowOutcome.KNOWN

    def _declared(self, row: AnimationRow) -> AnimationCreated:
        """Return the declaration of a row. Raise DomainError with what is wrong with its cells, or with the rest."""
        territory = self._territory(row)
        if territory is not None:
            find_commune(row, territory)
            self._schools.find(row, territory)
        wrong = {problem.field[0] for problem in row.problems if problem.field}
        if wrong & set(TIMES):
            # An unreadable hour leaves the other without its day.
            wrong |= set(TIMES)
        content = None
        try:
            content = validated(AnimationContent, row.values)
        except DomainError as error:
            row.problems += [row.naming(problem) for problem in error.problems if problem.field[0] not in wrong]
        if row.problems or content is None or territory is None:
            raise DomainError(row.problems)
        around = self._surroundings(territory)
        try:
            (fact,) = animations.declare(
                content, self._command.structure_id, self._work.actor, lambda: around, self._work.now
            )
        except DomainError as error:
            raise DomainError(map(row.naming, error.problems)) from error
        assert isinstance(fact, AnimationCreated)
        return fact

    def _territory(self, row: AnimationRow) -> str | None:
        """Return the territory that the row names by code or name, else that of its commune, else the only one."""
        if row.territory is None:
            departments = departments_of(row) if len(self._codes) > 1 else ()
            meant = [code for code in self._codes if code in departments] or self._codes
            if len(meant) == 1:
                return meant[0]
            row.refuse("territory", f"la structure a plusieurs territoires, indiquez lequel : {self._names()}")
            return None
        wanted = plain(row.territory)
        for code, territory in self._territories.items():
            if territory and wanted in (plain(code), plain(territory.name), plain(f"{territory.name} {code}")):
                return code
        row.refuse("territory", f"« {row.territory} » : la structure a une convention pour {self._names()}")
        return None

    def _names(self) -> str:
        return ", ".join(f"{territory.name} ({code})" for code, territory in self._territories.items() if territory)

    def _surroundings(self, territory: str) -> Surroundings:
        if territory not in self._around:
            self._around[territory] = surroundings_of(self._work, self._command.structure_id, territory)
        return self._around[territory]


USE_CASES = ((AnimationsImport, import_table),)
