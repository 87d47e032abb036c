"""Tables as large as after years: some thousand rows in a file a hundred times as long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, sql

#: What each table is filled up to. One row in KEPT keeps what the world's own rows hold, and so is what is looked for.
ROWS, KEPT = 2_000, 50
#: The planner goes by the length of files, and by the rows in a page when it last looked: it plans for 200,000 rows.
TIMES = 100

TABLES = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname IN ('public', 'read_models', 'proof') ORDER BY 1"""
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL), EXISTS (SELECT FROM pg_index i
    WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY(i.indkey))
FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"""
_CHECKS = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'f')"
#: Pages of zeros are empty ones, and take no room.
_LENGTHEN = f"""
COPY (
    SELECT {TIMES} * pg_relation_size(part), pg_relation_filepath(part) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL (
        SELECT c.oid UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = c.oid) AS parts(part)
    WHERE c.relkind = 'r' AND n.nspname IN ('public', 'read_models', 'proof') AND c.reltuples >= {ROWS // 2}
) TO PROGRAM 'while read size path; do truncate -s $size $path; done'"""
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
#: What most of a long history has come to: the status by table, and other columns by name. What else is so or not, or
#: is empty, is as in the world in most rows.
_USUAL_END = {
    "action_groups": "'CLOSED'",
    "animation_requests": "'ANSWERED'",
    "animations": "'PUBLISHED'",
    "candidatures": "'VALIDATED'",
    "controls": "'CLOSED'",
    "invitations": "'ACCEPTED'",
    "publications": "'PUBLISHED'",
    "registrations": "'SEATED'",
    "service_dossiers": "'PAID'",
    "strategies": "'SUPERSEDED'",
}
_USUALLY = {"attested": "true", "ended": "true", "sent_at": "now()", "dead_at": "NULL"}
#: How far the copies of a row lie apart.
_DAYS = 400


@contextmanager
def filled_up(conn: Connection[Any]) -> Iterator[None]:
    """Fill all tables, until the end and for this connection alone. Their files stay long: the database is spent."""
    with conn.transaction(force_rollback=True):
        conn.execute("SET LOCAL session_replication_role = replica")
        conn.execute("SET LOCAL statement_timeout = '120s'")
        tables = [table for (table,) in conn.execute(TABLES).fetchall()]
        for table in tables:
            _fill_up(conn, table)
        # As autovacuum does: what an index has not taken in yet makes it dear.
        conn.execute(
            "SELECT gin_clean_pending_list(c.oid) FROM pg_class c JOIN pg_am m ON m.oid = c.relam WHERE amname = 'gin'"
        )
        conn.execute("ANALYZE " + ", ".join(tables))
        conn.execute(_LENGTHEN)
        yield


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
    copies = ROWS // min(ROWS, rows) + 1
    varied = ", ".join(_varied(table, copies, *column) for column in columns)
    conn.execute(
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE"
        f" SELECT {varied} FROM (SELECT *, row_number() OVER () AS nth_row FROM {table} LIMIT {ROWS}) t,"
        f" generate_series(1, {copies}) n ON CONFLICT DO NOTHING"
    )


def _varied(table: str, copies: int, name: str, kind: str, unique: bool) -> str:
    """Return the column's value in copy `n` of row `t`: another one in most copies, and in each where it is unique."""
    column = f't."{name}"'
    # Not the same rows in each column: what is rare in two of them is rarer still. Of one owner there is little.
    is_kept = f"(t.nth_row + n + {sum(name.encode())}) % {KEPT if kind != 'uuid' else 10 * KEPT} = 0"
    usual = _USUAL_END.get(table.rpartition(".")[2].rpartition("_g")[0]) if name == "status" else _USUALLY.get(name)
    if usual is not None and kind in ("text", "boolean", "timestamp with time zone"):
        return f"CASE WHEN {is_kept} THEN {column} ELSE {usual} END"
    if name == "state" and kind == "bytea":
        # Of an event: PostgreSQL reads its stamp.
        stamped = f"""convert_to(replace(replace(convert_from({column}, 'UTF8'),
            '"structure_id":"' || event_structure({column}), '"structure_id":"' || md5((n % 300)::text)::uuid),
            '"territory":"' || event_territory({column}), '"territory":"' || n % 90), 'UTF8')"""
        return f"CASE WHEN {is_kept} THEN {column} ELSE coalesce({stamped}, {column}) END"
    other = {
        "uuid": f"md5(coalesce({column}::text, '{name}') || {'n' if unique else 'n % 300'})::uuid",
        "text": f"{'n' if unique else 'n % 200'} || coalesce({column}, '{name}')",
        "bytea": f"sha256(convert_to({column}::text || n, 'UTF8'))",
        "bigint": f"coalesce({column}, 0) + n::bigint * 1000000",
        "integer": f"coalesce({column}, 0) + n",
        "timestamp with time zone": f"coalesce({column}, now()) + n * interval '{_DAYS} days' / {copies}",
        "date": f"coalesce({column}, current_date) + n * {_DAYS} / {copies}",
        "jsonb": f"CASE jsonb_typeof({column}) WHEN 'array' THEN '[]'::jsonb ELSE '{{}}'::jsonb END",
        "text[]": "ARRAY['x' || n % 200]",
        "uuid[]": "ARRAY[md5('x' || n % 300)::uuid]",
        "tsvector": "to_tsvector('simple', 'mot' || n % 200)",
    }.get(kind)
    if other is None or (unique and kind == "jsonb"):
        return column
    if unique:
        return other
    # What is empty in the world is so in most rows.
    return (
        f"CASE WHEN {column} IS NULL THEN CASE WHEN {is_kept} THEN {other} END"
        f" WHEN {is_kept} THEN {column} ELSE {other} END"
    )
