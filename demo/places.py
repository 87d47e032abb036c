"""Real communes and lycées, read from the package's data files (see `data/README.md`)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from domain.kernel.identifiers import UAI_LETTERS
from domain.kernel.schools import capitalised, listed_schools


@dataclass(frozen=True, slots=True)
class Commune:
    code: str
    name: str
    department: str
    siren: str
    postal_code: str
    population: int

    @property
    def with_preposition(self) -> str:
        """The name after "de": d'Aubagne, du Tampon, des Abymes, de La Ciotat."""
        if self.name.startswith("Le "):
            return f"du {self.name[3:]}"
        if self.name.startswith("Les "):
            return f"des {self.name[4:]}"
        return f"d'{self.name}" if self.name[0] in "AEIOUYÉÈÊÎŒ" else f"de {self.name}"


@dataclass(frozen=True, slots=True)
class School:
    """A school with its UAI. `commune_code` is None if its city is not a known commune."""

    uai: str
    name: str
    department: str
    town: str
    postal_code: str
    commune_code: str | None


@dataclass(frozen=True, slots=True)
class Places:
    communes: Mapping[str, tuple[Commune, ...]]
    lycees: Mapping[str, tuple[School, ...]]


@cache
def read_places() -> Places:
    """Read the places of each department, in the order of the files."""
    communes: dict[str, list[Commune]] = {}
    for row in _rows("communes.csv"):
        commune = Commune(
            row["insee"], row["name"], row["department"], row["siren"], row["postal_code"], int(row["population"])
        )
        communes.setdefault(commune.department, []).append(commune)
    by_name = {
        (commune.department, _normalise(commune.name)): commune for all_ in communes.values() for commune in all_
    }
    lycees: dict[str, list[School]] = {}
    for row in listed_schools():
        # The file also lists training centres and offices.
        if row["name"].startswith("LYCÉE "):
            lycees.setdefault(row["department"], []).append(_lycee(row, by_name))
    return Places(
        {code: tuple(places) for code, places in communes.items()},
        {code: tuple(schools) for code, schools in lycees.items()},
    )


def primary_school(commune: Commune, number: int) -> School:
    """Return an invented école of the commune, with an UAI in a range that no real one was seen in."""
    # Corsica's departments share the old number 20, written 620 and 720 in UAIs.
    prefix = {"2A": "620", "2B": "720"}.get(commune.department, commune.department.zfill(3))
    digits = f"{prefix}{9000 + (int(commune.siren) * 7 + number) % 1000:04d}"
    uai = digits + UAI_LETTERS[int(digits) % len(UAI_LETTERS)]
    of = commune.with_preposition
    name = f"École {of}" if number == 0 else f"École n° {number + 1} {of}"
    return School(uai, name, commune.department, commune.name, commune.postal_code, commune.code)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("demo").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _lycee(row: dict[str, str], communes: Mapping[tuple[str, str], Commune]) -> School:
    city = re.sub(r"\s+CEDEX.*", "", row["city"], flags=re.IGNORECASE)
    commune = communes.get((row["department"], _normalise(city)))
    return School(
        row["uai"],
        capitalised(row["name"]),
        row["department"],
        commune.name if commune else capitalised(city),
        commune.postal_code if commune else row["postal_code"],
        commune.code if commune else None,
    )


def _normalise(name: str) -> str:
    return re.sub(r"[\s'’-]+", " ", name).casefold()
