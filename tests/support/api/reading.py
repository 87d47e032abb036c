"""Many questions to one database: the pool stays open between them, and what they execute can be looked at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from strawberry.types import ExecutionResult

from api.core.context import Context, Services
from api.schema import schema
from application.application import open_application
from application.files.store import FileStore
from application.hosting.database import temporary_database
from domain.kernel.actors import PUBLIC, Actor
from projections.engine.catching_up import catch_up
from projections.engine.planning import Planning
from projections.engine.reading import Snapshot
from projections.engine.waiting import PositionWaiter
from tests.support.api.asking import BESIDES, MASTER_KEY, SIGN_IN, Asked, Reached, Town
from tests.support.world import EVENT_KEYS


@dataclass
class Reader:
    """Reads what `town` did, once `catches_up` is called after its deeds."""

    town: Town
    runner: asyncio.Runner
    pool: AsyncConnectionPool
    files: FileStore

    def catches_up(self) -> None:
        with self.town.app.pool.connection() as conn:
            catch_up(conn, self.town.app.vault)

    def animations(self) -> list[dict[str, Any]]:
        """Return all rows of the read model."""
        with self.town.app.pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            return cursor.execute("SELECT * FROM read_models.animations_g1").fetchall()

    def asks(self, document: str, actor: Actor = PUBLIC, now: datetime | None = None, **variables: Any) -> Asked:
        return self.runner.run(self._ask(document, actor, now or self.town.now, variables))

    def follows(self, document: str, actor: Actor = PUBLIC) -> ExecutionResult:
        """Return what a subscription tells first."""
        return self.runner.run(self._follow(document, actor))

    async def _follow(self, document: str, actor: Actor) -> ExecutionResult:
        async with PositionWaiter(self.town.url) as waiter:
            besides = (self.files, *BESIDES[1:])
            services = Services(self.town.app, self.pool, waiter, SIGN_IN, 1.0, lambda: self.town.now, *besides)
            context = Context(services, actor)
            answers = await schema.subscribe(document, context_value=context)
            try:
                assert isinstance(answers, AsyncGenerator), answers
                return await anext(answers)
            finally:
                await context.close()

    async def _ask(self, document: str, actor: Actor, now: datetime, variables: dict[str, Any]) -> Asked:
        besides = (self.files, *BESIDES[1:])
        services = Services(self.town.app, self.pool, Reached(), SIGN_IN, 1.0, lambda: now, *besides)  # type: ignore[arg-type]
        context = Context(services, actor)
        with executed() as statements:
            try:
                result = await schema.execute(document, variable_values=variables, context_value=context)
            finally:
                await context.close()
        assert isinstance(result, ExecutionResult)
        return Asked(result, len(statements))


def refusals(answer: Asked) -> list[dict[str, Any]]:
    """What machines are told of each error: its code, and the field."""
    return [dict(error.extensions or {}) for error in answer.result.errors or ()]


@contextmanager
def reading(town: Town, files: FileStore = BESIDES[0]) -> Iterator[Reader]:
    """A reader of what the town has done so far."""
    with asyncio.Runner() as runner:
        pool = AsyncConnectionPool(town.url, min_size=1, max_size=2, open=False)
        runner.run(pool.open())
        try:
            reader = Reader(town, runner, pool, files)
            reader.catches_up()
            yield reader
        finally:
            runner.run(pool.close())


Statement = tuple[sql.Composed | sql.SQL, Any]


@contextmanager
def executed() -> Iterator[list[Statement]]:
    """The statements that resolvers execute meanwhile, with their parameters."""
    statements: list[Statement] = []
    sent = Snapshot.sent

    async def noted(
        self: Snapshot, query: sql.Composed | sql.SQL, params: Any = None, planning: Planning = Planning.CHOSEN
    ) -> Any:
        statements.append((query, params))
        return await sent(self, query, params, planning)

    Snapshot.sent = noted  # type: ignore[method-assign]
    try:
        yield statements
    finally:
        Snapshot.sent = sent  # type: ignore[method-assign]


@contextmanager
def opened_town(server_url: str, name: str, template: str) -> Iterator[Town]:
    """A town in a database of its own, for the tests of a whole module."""
    with temporary_database(server_url, name, template) as url, open_application(url, MASTER_KEY, EVENT_KEYS) as app:
        yield Town(app, url)
