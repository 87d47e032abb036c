"""The public listing as a calendar: the days of a month, with how many animations begin on each."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated

import strawberry

from api.animations.filters import AnimationWhere
from api.animations.queries import conditions_in_force, instant_of
from api.animations.types import Animation, load_animations
from api.core.context import Context, Info
from api.core.errors import invalid
from projections.animations import queries
from projections.animations.days import days_statement

#: How many animations of a day are shown: a calendar's cell holds no more.
_SHOWN = 3
_MONTH = re.compile(r"((?:19|20|21)\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@strawberry.type(description="A day of the public listing.")
class AnimationDay:
    day: date = strawberry.field(name="date", description="The day, by the clocks of each animation's territory.")
    total_count: int = strawberry.field(description="How many animations begin on it.")
    animations: list[Animation] = strawberry.field(description=f"The first of them, {_SHOWN} at most.")


@strawberry.type
class CalendarQueries:
    @strawberry.field(
        description="The public listing as a calendar: the days of a month on which published animations begin, in"
        " order."
    )
    async def animation_days(
        self,
        info: Info,
        month: Annotated[str, strawberry.argument(description="The month, as 2027-03.")],
        where: Annotated[
            AnimationWhere | None,
            strawberry.argument(description="As in the listing; the month takes the place of its filters by start."),
        ] = None,
    ) -> list[AnimationDay]:
        return await _days(info.context, _first_instant(month), where or AnimationWhere())


async def _days(context: Context, first: datetime, where: AnimationWhere) -> list[AnimationDay]:
    end = (first + timedelta(days=31)).replace(day=1)
    conditions = replace(await conditions_in_force(context, where), starts_from=first, starts_before=end)
    filtered = queries.narrowed(queries.published(), conditions, instant_of(context, conditions))
    read = await context.read()
    statement, params = days_statement(filtered, _SHOWN)
    rows = await read.rows(read.sql(statement), params)
    loaded = iter(await load_animations(context, [animation_id for row in rows for animation_id in row["ids"]]))
    return [
        AnimationDay(
            day=row["day"],
            total_count=row["total"],
            animations=[each for each in (next(loaded) for _ in row["ids"]) if each is not None],
        )
        for row in rows
    ]


def _first_instant(month: str) -> datetime:
    """Return when a month begins, by whatever clock."""
    if (parts := _MONTH.fullmatch(month)) is None:
        raise invalid("month : un mois est attendu, par exemple 2027-03.", "month")
    return datetime(int(parts[1]), int(parts[2]), 1)
