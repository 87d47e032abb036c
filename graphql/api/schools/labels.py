"""The school of an animation by its name, from the columns beside the animation's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from application.wording.schools import label, venue_with_school
from domain.kernel.schools import Degree, named_lycees

#: The columns read by `school_label`.
SCHOOL_COLUMNS = ("school", "school_name", "school_commune_code", "school_degree")


def school_label(row: Mapping[str, Any]) -> str | None:
    """Return what the school of a row is called in a list: « École Jean Jaurès, Bourges »; None where none is named."""
    uai: str | None = row["school"]
    if uai is None:
        return None
    if row["school_name"] is not None:
        return label(uai, row["school_name"], row["school_commune_code"], Degree(row["school_degree"]))
    lycee = named_lycees().get(uai)
    return label(uai, None, None, None) if lycee is None else label(uai, lycee.name, lycee.commune_code, None)


def place_with_school(row: Mapping[str, Any]) -> str:
    """Return the venue's name as papers and feeds show it: with the school, unless it is called so already."""
    return venue_with_school(row["venue_name"], school_label(row))
