"""Every statement that the product sends meanwhile, and the plans that PostgreSQL has for it once tables are large."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
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
WHERE c.relkind = 'r' AND n.nspname IN ('public', 'read_models', 'proof') ORDER BY 1"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), i.indisunique, i.indpred IS NOT NULL
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'read_models', 'proof')"""
_GENERATION = re.compile(r'(read_models"?\."?)([a-z_]+?)_g\d+\b')
_PICKS = ("Limit", "Nested Loop", "Merge Join", "Hash Join")
#: A value of each type, for tables that the world leaves empty.
_ANY = {
    "uuid": "gen_random_uuid()",
    "text": "'x'",
    "bytea": "'x'",
    "boolean": "false",
    "timestamp with time zone": "now()",
    "date": "current_date",
    "json": "'{}'",
    "jsonb": "'{}'",
    "text[]": "'{}'",
    "uuid[]": "'{}'",
    "tsvector": "''",
}
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
    """The names of all tables, with thousands of rows each; until the end, and for this connection alone."""
    with conn.transaction(force_rollback=True):
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute("SET LOCAL statement_timeout = '120s'")
        tables = [table for (table,) in conn.execute(_TABLES).fetchall()]
        for table in tables:
            _fill_up(conn, table)
        # As autovacuum does: what an index has not taken in yet makes it dear.
        conn.execute(
            "SELECT gin_clean_pending_list(c.oid) FROM pg_class c JOIN pg_am m ON m.oid = c.relam WHERE amname = 'gin'"
        )
        conn.execute("ANALYZE " + ", ".join(tables))
        conn.execute(sql.SQL("SET LOCAL seq_page_cost = {}").format(SEQUENTIAL_COST))
        # Costs are not those of a large machine: nothing here is worth compiling.
        conn.execute("SET LOCAL jit = off")
        yield tables


