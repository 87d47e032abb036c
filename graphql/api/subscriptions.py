"""What people follow as it happens, driven by the read models' notifications: one listener for all of a process."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from uuid import UUID

import strawberry

from api.context import Context, Info
from api.errors import denied
from api.following import news
from api.inputs import AnimationWhere
from api.listings import auditable
from api.types.animation import Animation, animation_of
from api.types.audit import AuditEntry, entry_of
from api.types.base import node_id
from api.types.structure import load_structure
from domain.rights import Action, Belongings, may
from projections.queries import animations as animation_queries
from projections.queries import audit as audit_queries
from projections.reading import Snapshot

_PAGE = " ORDER BY t.position LIMIT %(limit)s"


@strawberry.type(description="Following. Over graphql-transport-ws, or server-sent events.")
class Subscription:
    @strawberry.subscription(
        description="Animations as they are published, from now on. One that is withdrawn again before it could be told"
        " is left out. Public."
    )
    async def animation_published(
        self, info: Info, where: AnimationWhere | None = None
    ) -> AsyncGenerator[Animation, None]:
        context = info.context
        conditions = where.conditions() if where else animation_queries.Conditions()

        async def published(read: Snapshot, after: int, limit: int) -> list[tuple[int, Animation]]:
            filtered = animation_queries.narrowed(animation_queries.published(), conditions, context.services.clock())
            statement = f"{animation_queries.PUBLISHED_SINCE} AND {filtered.clause}{_PAGE}"
            rows = await read.rows(read.sql(statement), {**filtered.params, "after": after, "limit": limit})
            lists = await context.lists() if rows else None
            return [(row["position"], animation_of(row, lists)) for row in rows if lists is not None]

        async for animation in news(context, published):
            yield animation

    @strawberry.subscription(
        description="New entries of a structure's timeline, from now on. For the structure, the coordonnateurs of its"
        " territories, the national team and auditors; others: FORBIDDEN."
    )
    async def structure_timeline(self, info: Info, structure_id: strawberry.ID) -> AsyncGenerator[AuditEntry, None]:
        context = info.context
        followed = node_id(structure_id, "structureId")
        await _require_audit(context, followed)
        mine = auditable(context).where("t.structure_id = %(structure_id)s", structure_id=followed)

        async def recorded(read: Snapshot, after: int, limit: int) -> list[tuple[int, AuditEntry]]:
            filtered = mine.where("t.position > %(after)s", after=after)
            statement = f"{audit_queries.SELECT}{filtered.clause}{_PAGE}"
            rows = await read.rows(read.sql(statement), {**filtered.params, "limit": limit})
            return [(row["position"], entry_of(row)) for row in rows]

        async for entry in news(context, recorded):
            yield entry


async def _require_audit(context: Context, structure_id: UUID) -> None:
    """Raises FORBIDDEN, in the same way whether there is such a structure or not."""
    structure = await load_structure(context, structure_id)
    of = structure.belongings if structure else Belongings(structure_id)
    if not may(context.actor, Action.AUDIT_READ, of):
        raise denied(context.actor)
