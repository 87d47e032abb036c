"""A table of target schools: UAIs alone where the schools are known, with names and communes where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from application.schools.school_file import COLUMNS, MOST_SCHOOLS, SchoolFile, school_of_row
from application.tables.reader import Row, read_table
from domain.kernel.errors import DomainError, Problem, invalid
from domain.kernel.identifiers import Uai
from domain.kernel.validation import validated
from domain.schools.school import School

_COLUMNS = replace(
    COLUMNS,
    mandatory=("uai",),
    expected="première ligne attendue : UAI, ou UAI;nom;commune;degré pour des établissements nouveaux.",
)


class _Uai(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    uai: Uai


class TargetFile(NamedTuple):
    """`rows[n]` is the row of `uais[n]`; `described` holds the schools whose rows name them."""

    uais: Sequence[str]
    rows: Sequence[Row]
    described: SchoolFile

    @property
    def named(self) -> frozenset[str]:
        return frozenset(school.uai for school in self.described.schools)


def read_targets(text: str) -> TargetFile:
    """Return the schools of a table. Raise DomainError (INVALID on `csv`) that names every unusable row."""
    table = read_table(text, _COLUMNS, MOST_SCHOOLS)
    rows, problems = dict[str, Row](), list[Problem]()
    schools, described_rows = list[School](), list[Row]()
    for row in table.rows:
        cells = row.seen
        try:
            uai = validated(_Uai, cells).uai
            if (earlier := rows.setdefault(uai, row)) is not row:
                raise invalid(f"l'établissement {uai} est déjà à la ligne {earlier.number}.", "uai")
            if cells.get("name"):
                schools.append(school_of_row(cells))
                described_rows.append(row)
        except DomainError as error:
            problems += map(row.problem, error.problems)
    if problems:
        raise DomainError(problems)
    if not rows:
        raise invalid("aucun établissement dans ce fichier.", "csv")
    described = SchoolFile(schools, described_rows, table.ignored, table.warnings)
    return TargetFile(tuple(rows), tuple(rows.values()), described)
