"""Queries on the signed checkpoints."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.core.context import Context, Info
from api.core.lists.connections import connection
from api.core.lists.paging import After, Before, Connection, First, Last, PageArguments, page_arguments
from api.proof.types import Checkpoint, checkpoint_of, load_checkpoint
from projections.engine.paging import Filter
from projections.proof import queries


@strawberry.type
class ProofQueries:
    @strawberry.field(
        description="A signed checkpoint of the log: the latest, or that of a tree of so many events. Public."
    )
    async def checkpoint(
        self,
        info: Info,
        size: Annotated[int | None, strawberry.argument(description="How many events its tree holds.")] = None,
    ) -> Checkpoint | None:
        return await load_checkpoint(info.context, size)

    @strawberry.field(description="The signed checkpoints of the log, the latest first. Public.")
    async def checkpoints(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Checkpoint]:
        return await list_checkpoints(info.context, page_arguments(info, first, after, last, before))


async def list_checkpoints(context: Context, arguments: PageArguments) -> Connection[Checkpoint]:
    return await connection(context, queries.LISTING, Filter(), arguments, checkpoint_of)
