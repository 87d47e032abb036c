"""Queries on the programme's own measures."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.core.context import Context, Info
from api.core.past import At, moment_of
from api.places.queries import commune_of
from api.programme.measuring import by_territory, counts_by_territory, reached_among, year_before
from api.programme.strategies import Targets, targets_at
from api.programme.types import GOAL, STRATEGIES_GOAL, Coverage, NextPlace, Programme, TerritoryMeasures
from api.schools.types import schools_of
from api.typology.territories_and_terms import check_territories, lists_of
from domain.kernel.places import places
from domain.kernel.rights import Action, Belongings, may
from domain.programme.coverage import next_places
from projections.engine.past import PARIS
from projections.programme import queries

_MOST_SHOWN = 500
_AT = Annotated[
    At | None,
    strawberry.argument(
        description="As of that moment, by what is recorded today of the animations of then. Now when left out."
    ),
]


@strawberry.type
class ProgrammeQueries:
    @strawberry.field(description="The programme's own measures beside their targets. Public.")
    async def programme(self, info: Info, at: _AT = None) -> Programme:
        return await programme_at(info.context, await _instant(info.context, at))

    @strawberry.field(
        description="Which target schools of a territory no animation has reached in the last 12 months, and where the"
        " next ones would reach the most of them. For its coordonnateur, the national team and auditors; null for"
        " other territories, FORBIDDEN for other roles."
    )
    async def coverage(
        self, info: Info, territory: Annotated[str, strawberry.argument(description="The department's code.")]
    ) -> Coverage | None:
        context = info.context
        await check_territories(context, [territory])
        if not may(context.actor, Action.TERRITORY_READ, Belongings(territories=frozenset([territory]))):
            return None
        return await _coverage(context, territory)


async def _instant(context: Context, at: At | None) -> datetime:
    if at is None:
        return context.now
    _, instant = await moment_of(context, at)
    return instant


async def programme_at(context: Context, until: datetime) -> Programme:
    """Return the measures as of an instant."""
    targets = await targets_at(context, until)
    last_day = until.astimezone(PARIS).date()
    days = {"first_day": year_before(until).astimezone(PARIS).date(), "last_day": last_day}
    volunteers = await counts_by_territory(context, queries.VOLUNTEERS, {"until": until})
    animations = await counts_by_territory(context, queries.ANIMATIONS, days)
    reached = await reached_among(context, targets.schools, until)
    targeted, with_part = by_territory(targets.schools), by_territory(targets.with_part)
    reached_there = by_territory(reached.reached)
    nothing: dict[str, Any] = {"volunteers": 0, "animations": 0, "parents": 0}
    measures = []
    for code, territory in (await lists_of(context)).territories.items():
        counts = nothing | volunteers.get(code, {}) | animations.get(code, {})
        measures.append(
            TerritoryMeasures(
                territory=territory,
                strategy_adopted=code in targets.adopted,
                target_schools=targeted[code],
                schools_with_part=with_part[code],
                share=_share(with_part[code], targeted[code]),
                schools_reached=reached_there[code],
                volunteers=counts["volunteers"],
                groups=targets.groups.get(code, 0),
                animations=counts["animations"],
                parents=counts["parents"],
            )
        )
    return _of_all(measures, targets)


def _of_all(measures: list[TerritoryMeasures], targets: Targets) -> Programme:
    schools, with_part = len(targets.schools), len(targets.with_part)
    return Programme(
        territories=len(measures),
        strategies_adopted=sum(each.strategy_adopted for each in measures),
        strategies_goal=STRATEGIES_GOAL,
        target_schools=schools,
        schools_with_part=with_part,
        share=_share(with_part, schools),
        goal=GOAL,
        schools_reached=sum(each.schools_reached for each in measures),
        volunteers=sum(each.volunteers for each in measures),
        groups=sum(targets.groups.values()),
        animations=sum(each.animations for each in measures),
        parents=sum(each.parents for each in measures),
        by_territory=measures,
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


async def _coverage(context: Context, territory: str) -> Coverage:
    targets = await targets_at(context, context.now)
    schools = [uai for uai, code in targets.schools.items() if code == territory]
    reach = await reached_among(context, schools, context.now)
    unreached = reach.unreached
    located = {uai: code for uai in unreached if (code := reach.communes[uai]) is not None}
    return Coverage(
        target_schools=len(schools),
        reached=len(schools) - len(unreached),
        unreached=await schools_of(context, unreached[:_MOST_SHOWN]),
        next_places=[
            NextPlace(commune=commune_of(place.commune), schools=await schools_of(context, place.schools))
            for place in next_places(located, places())
        ],
    )
