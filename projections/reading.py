"""Reading: one consistent view of the live generations, with the position that it stands at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection, IsolationLevel, sql
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from projections.generations import identifier

AsyncPool = AsyncConnectionPool[AsyncConnection[Any]]

_LIVE = "SELECT name, generation, position FROM read_models.generations WHERE state = 'live'"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one answer reads: the same generation and the same instant for all its statements.

    `tables` names every live table, to be put into SQL; `position` is what all of them have reached.
    """

    conn: AsyncConnection[Any]
    tables: Mapping[str, sql.Composable]
    position: int

    async def rows(self, query: sql.Composed | sql.SQL, params: Mapping[str, Any] | None = None) -> list[DictRow]:
        async with self.conn.cursor(row_factory=dict_row, binary=True) as cursor:
            await cursor.execute(query, params, prepare=True)
            return await cursor.fetchall()

    def sql(self, template: str, **parts: sql.Composable) -> sql.Composed:
        """A query in which {animations} and the like stand for the live tables; `parts` fills the other braces."""
        return sql.SQL(template).format(**self.tables, **parts)


@asynccontextmanager
async def snapshot(pool: AsyncPool, relations: Mapping[str, str]) -> AsyncIterator[Snapshot]:
    """A read-only, repeatable-read view. `relations` gives each relation's projection (see `registry.relations`)."""
    async with pool.connection() as conn:
        await conn.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        await conn.set_read_only(True)
        async with conn.transaction():
            live = {row[0]: row for row in await (await conn.execute(_LIVE, prepare=True)).fetchall()}
            tables = {
                relation: identifier(relation, live[projection][1])
                for relation, projection in relations.items()
                if projection in live
            }
            yield Snapshot(conn, tables, min((row[2] for row in live.values()), default=0))
