"""The share of target schools whose project has a digital-and-parents part, beside the programme's goal."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from api.core.context import Context
from api.core.errors import invalid
from api.core.past import At, moment_of
from api.typology.territories_and_terms import lists_of
from api.typology.territory import Territory
from domain.school_projects.school_project import GOAL, checked_school_year, school_year_of, within_programme
from projections.engine.past import PARIS
from projections.school_projects import queries


@strawberry.type(description="The target schools of a territory.")
class TerritoryShare:
    territory: Territory = strawberry.field(description="The territory.")
    target_schools: int = strawberry.field(description="How many schools its strategy targets.")
    recorded: int = strawberry.field(description="Of how many of them the project is recorded, for the school year.")
    schools_with_part: int = strawberry.field(description="How many of them have such a part.")
    share: float | None = strawberry.field(
        description="`schoolsWithPart` of `targetSchools`: 0.25 is the goal. Null without target schools."
    )


@strawberry.type(
    description="How many of the target schools have a digital-and-parents part in their project, for a school year."
    " A school of which nothing is recorded has none. Public."
)
class ProjectShares:
    school_year: str = strawberry.field(description="The school year.")
    goal: float = strawberry.field(description="The share that the programme aims at.")
    target_schools: int = strawberry.field(description="How many schools are targeted.")
    recorded: int = strawberry.field(description="Of how many the project is recorded.")
    schools_with_part: int = strawberry.field(description="How many have such a part.")
    share: float | None = strawberry.field(description="Their share; null without target schools.")
    by_territory: list[TerritoryShare] = strawberry.field(description="The same for each territory, by its code.")


async def shares_of(context: Context, school_year: str | None, at: At | None) -> ProjectShares:
    """Return the shares for a school year (None: the one in course then), as recorded until the moment."""
    bounds: dict[str, Any] = {"position": None, "before": None}
    now = context.now
    if at is not None:
        moment, now = await moment_of(context, at)
        bounds = {"position": moment.position, "before": moment.before}
    today = context.now.astimezone(PARIS).date()
    year = school_year_of(now.astimezone(PARIS).date()) if school_year is None else _checked(school_year, today)
    read, lists = await context.read(), await lists_of(context)
    rows = {row["territory"]: row for row in await read.rows(read.sql(queries.SHARES), {**bounds, "school_year": year})}
    none = {"target_schools": 0, "recorded": 0, "with_part": 0}
    shares = [
        TerritoryShare(territory=territory, **_figures(rows.get(code, none)))
        for code, territory in lists.territories.items()
    ]
    total = {name: sum(row[name] for row in rows.values()) for name in none}
    return ProjectShares(school_year=year, goal=GOAL, by_territory=shares, **_figures(total))


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    targets, parts = row["target_schools"], row["with_part"]
    share = parts / targets if targets else None
    return {"target_schools": targets, "recorded": row["recorded"], "schools_with_part": parts, "share": share}


def _checked(school_year: str, today: date) -> str:
    try:
        return within_programme(checked_school_year(school_year.strip()[:20]), today)
    except ValueError as error:
        raise invalid(f"schoolYear : {error}.", "schoolYear") from None
