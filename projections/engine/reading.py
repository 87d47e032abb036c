"""Read the live generations in one consistent snapshot, and tell the position that they have reached."""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Hashable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import psycopg
from cachetools import LRUCache
from psycopg import AsyncConnection, sql
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from eventstore.connections import BUSY_SECONDS, POOL_SECONDS, READING, connection_errors
from eventstore.sessions.lending import hang_up
from eventstore.unavailable import is_connection_lost
from projections.engine.generations import identifier
from projections.engine.planning import Planning, plan, rolled_back
from projections.engine.registry import views
from projections.engine.sent_rows import SentRows

T = TypeVar("T")
AsyncPool = AsyncConnectionPool[AsyncConnection[Any]]
#: The generation and position of each live read model: while they stay the same, so do its rows.
Live: TypeAlias = Mapping[str, tuple[int, int]]

#: Both go to the server at once.
_BEGIN = """BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT name, generation, position, pg_is_in_recovery() FROM read_models.generations WHERE state = 'live'"""


#: Composed statements for one set of tables: each list has one for each choice of filters, order and size.
_MOST_COMPOSED = 2_000
#: Sets of tables: one, and another after each rebuild.
_MOST_LAYOUTS = 8


#: The server cancels longer statements itself; if it does not, it is gone.
LONGEST_STATEMENT = READING.statement + 1.0


