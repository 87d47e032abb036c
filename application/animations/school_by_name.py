"""The school that a row of a table names: by its UAI, or by its name as people write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from application.animations.animation_row import AnimationRow
from domain.kernel.identifiers import department_of_school
from domain.kernel.place_search import folded
from domain.kernel.places import places
from domain.kernel.schools import named_lycees

_UAI = re.compile(r"(?<![0-9A-Za-z])\d{7}\s?[A-Za-z](?![0-9A-Za-z])", re.ASCII)


@dataclass(frozen=True, slots=True)
class NamedSchool:
    uai: str
    name: str
    commune_code: str | None


class SchoolsByName:
    """The schools that a table may name: those that are described, and the lycées of the shipped list."""

    def __init__(self, described: Iterable[NamedSchool]) -> None:
        schools = {school.uai: school for school in (*_lycees(), *described)}
        self._named: dict[tuple[str | None, str], list[NamedSchool]] = {}
        for school in schools.values():
            for spelling in _spellings(school):
                self._named.setdefault((department_of_school(school.uai), spelling), []).append(school)

    def find(self, row: AnimationRow, department: str) -> None:
        """Find the school of a row, in its commune where several have that name. Call it after `find_commune`."""
        if row.school is None:
            return
        if uai := _UAI.search(row.school):
            row.values["school"] = uai[0]
            return
        alike = self._named.get((department, folded(row.school)), [])
        commune = row.values.get("commune_code")
        near = [school for school in alike if school.commune_code == commune] or alike
        if len(near) == 1:
            row.values["school"] = near[0].uai
            return
        if near:
            among = ", ".join(f"{_town(school) or '?'} ({school.uai})" for school in near[:5])
            why = f"plusieurs établissements s'appellent ainsi : {among} ; indiquez l'UAI"
        else:
            why = "aucun établissement connu ne s'appelle ainsi dans ce territoire ; indiquez son UAI"
        row.refuse("school", f"« {row.school} » : {why}")


@cache
def _lycees() -> Sequence[NamedSchool]:
    return [NamedSchool(lycee.uai, lycee.name, lycee.commune_code) for lycee in named_lycees().values()]


def _town(school: NamedSchool) -> str | None:
    commune = places().find(school.commune_code) if school.commune_code else None
    return None if commune is None else commune.name


def _spellings(school: NamedSchool) -> set[str]:
    """Return its name, alone and with its commune's after it, as they are compared."""
    town = _town(school)
    return {folded(school.name), *((folded(f"{school.name} {town}"),) if town else ())}
