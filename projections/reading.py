"""Reading: one consistent view of the live generations, with the position that it stands at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from projections.generations import identifier

AsyncPool = AsyncConnectionPool[AsyncConnection[Any]]

#: Both go to the server at once.
_BEGIN = """BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT name, generation, position FROM read_models.generations WHERE state = 'live'"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one answer reads: the same generation and the same instant for all its statements.

    `tables` names every live table, to be put into SQL; `position` is what all of them have reached. `live` holds of
    each read model its generation and position: while they are the same, so are its rows.
    """

    conn: AsyncConnection[Any]
    tables: Mapping[str, sql.Composable]
    position: int
    live: Mapping[str, tuple[int, int]] = field(default_factory=dict, kw_only=True)

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
        await conn.set_autocommit(True)
        try:
            cursor = await conn.execute(_BEGIN)
            cursor.nextset()
            live = {name: (generation, position) for name, generation, position in await cursor.fetchall()}
            tables = {
                relation: identifier(relation, live[projection][0])
                for relation, projection in relations.items()
                if projection in live
            }
            reached = min((position for _, position in live.values()), default=0)
            yield Snapshot(conn, tables, reached, live=live)
            # Nothing was written; but after a rollback psycopg forgets what it has prepared.
            await conn.commit()
        except BaseException:
            if not conn.closed:
                await conn.rollback()
            raise
