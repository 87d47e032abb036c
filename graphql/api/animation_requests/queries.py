"""Queries on schools' requests."""

from __future__ import annotations

import strawberry

from api.animation_requests.inputs import AnimationRequestWhere
from api.animation_requests.types import AnimationRequest, load_request, readable, request_of, waiting
from api.core.context import Info
from api.core.lists.checks import check_codes, node_id
from api.core.lists.connections import connection
from api.core.lists.paging import After, Before, Connection, First, Last, page_arguments
from api.typology.territories_and_terms import check_territories, lists_of
from domain.typology.typology import TermKind
from projections.animation_requests import queries


@strawberry.type
class AnimationRequestQueries:
    @strawberry.field(description="One request of a school; null for who may not read it.")
    async def animation_request(self, info: Info, id: strawberry.ID) -> AnimationRequest | None:
        return await load_request(info.context, node_id(id))

    @strawberry.field(
        description="The requests that the asker may read, the latest first: for the director, inspector, head and"
        " teachers of a school its own; for structures the open ones of their territories and those that they took"
        " up; for coordonnateurs those of their territories; all for the national team; FORBIDDEN for others."
    )
    async def animation_requests(
        self,
        info: Info,
        where: AnimationRequestWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AnimationRequest] | None:
        context, arguments = info.context, page_arguments(info, first, after, last, before)
        filtered, chosen = readable(context), where.texts() if where else {}
        await check_territories(context, chosen.get("territory"))
        lists = await lists_of(context)
        check_codes(lists.codes(TermKind.THEME), chosen.get("theme"), "theme")
        for name, values in chosen.items():
            filtered = queries.among(filtered, name, values)
        if where is not None and (communes := where.communes()) is not None:
            filtered = queries.within(filtered, communes)
        if where is not None and where.waiting is not None:
            filtered = waiting(context, filtered, where.waiting)
        return await connection(context, queries.LISTING, filtered, arguments, lambda row: request_of(row, lists))
