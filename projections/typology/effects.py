"""Count what a change of the typology would do to the figures of terms, on the live animations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from domain.typology.typology import TermMerged, TermRenamed, TermRetired, TermSplit

Change: TypeAlias = TermRenamed | TermMerged | TermSplit | TermRetired

#: `codes` is what an animation shows of the kind of term, `shows` whether: see `projections.typology.preview`.
SHOWN = """
SELECT type, day, ARRAY(SELECT code FROM unnest({codes}) AS code WHERE code = ANY(%(codes)s::text[])) AS shown,
    count(*) AS animations, coalesce(sum(parents), 0)::bigint AS parents,
    count(*) FILTER (WHERE starts_at > %(now)s) AS coming
FROM {animations} WHERE {shows} GROUP BY 1, 2, 3"""


@dataclass(slots=True)
class Figures:
    animations: int = 0
    parents: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        self.animations += row["animations"]
        self.parents += row["parents"]


@dataclass(slots=True)
class Effects:
    """`terms`: the figures of each term concerned, before and after."""

    animations: int = 0
    coming: int = 0
    terms: dict[str, tuple[Figures, Figures]] = field(default_factory=dict)


def codes_of(change: Change) -> list[str]:
    """Return the term that changes, then those that take its place."""
    successors: tuple[str, ...] = ()
    if isinstance(change, TermMerged):
        successors = (change.into,)
    elif isinstance(change, TermSplit):
        successors = tuple(part.into for part in change.parts)
    return list(dict.fromkeys((change.code, *successors)))


def effects_of(change: Change, rows: Iterable[Mapping[str, Any]]) -> Effects:
    """Return the effects on what `SHOWN` answered."""
    effects = Effects(terms={code: (Figures(), Figures()) for code in codes_of(change)})
    for row in rows:
        before = set(row["shown"])
        after = {_shown(change, code, row["type"], row["day"]) for code in before}
        for code in before:
            effects.terms[code][0].add(row)
        for code in after:
            effects.terms[code][1].add(row)
        if change.code in before and _reaches(change, row["day"]):
            effects.animations += row["animations"]
            effects.coming += row["coming"]
    return effects


def _reaches(change: Change, day: date) -> bool:
    return change.since is None or day >= change.since


def _shown(change: Change, code: str, animation_type: str, day: date) -> str:
    if code != change.code or not _reaches(change, day):
        return code
    if isinstance(change, TermMerged):
        return change.into
    if isinstance(change, TermSplit):
        return next(part.into for part in change.parts if part.takes(animation_type, day))
    return code
