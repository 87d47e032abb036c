"""Gather what the programme's measures are counted from, as of an instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.core.context import Context
from api.schools.types import load_rows
from domain.kernel.identifiers import department_of_school
from domain.kernel.places import places
from domain.programme.coverage import MONTHS, area_of, communes_by_area
from projections.programme import queries


@dataclass(frozen=True, slots=True)
class Reached:
    """Target schools, with the communes that they are known to be in, and those that an animation has reached."""

    communes: Mapping[str, str | None]
    reached: frozenset[str]

    @property
    def unreached(self) -> list[str]:
        return [uai for uai in self.communes if uai not in self.reached]


def year_before(instant: datetime) -> datetime:
    """Return the instant a year before; the 28th of a February stands for its 29th."""
    day = 28 if (instant.month, instant.day) == (2, 29) else instant.day
    return instant.replace(year=instant.year - MONTHS // 12, day=day)


async def reached_among(context: Context, uais: Collection[str], until: datetime) -> Reached:
    """Return which of the schools an animation of the year before has reached: in the school, or in its area."""
    rows = await load_rows(context, sorted(uais))
    communes = {uai: rows[uai]["commune_code"] for uai in sorted(uais)}
    areas = {uai: _area(code) for uai, code in communes.items()}
    codes = {code: area for area in set(areas.values()) - {None} for code in _spellings(area)}
    read, period = await context.read(), {"since": year_before(until), "until": until}
    in_communes = await read.rows(read.sql(queries.REACHED_COMMUNES), period | {"codes": sorted(codes)})
    in_schools = await read.rows(read.sql(queries.REACHED_SCHOOLS), period | {"uais": sorted(communes)})
    areas_reached = {codes[row["code"]] for row in in_communes}
    by_area = {uai for uai, area in areas.items() if area in areas_reached}
    return Reached(communes, frozenset(by_area | {row["uai"] for row in in_schools}))


def _area(code: str | None) -> str | None:
    commune = places().find(code) if code else None
    return None if commune is None else area_of(commune, places())


def _spellings(area: str | None) -> Collection[str]:
    return communes_by_area().get(area or "", ())


async def counts_by_territory(context: Context, query: str, params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the row of each territory."""
    read = await context.read()
    return {row["territory"]: row for row in await read.rows(read.sql(query), params)}


def by_territory(uais: Collection[str]) -> Counter[str]:
    """Return how many of the schools each territory has."""
    return Counter(department_of_school(uai) or "" for uai in uais)
