"""Subscriptions, driven by notifications of the read models: one listener per process."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

import strawberry

from api.animations.filters import AnimationWhere
from api.animations.queries import in_force
from api.animations.types import Animation, animation_of
from api.audit.queries import auditable
from api.audit.types import AuditEntry, entries_for
from api.core.context import Context, Info
from api.core.errors import denied
from api.core.lists.checks import node_id
from api.following.news import Feed, news, rebuilds
from api.following.rebuild_progress import RebuildProgress, rebuild_progress_of
from api.structures.types import check_structure, load_structure
from api.typology.territories_and_terms import lists_of
from domain.animations.events import AnimationPublished
from domain.kernel.rights import Action, Belongings, may
from projections.animations import queries as animation_queries
from projections.animations.conditions import Conditions
from projections.audit import queries as audit_queries
from projections.engine.reading import Snapshot

_PAGE = " ORDER BY t.position LIMIT %(limit)s"
_WITHIN = "t.position > %(after)s AND t.position <= %(upto)s"
_PUBLISHED = AnimationPublished.topic

After = Annotated[
    int | None,
    strawberry.argument(
        description="The log position to go on from, such as the last that was told (an animation's"
        " `publishedPosition`, an entry's `position`, `extensions.position`): what happened since then is told first."
        " From now on when none is given."
    ),
]
Where = Annotated[
    AnimationWhere | None, strawberry.argument(description="Only those that match; all of them when none is given.")
]
StructureId = Annotated[strawberry.ID, strawberry.argument(description="Whose timeline.")]


@strawberry.type(
    description="Following, over graphql-transport-ws or server-sent events. What comes from the log tells its"
    " position in `extensions.position`, to go on from after a break. Tokens and mandates are looked at again before"
    " each answer."
)
class Subscription:
    @strawberry.subscription(
        description="Animations as they are published. One that is withdrawn again before it could be told is left out."
        " Public."
    )
    async def animation_published(
        self, info: Info, where: Where = None, after: After = None
    ) -> AsyncGenerator[Animation, None]:
        context = info.context
        conditions = where.conditions() if where else Conditions()
        # Refused at once; what replaced a term is looked up anew for each page.
        in_force(conditions, await lists_of(context))
        await check_structure(context, conditions.structure_id)
        await context.refresh()

        async def published(read: Snapshot, since: int, upto: int, limit: int) -> list[tuple[int, Animation]]:
            lists = await lists_of(context)
            today, now = in_force(conditions, lists), context.services.clock()
            filtered = animation_queries.narrowed(animation_queries.published(), today, now)
            statement = f"{animation_queries.PUBLISHED} AND {_WITHIN} AND {filtered.clause}{_PAGE}"
            params = {**filtered.params, "after": since, "upto": upto, "limit": limit}
            rows = await read.rows(read.sql(statement), params)
            return [(row["position"], animation_of(row, lists)) for row in rows]

        feed = Feed(published, lambda entry: entry.type == _PUBLISHED)
        async for animation in news(context, feed, after):
            yield animation

    @strawberry.subscription(
        description="New entries of a structure's timeline. For the structure, the coordonnateurs of its territories,"
        " the national team and auditors; others: FORBIDDEN."
    )
    async def structure_timeline(
        self, info: Info, structure_id: StructureId, after: After = None
    ) -> AsyncGenerator[AuditEntry, None]:
        context = info.context
        followed = node_id(structure_id, "structureId")

        async def recorded(read: Snapshot, since: int, upto: int, limit: int) -> list[tuple[int, AuditEntry]]:
            mine = auditable(context).where("t.structure_id = %(structure_id)s", structure_id=followed)
            filtered = mine.where(_WITHIN, after=since, upto=upto)
            statement = f"{audit_queries.SELECT}{filtered.clause}{_PAGE}"
            rows = await read.rows(read.sql(statement), {**filtered.params, "limit": limit})
            entries = await entries_for(context)
            return [(row["position"], entries.of(row)) for row in rows]

        feed = Feed(recorded, lambda entry: entry.structure_id == followed, lambda: _check_whose(context, followed))
        async for entry in news(context, feed, after):
            yield entry

    @strawberry.subscription(
        description="How a rebuild of the read models goes on, from the one that is under way or the next; a few times"
        " a second at most. For the national team; others: FORBIDDEN."
    )
    async def rebuild_progress(self, info: Info) -> AsyncGenerator[RebuildProgress, None]:
        async for notice in rebuilds(info.context):
            yield rebuild_progress_of(notice)


async def _check_whose(context: Context, structure_id: UUID) -> None:
    """Raise FORBIDDEN, in the same way whether the structure exists or not."""
    structure = await load_structure(context, structure_id)
    belongings = structure.belongings if structure else Belongings(structure_id)
    if not may(context.actor, Action.AUDIT_READ, belongings):
        raise denied(context.actor)