@contextmanager
def in_time(conn: AsyncConnection[Any], seconds: float) -> Iterator[None]:
    """Hang up on the connection if what is awaited on it takes longer: a cancelled wait would ask the server first."""
    patience = asyncio.get_running_loop().call_later(seconds, hang_up, conn)
    try:
        yield
    finally:
        patience.cancel()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A consistent view for one answer: all its statements see the same generations at the same instant.

    `tables` maps read models to their live tables, for use in SQL. `position` is the lowest of their positions; `live`
    has the generation and position of each. `is_of_standby`: of a server that follows another.
    """

    conn: AsyncConnection[Any]
    tables: Mapping[str, sql.Composable]
    position: int
    live: Live = field(default_factory=dict, kw_only=True)
    is_of_standby: bool = field(default=False, kw_only=True)
    #: Statements composed before for the same tables.
    composed: MutableMapping[str, sql.SQL] = field(default_factory=dict, kw_only=True)

    async def rows(
        self,
        query: sql.Composed | sql.SQL,
        params: Mapping[str, Any] | None = None,
        planning: Planning = Planning.CHOSEN,
    ) -> list[DictRow]:
        return list(await self.sent(query, params, planning))

    async def of_ids(self, template: str, ids: Collection[UUID]) -> list[DictRow]:
        """Return the rows of a statement with `= ANY(%(ids)s)`.

        A single id is compared by itself: PostgreSQL keeps the plan of that, and plans each array anew.
        """
        if len(ids) == 1:
            return await self.rows(self.sql(template.replace("= ANY(%(ids)s)", "= %(ids)s")), {"ids": next(iter(ids))})
        return await self.rows(self.sql(template), {"ids": list(ids)})

    async def sent(
        self,
        query: sql.Composed | sql.SQL,
        params: Mapping[str, Any] | None = None,
        planning: Planning = Planning.CHOSEN,
    ) -> Sequence[DictRow]:
        """Return `rows`, each loaded on access."""
        async with self.conn.cursor(binary=True) as cursor:
            with in_time(self.conn, LONGEST_STATEMENT):
                await plan(self.conn, planning)
                await cursor.execute(query, params, prepare=planning is not Planning.BY_VALUES)
            return SentRows(self.conn, cursor)

    def sql(self, template: str, **parts: sql.Composable) -> sql.Composed | sql.SQL:
        """Compose a query: {animations} and the like are live tables; `parts` fills the other braces."""
        if parts:
            return sql.SQL(template).format(**self.tables, **parts)
        query = self.composed.get(template)
        if query is None:
            query = sql.SQL(sql.SQL(template).format(**self.tables).as_string(self.conn))
            self.composed[template] = query
        return query


@dataclass(frozen=True, slots=True)
class _Layout:
    """The tables of one set of live generations, and the statements composed for them."""

    tables: Mapping[str, sql.Composable]
    composed: LRUCache[str, sql.SQL] = field(default_factory=lambda: LRUCache(_MOST_COMPOSED))


_layouts: LRUCache[Hashable, _Layout] = LRUCache(_MOST_LAYOUTS)


def _layout(live: Live, relations: Mapping[str, str]) -> _Layout:
    key = (*((name, generation) for name, (generation, _) in live.items()), *relations)
    layout = _layouts.get(key)
    if layout is None:
        layout = _layouts[key] = _Layout(
            {
                relation: identifier(relation, live[projection][0])
                for relation, projection in relations.items()
                if projection in live
            }
            | {name: sql.SQL(view) for name, view in views().items()}
        )
    return layout


@asynccontextmanager
async def snapshot(
    pool: AsyncPool, relations: Mapping[str, str], patience: float = POOL_SECONDS, again: bool = True
) -> AsyncIterator[Snapshot]:
    """Open a read-only, repeatable-read view. `relations` maps relations to projections (`registry.relations`).

    `patience` bounds the wait for a connection and for the beginning; `again`: try another if the first is dead, and
    wait longer while the pool is merely busy.
    """
    async with _begun(pool, patience, again) as (conn, live, is_of_standby):
        try:
            layout = _layout(live, relations)
            reached = min((position for _, position in live.values()), default=0)
            yield Snapshot(
                conn, layout.tables, reached, live=live, is_of_standby=is_of_standby, composed=layout.composed
            )
            if conn.info.transaction_status == TransactionStatus.INERROR:
                # A statement failed, and the answer went on without it: PostgreSQL rolls back on commit.
                rolled_back(conn)
            # Nothing was written, but after a rollback psycopg forgets its prepared statements.
            await conn.commit()
        except BaseException:
            if not conn.closed:
                rolled_back(conn)
                await conn.rollback()
            raise


@asynccontextmanager
async def _begun(
    pool: AsyncPool, patience: float, again: bool
) -> AsyncIterator[tuple[AsyncConnection[Any], Live, bool]]:
    """Begin a transaction on a connection of the pool. Drop a dead one, with all others of its age."""
    for is_last in (not again, True):
        stack = AsyncExitStack()
        try:
            conn = await stack.enter_async_context(_lent(pool, patience, BUSY_SECONDS if again else 0.0))
            live, is_of_standby = await _begin(conn, patience)
        except BaseException as fault:
            with suppress(psycopg.Error):
                await stack.aclose()
            if is_last or not is_connection_lost(fault):
                raise
            await pool.drain()
            continue
        async with stack:
            yield conn, live, is_of_standby
        return


@asynccontextmanager
async def _lent(
    pool: AsyncPool, patience: float, busy_seconds: float = BUSY_SECONDS
) -> AsyncIterator[AsyncConnection[Any]]:
    """Lend a connection as `pool.connection` does, but wait longer while the pool is merely busy."""
    busy_until, errors = monotonic() + busy_seconds, connection_errors(pool)
    async with AsyncExitStack() as stack:
        while True:
            try:
                conn = await stack.enter_async_context(pool.connection(patience))
                break
            except PoolTimeout:
                if connection_errors(pool) > errors or monotonic() > busy_until:
                    raise
        yield conn


async def _begin(conn: AsyncConnection[Any], patience: float) -> tuple[Live, bool]:
    if not conn.autocommit:
        await conn.set_autocommit(True)
    # This takes less than a millisecond, unless the server does not answer at all.
    with in_time(conn, patience):
        cursor = await conn.execute(_BEGIN)
    cursor.nextset()
    rows = await cursor.fetchall()
    live = {name: (generation, position) for name, generation, position, _ in rows}
    return live, any(is_of_standby for *_, is_of_standby in rows)


async def read_on(
    pool: AsyncPool, work: Callable[[AsyncConnection[Any]], Awaitable[T]], wait: float | None = None
) -> T:
    """Run `work`, which only reads, on a connection, and again on another if the first had died in the pool."""
    patience = POOL_SECONDS if wait is None else wait
    try:
        async with _lent(pool, patience) as conn:
            return await work(conn)
    except psycopg.Error as fault:
        if not is_connection_lost(fault):
            raise
    await pool.drain()
    async with _lent(pool, patience) as conn:
        return await work(conn)
