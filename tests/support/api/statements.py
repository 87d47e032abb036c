"""Every statement that the product sends meanwhile, and the plans that PostgreSQL has for it once tables are large."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg import AsyncCursor, AsyncServerCursor, Connection, Cursor, ServerCursor, sql

#: What each table is filled up to. One row in KEPT keeps what the world's own rows hold, and so is what is looked for.
ROWS, KEPT = 2_000, 50
#: Read in order, a page costs as much as this many read by an index: as where a table is a hundred times as large.
SEQUENTIAL_COST = 100

_READS = re.compile(r"^\s*(SELECT|WITH|UPDATE|DELETE|INSERT)\b", re.IGNORECASE)
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL), EXISTS (SELECT FROM pg_index i
    WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY(i.indkey))
FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"""
_TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname IN ('public', 'read_models') ORDER BY 1"""
_CHECKS = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'f')"


@contextmanager
def sent() -> Iterator[dict[str, Any]]:
    """The statements sent to PostgreSQL by cursors of this process, each with parameters that it was sent with."""
    statements: dict[str, Any] = {}

    def note(cursor: Any, query: Any, params: Any) -> None:
        text = query.as_string(cursor.connection) if isinstance(query, sql.Composable) else query
        text = text.decode() if isinstance(text, bytes) else text
        if _READS.match(text):
            statements.setdefault(text, params)

    with ExitStack() as noting:
        for kind in (Cursor, AsyncCursor, ServerCursor, AsyncServerCursor):
            noting.enter_context(patch.object(kind, "execute", _noted(kind.execute, note)))
        for kind in (Cursor, AsyncCursor):
            noting.enter_context(patch.object(kind, "executemany", _noted(kind.executemany, note, many=True)))
        yield statements


def _noted(send: Callable[..., Any], note: Callable[[Any, Any, Any], None], many: bool = False) -> Callable[..., Any]:
    def execute(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        if many:
            params = list(params)
        note(self, query, next(iter(params), None) if many else params)
        return send(self, query, params, **options)

    return execute


@contextmanager
def filled_up(conn: Connection[Any]) -> Iterator[list[str]]:
    """The tables that hold anything, with thousands of rows each; until the end, and for this connection alone."""
    filled = []
    with conn.transaction(force_rollback=True):
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute("SET LOCAL statement_timeout = '120s'")
        for (table,) in conn.execute(_TABLES).fetchall():
            if _fill_up(conn, table):
                filled.append(table)
        conn.execute("ANALYZE " + ", ".join(filled))
        conn.execute(sql.SQL("SET LOCAL seq_page_cost = {}").format(SEQUENTIAL_COST))
        yield filled


def _fill_up(conn: Connection[Any], table: str) -> bool:
    (rows,) = conn.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
    if not rows:
        return False
    for (name,) in conn.execute(_CHECKS, (table,)).fetchall():
        conn.execute(sql.SQL(f"ALTER TABLE {table} DROP CONSTRAINT {{}} CASCADE").format(sql.Identifier(name)))
    columns = conn.execute(_COLUMNS, (table,)).fetchall()
    names = ", ".join(f'"{name}"' for name, *_ in columns)
    conn.execute(
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE"
        f" SELECT {', '.join(_varied(*column) for column in columns)} FROM (SELECT * FROM {table} LIMIT {ROWS}) t,"
        f" generate_series(1, {ROWS} / least({ROWS}, {rows}) + 1) n ON CONFLICT DO NOTHING"
    )
    return True


def _varied(name: str, kind: str, unique: bool) -> str:
    """Return the column's value in copy `n` of row `t`: another one in most copies, and in each where it is unique."""
    column = f't."{name}"'
    if name == "state":
        # Of an event: PostgreSQL reads its stamp.
        return column
    other = {
        "uuid": f"md5(coalesce({column}::text, '{name}') || {'n' if unique else 'n % 300'})::uuid",
        "text": f"coalesce({column}, '{name}') || {'n' if unique else 'n % 200'}",
        "bytea": f"sha256(convert_to({column}::text || n, 'UTF8'))",
        "bigint": f"coalesce({column}, 0) + n::bigint * 1000000",
        "integer": f"coalesce({column}, 0) + n",
        "boolean": f"NOT coalesce({column}, false)",
        "timestamp with time zone": f"coalesce({column}, now()) + n * interval '1 hour'",
        "date": f"coalesce({column}, current_date) + n",
        "text[]": "ARRAY['x' || n % 200]",
        "uuid[]": "ARRAY[md5('x' || n % 300)::uuid]",
        "tsvector": "to_tsvector('simple', 'mot' || n % 200)",
    }.get(kind)
    if other is None or (unique and kind == "boolean"):
        return column
    return other if unique else f"CASE WHEN n % {KEPT} = 0 THEN {column} ELSE {other} END"


def read_whole(conn: Connection[Any], statement: str, params: Any) -> list[str]:
    """The tables that a statement reads from end to end, without their generation.

    None of a statement on what is gone, such as a table of a transaction.
    """
    try:
        with conn.transaction():
            ((plans,),) = conn.execute("EXPLAIN (FORMAT JSON) " + statement, params).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return []
    return sorted({re.sub(r"_g\d+$", "", table) for table in _read_whole(plans[0]["Plan"])})


def _read_whole(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for below in node.get("Plans", []):
        yield from _read_whole(below)
