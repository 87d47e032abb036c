"""The communes of France, from data of the package (`data/README.md`)."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from domain.kernel.departments import DEPARTMENTS


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune, or an arrondissement of Paris, Lyon or Marseille, whose city is its `parent`.

    `intercommunality` is the SIREN of the one that it belongs to, if any.
    """

    code: str
    name: str
    department: str
    parent: str | None
    intercommunality: str | None
    postal_codes: tuple[str, ...]
    population: int

    @property
    def department_name(self) -> str:
        return DEPARTMENTS.get(self.department, self.department)


@dataclass(frozen=True, slots=True)
class Places:
    """All communes in force by their code, and the code that came in place of a former one."""

    communes: Mapping[str, Commune]
    successors: Mapping[str, str]
    #: The codes of the arrondissements by that of their city.
    arrondissements: Mapping[str, tuple[str, ...]]

    def find(self, code: str) -> Commune | None:
        """Return the commune of a code, or the one that it became part of; None if there was never such a code."""
        return self.communes.get(code) or self.communes.get(self.successors.get(code, ""))

    def spellings(self, code: str) -> list[str]:
        """Return every code that a place there may have: this one, today's, those of its arrondissements.

        Empty where there was never such a code.
        """
        commune = self.find(code)
        if commune is None:
            return []
        return list(dict.fromkeys([code, commune.code, *self.arrondissements.get(commune.code, ())]))

    def around(self, code: str) -> frozenset[str]:
        """Return the codes of the communes of the same intercommunality, that of the commune included."""
        commune = self.find(code)
        if commune is None:
            return frozenset()
        if commune.intercommunality is None:
            return frozenset([commune.code])
        return frozenset(
            other.code for other in self.communes.values() if other.intercommunality == commune.intercommunality
        )


@cache
def places() -> Places:
    """Return the places, read once a process: it takes some tenths of a second."""
    communes: dict[str, Commune] = {}
    successors: dict[str, str] = {}
    arrondissements: dict[str, tuple[str, ...]] = {}
    for row in _rows("communes.csv.gz"):
        commune = Commune(
            row["insee"],
            row["name"],
            row["department"],
            row["parent"] or None,
            row["epci"] or None,
            tuple(filter(None, row["postal_codes"].split("|"))),
            int(row["population"] or 0),
        )
        communes[commune.code] = commune
        if commune.parent:
            arrondissements[commune.parent] = (*arrondissements.get(commune.parent, ()), commune.code)
        for former in filter(None, row["former_codes"].split("|")):
            successor = communes.get(successors.get(former, ""))
            if successor is None or successor.population < commune.population:
                successors[former] = commune.code
    return Places(communes, successors, arrondissements)


def _rows(name: str) -> Iterator[dict[str, str]]:
    packed = files("domain.kernel").joinpath("data", name).read_bytes()
    return csv.DictReader(io.StringIO(gzip.decompress(packed).decode(), newline=""))
