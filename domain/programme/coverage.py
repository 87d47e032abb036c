"""Which target schools no animation has reached yet, and where the next ones would reach the most of them.

An animation reaches every school of the area that it takes place in: its intercommunality. Areas share no commune, so
the best places are those of the areas with the most schools to reach, and no better choice exists.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from domain.kernel.places import Commune, Places, places

#: For how many months an animation reaches a school.
MONTHS = 12
#: How many places a coordonnateur is proposed.
MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class NextPlace:
    """A commune, and the schools (UAI) that an animation there would reach, in their order."""

    commune: Commune
    schools: tuple[str, ...]


def area_of(commune: Commune, among: Places) -> str:
    """Return the SIREN of the intercommunality of the commune, or of its city; its code where it is in none."""
    city = among.communes.get(commune.parent or "", commune)
    return commune.intercommunality or city.intercommunality or city.code


@cache
def communes_by_area() -> Mapping[str, tuple[str, ...]]:
    """Return the codes of the communes of each area, arrondissements included."""
    by_area: defaultdict[str, list[str]] = defaultdict(list)
    for commune in places().communes.values():
        by_area[area_of(commune, places())].append(commune.code)
    return {area: tuple(codes) for area, codes in by_area.items()}


def next_places(unreached: Mapping[str, str], among: Places, most: int = MOST_PLACES) -> list[NextPlace]:
    """Return the communes where animations would reach the most of these schools, given with their communes' codes.

    Each is in an area of its own: the commune with the most of its schools, or the most inhabitants among equals.
    """
    by_area: defaultdict[str, list[str]] = defaultdict(list)
    communes: dict[str, Commune] = {}
    for school, code in unreached.items():
        if (commune := among.find(code)) is not None:
            communes[school] = commune
            by_area[area_of(commune, among)].append(school)
    best = sorted(by_area.items(), key=lambda each: (-len(each[1]), each[0]))[:most]
    return [NextPlace(_seat(schools, communes), tuple(sorted(schools))) for _, schools in best]


def _seat(schools: list[str], communes: Mapping[str, Commune]) -> Commune:
    counts = Counter(communes[school] for school in schools)
    return min(counts, key=lambda commune: (-counts[commune], -commune.population, commune.code))