def _fill_up(conn: Connection[Any], table: str) -> None:
    for (name,) in conn.execute(_CHECKS, (table,)).fetchall():
        conn.execute(sql.SQL(f"ALTER TABLE {table} DROP CONSTRAINT {{}} CASCADE").format(sql.Identifier(name)))
    columns = conn.execute(_COLUMNS, (table,)).fetchall()
    names = ", ".join(f'"{name}"' for name, *_ in columns)
    (rows,) = conn.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
    if not rows:
        values = ", ".join(_ANY.get(kind, "'1'") for _, kind, _ in columns)
        conn.execute(f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE VALUES ({values})")
        rows = 1
    conn.execute(
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE"
        f" SELECT {', '.join(_varied(*column) for column in columns)} FROM (SELECT * FROM {table} LIMIT {ROWS}) t,"
        f" generate_series(1, {ROWS} / least({ROWS}, {rows}) + 1) n ON CONFLICT DO NOTHING"
    )


def _varied(name: str, kind: str, unique: bool) -> str:
    """Return the column's value in copy `n` of row `t`: another one in most copies, and in each where it is unique."""
    column = f't."{name}"'
    if name == "state" and kind == "bytea":
        # Of an event: PostgreSQL reads its stamp.
        stamped = f"""convert_to(replace(replace(convert_from({column}, 'UTF8'),
            '"structure_id":"' || event_structure({column}), '"structure_id":"' || md5((n % 300)::text)::uuid),
            '"territory":"' || event_territory({column}), '"territory":"' || n % 90), 'UTF8')"""
        return f"CASE WHEN n % {KEPT} = 0 THEN {column} ELSE coalesce({stamped}, {column}) END"
    if name == "status":
        # Most of a long history has come to its usual end.
        return f"CASE WHEN n % 3 = 0 THEN {column} || n % 200 ELSE {column} END"
    other = {
        "uuid": f"md5(coalesce({column}::text, '{name}') || {'n' if unique else 'n % 300'})::uuid",
        "text": f"{'n' if unique else 'n % 200'} || coalesce({column}, '{name}')",
        "bytea": f"sha256(convert_to({column}::text || n, 'UTF8'))",
        "bigint": f"coalesce({column}, 0) + n::bigint * 1000000",
        "integer": f"coalesce({column}, 0) + n",
        "boolean": f"NOT coalesce({column}, false)",
        "timestamp with time zone": f"coalesce({column}, now()) + n * interval '1 hour'",
        "date": f"coalesce({column}, current_date) + n",
        "jsonb": f"CASE jsonb_typeof({column}) WHEN 'array' THEN '[]'::jsonb ELSE '{{}}'::jsonb END",
        "text[]": "ARRAY['x' || n % 200]",
        "uuid[]": "ARRAY[md5('x' || n % 300)::uuid]",
        "tsvector": "to_tsvector('simple', 'mot' || n % 200)",
    }.get(kind)
    if other is None or (unique and kind in ("boolean", "jsonb")):
        return column
    return other if unique else f"CASE WHEN n % {KEPT} = 0 THEN {column} ELSE {other} END"


@dataclass(frozen=True)
class Planned:
    """The tables that each statement reads from end to end where they are large, and the indexes that none uses."""

    read_whole: dict[str, set[str]]
    unused_indexes: list[str]


def planned(conn: Connection[Any], statements: Mapping[str, Any]) -> Planned:
    """Plan each statement on the tables of today's generations."""
    live = {_short(name): name.rpartition(".")[2] for (name,) in conn.execute(_TABLES).fetchall()}
    indexes = {_short(name): each for name, *each in conn.execute(_INDEXES).fetchall()}
    partial = {name for name, (_, _, is_partial) in indexes.items() if is_partial}
    whole: dict[str, set[str]] = {}
    used: set[str] = set()
    for statement, params in statements.items():
        text = _GENERATION.sub(lambda part: f"{part[1]}{live.get(part[2], part[2])}", statement)
        if text in whole:
            continue
        try:
            with conn.transaction(force_rollback=True):
                plan = _plan(conn, text, params)
                # Where pages in a row are not made dear, so that rows are gathered from more than one index too.
                conn.execute("SET LOCAL seq_page_cost = 1")
                conn.execute("SET LOCAL enable_seqscan = off")
                gathered = _plan(conn, text, params)
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedObject, psycopg.errors.InvalidSchemaName):
            # What is gone, such as a table of a transaction.
            continue
        whole[text] = set(_read_whole(plan, partial))
        used |= {_short(node["Index Name"]) for top in (plan, gathered) for node in _nodes(top) if "Index Name" in node}
    unused = [made for name, (made, is_unique, _) in indexes.items() if not is_unique and name not in used]
    return Planned(whole, sorted(re.sub(r"_g\d+\b", "", made) for made in unused))


def _plan(conn: Connection[Any], text: str, params: Any) -> dict[str, Any]:
    ((plans,),) = conn.execute("EXPLAIN (FORMAT JSON) " + text, params).fetchall()
    plan: dict[str, Any] = plans[0]["Plan"]
    return plan


def _read_whole(node: dict[str, Any], partial: set[str], picks: bool = False) -> Iterator[str]:
    """Yield the tables that are read in their own order, or all of whose rows are taken in an index's.

    `picks`: what stands above takes some of the rows. A walk of an index that passes over rows under a LIMIT is not
    seen: with simulated sizes the planner prefers it also where it would not at their own.
    """
    kind = node["Node Type"]
    walks = kind in ("Index Scan", "Index Only Scan") and not node.keys() & {"Index Cond", "Filter"}
    if kind == "Seq Scan" or (walks and not picks and _short(node["Index Name"]) not in partial):
        yield _short(node["Relation Name"])
    for below in node.get("Plans", []):
        yield from _read_whole(below, partial, picks or kind in _PICKS)


def _short(name: str) -> str:
    """Return the name of a table or index without its schema and generation."""
    return re.sub(r"_g\d+", "", name.rpartition(".")[2])


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)
