"""Queries on Parents Ressource at work."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import strawberry

from api.core.context import Context, Info
from api.core.lists.connections import connection
from api.core.lists.paging import After, Before, Connection, First, Last, page_arguments
from api.core.scalars import readable
from api.typology.territories_and_terms import check_territories
from api.volunteers.loading import in_reach
from api.volunteers.types import Volunteer, Volunteering, missions_of, volunteer_of
from domain.kernel.rights import Action, Belongings, may
from projections.programme import volunteers as queries

_Code = Annotated[str, strawberry.argument(description="The department's code.")]
_CodeOrNone = Annotated[str | None, strawberry.argument(description="The department's code; the nation when left out.")]
_From = Annotated[date | None, strawberry.argument(name="from", description="First local day, included.")]
_To = Annotated[date | None, strawberry.argument(description="Last local day, included.")]


@strawberry.type
class VolunteerQueries:
    @strawberry.field(
        description="The Parents Ressource of a territory, by first name and school: for structures that work there,"
        " those whom the coordonnateur has called; for its coordonnateur and the national team all. Never those of"
        " other territories; FORBIDDEN for other roles."
    )
    async def volunteers(
        self,
        info: Info,
        territory: _Code,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Volunteer] | None:
        context, arguments = info.context, page_arguments(info, first, after, last, before)
        await check_territories(context, [territory])
        return await connection(context, queries.LISTING, await in_reach(context, territory), arguments, volunteer_of)

    @strawberry.field(
        description="What Parents Ressource did in their five missions. For the coordonnateur of the territory; for the"
        " national team and auditors also of the nation; null for other territories, FORBIDDEN for other roles."
    )
    async def volunteering(
        self, info: Info, territory: _CodeOrNone = None, from_: _From = None, to: _To = None
    ) -> Volunteering | None:
        context = info.context
        if territory is not None:
            await check_territories(context, [territory])
        owner = Belongings(territories=frozenset() if territory is None else frozenset([territory]))
        if not may(context.actor, Action.COUNTRY_READ if territory is None else Action.TERRITORY_READ, owner):
            return None
        return await _figures(context, territory, readable(from_, "from"), readable(to, "to"))


async def _figures(context: Context, territory: str | None, first: date | None, last: date | None) -> Volunteering:
    read, territories = await context.read(), None if territory is None else [territory]
    params = {"territories": territories, "first_day": first, "last_day": last, "now": context.now}
    (count,) = await read.rows(read.sql(queries.COUNT), {"territories": territories})
    missions = await read.rows(read.sql(queries.MISSIONS), params)
    return Volunteering(volunteers=count["volunteers"], missions=missions_of(missions))
