"""Both executors asked the same, each on a snapshot of its own: the compiled one and graphql-core's."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import orjson
from psycopg_pool import AsyncConnectionPool

from api.compiled.documents import Document, Documents
from api.core.context import Context, Services
from api.limits.cost import MOST_COST
from api.limits.cost_limit import cost_extension
from api.limits.documents import MOST_TOKENS, RULES
from api.schema import schema
from domain.kernel.actors import Actor
from projections.engine.catching_up import catch_up
from tests.support.api.asking import BESIDES, SIGN_IN, Reached, Town
from tests.support.api.documents import Drawn


class Both:
    """Asks both executors the same, each on a snapshot of its own."""

    def __init__(self, town: Town, pool: Any) -> None:
        self.services = Services(town.app, pool, Reached(), SIGN_IN, 1.0, lambda: town.now, *BESIDES)  # type: ignore[arg-type]
        self._documents = Documents(schema, RULES, MOST_TOKENS, 500)

    async def compiled(self, drawn: Drawn, actor: Actor) -> bytes | None:
        prepared = await self._documents.prepared(drawn.query, None)
        assert isinstance(prepared, Document), drawn.query
        assert prepared.query is not None, drawn.query
        context = Context(self.services, actor)
        try:
            cost = prepared.cost(drawn.variables)
            if cost > MOST_COST:
                return None
            extensions = cost_extension(cost)
            data = await prepared.query.execute(context, drawn.variables, Counter())
            return None if data is None else orjson.dumps({"data": data, "extensions": extensions})
        except Exception:
            return None
        finally:
            await context.close()

    async def core(self, drawn: Drawn, actor: Actor) -> tuple[bytes, bool]:
        context = Context(self.services, actor)
        try:
            result: Any = await schema.execute(drawn.query, drawn.variables, context_value=context)
        finally:
            await context.close()
        return orjson.dumps({"data": result.data, "extensions": result.extensions}), bool(result.errors)


def ask_both(town: Town, requests: Sequence[tuple[Drawn, Actor]]) -> list[tuple[bytes | None, bytes, bool]]:
    """Of each: what was answered compiled, by graphql-core, and whether that had errors."""

    async def asking() -> list[tuple[bytes | None, bytes, bool]]:
        async with AsyncConnectionPool(town.url, min_size=1, max_size=2, open=False) as pool:
            both = Both(town, pool)
            return [(await both.compiled(drawn, actor), *await both.core(drawn, actor)) for drawn, actor in requests]

    catch_up_with(town)
    return asyncio.run(asking())


def catch_up_with(town: Town) -> None:
    with town.app.pool.connection() as conn:
        catch_up(conn, town.app.vault)
