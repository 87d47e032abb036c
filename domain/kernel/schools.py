"""Degrees of schools, and the lycées of the first territories, from data of the package (`data/README.md`)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from domain.kernel.place_search import folded
from domain.kernel.places import Commune, places


class Degree(StrEnum):
    FIRST = "FIRST"
    SECOND = "SECOND"


@dataclass(frozen=True, slots=True)
class ListedSchool:
    """A lycée of the shipped list. `commune_code` is None where the list names no commune that there is."""

    uai: str
    name: str
    commune_code: str | None


def listed_schools() -> list[dict[str, str]]:
    """Return the rows of the file: uai, name, city, postal_code, department. Some are training centres and offices."""
    text = files("domain.kernel").joinpath("data", "lycees.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def lycees() -> frozenset[str]:
    """Return the UAIs of those that are called lycées."""
    return frozenset(row["uai"] for row in _lycees())


@cache
def named_lycees() -> Mapping[str, ListedSchool]:
    """Return the lycées by UAI, with their names and communes in words."""
    by_name: dict[tuple[str, str], Commune] = {}
    by_postal_code: dict[str, list[Commune]] = {}
    departments = {row["department"] for row in _lycees()}
    for commune in places().communes.values():
        if commune.department not in departments:
            continue
        by_name.setdefault((commune.department, folded(commune.name)), commune)
        for code in commune.postal_codes:
            by_postal_code.setdefault(code, []).append(commune)
    listed = {}
    for row in _lycees():
        town = folded(re.sub(r"\s+CEDEX.*", "", row["city"], flags=re.IGNORECASE))
        nearby = by_postal_code.get(row["postal_code"], ())
        alike = [posted for posted in nearby if len(nearby) == 1 or folded(posted.name).startswith(town)]
        within = by_name.get((row["department"], town)) or next(iter(alike), None)
        parts = [part for part in nearby if within and part.parent == within.code]
        commune_code = parts[0].code if len(parts) == 1 else within.code if within else None
        # Some rows have lost the accent.
        name = capitalised(row["name"].replace("LYCEE ", "LYCÉE ", 1))
        listed[row["uai"]] = ListedSchool(row["uai"], name, commune_code)
    return listed


def _lycees() -> list[dict[str, str]]:
    return [row for row in listed_schools() if row["name"].startswith(("LYCÉE ", "LYCEE "))]


_SMALL_WORDS = frozenset({"de", "du", "des", "la", "le", "les", "et", "en", "sur", "sous", "aux", "privé", "d", "l"})
_SMALL_WORDS |= {"général", "polyvalent", "professionnel", "technologique", "agricole"}


def capitalised(name: str) -> str:
    """Turn LYCÉE POLYVALENT JEAN DE LA FONTAINE into Lycée polyvalent Jean de la Fontaine."""
    words = re.split(r"([\s'’()-]+)", name.lower())
    return "".join(
        word if word in _SMALL_WORDS and index else word[:1].upper() + word[1:] for index, word in enumerate(words)
    )
