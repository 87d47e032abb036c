"""The query on schools."""

from __future__ import annotations

import strawberry

from api.core.context import Info
from api.core.lists.connections import connection
from api.core.lists.paging import After, Before, Connection, First, Last, page_arguments
from api.schools.filters import SchoolWhere
from api.schools.types import School, school_of
from api.typology.territories_and_terms import check_territories
from projections.schools import queries


@strawberry.type
class SchoolQueries:
    @strawberry.field(
        description="The schools that the programme knows, by name; those without a name come last. A candidature"
        " chooses one by its commune and name, and sends its UAI. Public."
    )
    async def schools(
        self,
        info: Info,
        where: SchoolWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[School]:
        arguments = page_arguments(info, first, after, last, before)
        await check_territories(info.context, where.territory if where else None)
        filtered = queries.narrowed(where.conditions() if where else queries.Conditions())
        return await connection(info.context, queries.LISTING, filtered, arguments, school_of)
