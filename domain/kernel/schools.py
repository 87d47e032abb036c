"""The lycées of the first territories, from data of the package (`data/README.md`)."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


def listed_schools() -> list[dict[str, str]]:
    """Return the rows of the file: uai, name, city, postal_code, department. Some are training centres and offices."""
    text = files("domain.kernel").joinpath("data", "lycees.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def lycees() -> frozenset[str]:
    """Return the UAIs of those that are called lycées."""
    return frozenset(row["uai"] for row in listed_schools() if row["name"].startswith(("LYCÉE ", "LYCEE ")))
