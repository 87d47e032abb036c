"""A table of schools as people make it, or as the State publishes it. Errors name each wrong row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from application.tables.reader import Columns, Row, read_table
from domain.kernel.departments import named_with_code
from domain.kernel.errors import DomainError, Problem, invalid
from domain.kernel.identifiers import Uai, department_of_school
from domain.kernel.people import Name
from domain.kernel.place_search import folded
from domain.kernel.places import Commune, places
from domain.kernel.schools import Degree
from domain.kernel.validation import validated
from domain.schools.school import School

#: More than any department has.
MOST_SCHOOLS = 3_000
LARGEST_FILE = 5_000_000

#: The columns of the first line, in any order; the first spelling of each is the one that errors show. Among them are
#: those of the State's directory of education.
COLUMNS = Columns(
    {
        "uai": (
            *("UAI", "code UAI", "numéro UAI", "numero_uai", "RNE", "code RNE", "identifiant"),
            *("identifiant de l'établissement", "identifiant_de_l_etablissement"),
        ),
        "name": (
            *("nom", "nom de l'établissement", "nom_etablissement", "nom établissement", "nom de l'école", "école"),
            *("appellation officielle", "établissement", "name"),
        ),
        "commune_code": ("code commune", "code_commune", "code INSEE", "INSEE", "code INSEE de la commune"),
        "commune": ("commune", "ville", "nom_commune", "nom de la commune", "libellé commune", "localité", "city"),
        "postal_code": ("code postal", "code_postal", "CP"),
        "degree": (
            *("degré", "type", "type_etablissement", "type d'établissement", "niveau", "degree"),
            *("degré d'enseignement", "nature", "nature_uai_libe", "libellé nature"),
        ),
    },
    sources={"commune": ("commune", "commune_code", "postal_code")},
    mandatory=("uai", "name"),
    expected="première ligne attendue : UAI;nom;commune;degré.",
)
_FIRST = re.compile(r"(1|1er|1d|i|premier|primaire|first|ecole|maternelle|elementaire|rpi|e e|e m|e p)\b")
_SECOND = re.compile(r"(2|2e|2d|2nd|ii|second|secondaire|deuxieme|college|lycee|cite|erea|clg|lp|lgt|segpa|lpo)\b")


class _Cells(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    uai: Uai
    name: Name


class SchoolFile(NamedTuple):
    """`rows[n]` is the row of `schools[n]`; `ignored` are the headers that name no column."""

    schools: list[School]
    rows: list[Row]
    ignored: Sequence[str]
    warnings: Sequence[str] = ()


def read_schools(text: str) -> SchoolFile:
    """Return the schools of a table. Raise DomainError (INVALID on `csv`) that names every unusable row."""
    table = read_table(text, COLUMNS, MOST_SCHOOLS)
    file, problems, earlier = SchoolFile([], [], table.ignored, table.warnings), list[Problem](), dict[str, int]()
    for row in table.rows:
        try:
            school = school_of_row(row.seen)
            if (line := earlier.setdefault(school.uai, row.number)) != row.number:
                raise invalid(f"l'établissement {school.uai} est déjà à la ligne {line}.", "uai")
        except DomainError as error:
            problems += map(row.problem, error.problems)
        else:
            file.schools.append(school)
            file.rows.append(row)
    if problems:
        raise DomainError(problems)
    if not file.schools:
        raise invalid("aucun établissement dans ce fichier.", "csv")
    return file


def school_of_row(cells: Mapping[str, str]) -> School:
    """Return the school that a row describes. Raises DomainError."""
    row = validated(_Cells, cells)
    degree = degree_in(cells.get("degree", "")) or degree_in(row.name)
    if degree is None:
        raise invalid("« premier degré » ou « second degré » attendu, ou école, collège, lycée.", "degree")
    return School(row.uai, row.name, _commune(row.uai, cells).code, degree)


def degree_in(words: str) -> Degree | None:
    """Return the degree that such words begin with, if they do."""
    beginning = folded(words)
    if _FIRST.match(beginning):
        return Degree.FIRST
    return Degree.SECOND if _SECOND.match(beginning) else None


def _commune(uai: str, cells: Mapping[str, str]) -> Commune:
    """Return the commune by its code, by its name, or by a postal code that is its alone."""
    department, postal = department_of_school(uai) or "", cells.get("postal_code", "")
    for code in (cells.get("commune_code", ""), cells.get("commune", "")):
        if commune := places().find(code.upper()):
            return commune
    if name := cells.get("commune", ""):
        town = re.sub(r" (cedex|cdx)\b.*", "", folded(name))
        # People write « Marseille 08 » for an arrondissement, and a postal code in the place of a name.
        postal = name if name.isdigit() else postal
        if commune := _by_name().get((department, town)) or _by_name().get((department, re.sub(r" \d+$", "", town))):
            return _part(commune, postal)
    posted = [commune for commune in places().communes.values() if postal and postal in commune.postal_codes]
    if len(posted) == 1:
        return posted[0]
    if not (name or postal or cells.get("commune_code")):
        raise invalid("son nom ou son code INSEE attendu.", "commune")
    among = ", ".join(f"{commune.name} ({commune.code})" for commune in posted[:5])
    hint = f" ; avec ce code postal : {among}" if among else ""
    within = f" dans le département {named_with_code(department)}" if department else ""
    raise invalid(f"inconnue{within} : indiquez son code INSEE{hint}.", "commune")


def _part(commune: Commune, postal: str) -> Commune:
    """Return the arrondissement of the city that has this postal code alone, or the commune."""
    others = [
        part for part in places().communes.values() if part.parent == commune.code and postal in part.postal_codes
    ]
    return others[0] if len(others) == 1 else commune


@cache
def _by_name() -> Mapping[tuple[str, str], Commune]:
    """Return the communes by department and name, in the one spelling that is compared."""
    return {(commune.department, folded(commune.name)): commune for commune in places().communes.values()}
