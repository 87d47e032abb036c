"""Count territories' strategies, schools' projects and groups, as of an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from api.core.context import Context
from domain.school_projects.school_project import school_year_of
from projections.engine.past import PARIS
from projections.programme import queries


@dataclass(frozen=True, slots=True)
class Targets:
    """Target schools by UAI with their territories, which of them have a part, adopted strategies, and groups."""

    schools: Mapping[str, str]
    with_part: frozenset[str]
    #: Territories with an adopted strategy.
    adopted: frozenset[str]
    #: Groups at work by territory; None: of no territory.
    groups: Mapping[str | None, int]


async def targets_at(context: Context, until: datetime) -> Targets:
    """Return what stood at the instant; parts of the school year of then."""
    read = await context.read()
    params = {"until": until, "school_year": school_year_of(until.astimezone(PARIS).date())}
    schools = await read.rows(read.sql(queries.TARGET_SCHOOLS), params)
    adopted = await read.rows(read.sql(queries.ADOPTED), params)
    groups = await read.rows(read.sql(queries.GROUPS), params)
    return Targets(
        schools={row["uai"]: row["territory"] for row in schools},
        with_part=frozenset(row["uai"] for row in schools if row["has_part"]),
        adopted=frozenset(row["territory"] for row in adopted),
        groups={row["territory"]: row["groups"] for row in groups},
    )
