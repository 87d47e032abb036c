"""How much of each table PostgreSQL reads for a statement once tables are large, and by which indexes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, errors

from projections.engine.registry import views
from tests.support.api.full_tables import ROWS, TABLES, TIMES
from tests.support.api.statements import Statements
from tests.support.api.written import numbered, written

#: The share of a table that a statement may read. What it reads beyond grows with the table; a third is what PostgreSQL
#: takes any range for whose bounds it does not know.
MOST_READ = 0.35

#: How many rows there are in each full table, and in its indexes.
_SIZES = """
SELECT c.oid::regclass::text, c.reltuples FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
JOIN pg_class t ON t.oid = coalesce(i.indrelid, c.oid) JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE t.relkind = 'r' AND n.nspname IN ('public', 'read_models', 'proof') AND t.reltuples >= %s"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), i.indisunique
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'read_models', 'proof')"""
_GENERATION = re.compile(r'(read_models"?\."?)([a-z_]+?)_g\d+\b')
#: What takes all that is below it before it hands on the first row.
_TAKES_ALL = ("Sort", "Aggregate", "Hash", "WindowAgg")
#: What PostgreSQL charges at most to a statement for being planned anew.
_PLANNING = 100
#: Lists are planned for what is looked for: see `projections.engine.paging`.
_OF_LISTS = ("AS cursor_values", "FROM (SELECT FROM")
#: Of parts of statements, and of parameters whose types psycopg tells PostgreSQL, and nothing else does.
_INCOMPLETE = (errors.SyntaxError, errors.UndefinedColumn, errors.AmbiguousFunction, errors.UndefinedFunction)
_GONE = (errors.UndefinedTable, errors.UndefinedObject, errors.InvalidSchemaName)


@dataclass(frozen=True)
class Planned:
    """The tables that each statement reads a large part of, with that part, and the indexes that none uses.

    `aside`: what PostgreSQL reckons that each statement works out once before its rows.
    """

    read: dict[str, dict[str, float]]
    aside: dict[str, float]
    unused_indexes: list[str]


def planned(conn: Connection[Any], statements: Mapping[str, Any]) -> Planned:
    """Plan and execute each statement on the tables of today's generations."""
    live, sizes = _live_tables_of(conn), sizes_of(conn)
    indexes = {short(name): each for name, *each in conn.execute(_INDEXES).fetchall()}
    # Costs are not those of a large machine: nothing here is worth compiling.
    conn.execute("SET LOCAL jit = off")
    read: dict[str, dict[str, float]] = {}
    aside: dict[str, float] = {}
    used: set[str] = set()
    for statement, params in statements.items():
        text = _of_today(statement, live)
        if text in read:
            continue
        try:
            plan = _executed(conn, text, params)
            with conn.transaction(force_rollback=True):
                # As where commands read.
                conn.execute("SET LOCAL enable_seqscan = off")
                by_index = _plan(conn, text, params)
        except _GONE:
            # Such as a table of a transaction.
            continue
        read[text] = large_parts(plan, sizes, text)
        aside[text] = max(map(_worked_out_before, _nodes(plan)))
        used |= {short(node["Index Name"]) for top in (plan, by_index) for node in _nodes(top) if "Index Name" in node}
    unused = [made for name, (made, is_unique) in indexes.items() if not is_unique and name not in used]
    return Planned(read, aside, sorted(re.sub(r"_g\d+\b", "", made) for made in unused))


def planned_unsent(conn: Connection[Any], sent: Iterable[str]) -> dict[str, dict[str, float]]:
    """Plan, for whatever values, each statement that stands in the product and is not among those sent."""
    known, sizes = {_plain(text) for text in sent}, sizes_of(conn)
    read: dict[str, dict[str, float]] = {}
    for text in written({**tables_of(conn), **views()}):
        if _plain(text) in known or text in read:
            continue
        try:
            with conn.transaction(force_rollback=True):
                plan = _plan(conn, numbered(text), None, "GENERIC_PLAN, ")
        except (*_GONE, *_INCOMPLETE):
            continue
        read[text] = large_parts(plan, sizes, text)
    return read


def planned_for_any(conn: Connection[Any], sent: Statements) -> dict[str, dict[str, float]]:
    """Plan each prepared statement for whatever values, where PostgreSQL keeps that plan: it looks cheap enough."""
    live, sizes = _live_tables_of(conn), sizes_of(conn)
    read: dict[str, dict[str, float]] = {}
    for statement in sent.prepared:
        text = _of_today(statement, live)
        try:
            with conn.transaction(force_rollback=True):
                plan = _plan(conn, numbered(text), None, "GENERIC_PLAN, ")
        except (*_GONE, *_INCOMPLETE):
            continue
        read[text] = large_parts(plan, sizes, text)
        if read[text] and plan["Total Cost"] > _plan(conn, text, sent[statement])["Total Cost"] + _PLANNING:
            del read[text]
    return read


def _live_tables_of(conn: Connection[Any]) -> dict[str, str]:
    return {name: table.rpartition(".")[2] for name, table in tables_of(conn).items()}


def _of_today(statement: str, live: Mapping[str, str]) -> str:
    """Return the statement on the tables of today's generations."""
    return _GENERATION.sub(lambda part: f"{part[1]}{live.get(part[2], part[2])}", statement)


def tables_of(conn: Connection[Any]) -> dict[str, str]:
    """Return the tables of today's generations, and all others, by their short names."""
    return {short(name): name for (name,) in conn.execute(TABLES).fetchall()}


def sizes_of(conn: Connection[Any]) -> dict[str, float]:
    return {short(name): rows for name, rows in conn.execute(_SIZES, (ROWS // 2,)).fetchall()}


def _plain(text: str) -> str:
    return " ".join(_GENERATION.sub(lambda part: part[1] + part[2], text).replace('"', "").split())


def large_parts(plan: dict[str, Any], sizes: Mapping[str, float], text: str) -> dict[str, float]:
    """Return the tables that a statement reads a large part of, with that part."""
    parts: dict[str, float] = {}
    for table, share in _shares(plan, sizes, any(part in text for part in _OF_LISTS)):
        if share > MOST_READ:
            parts[table] = max(share, parts.get(table, 0))
    return parts


def _executed(conn: Connection[Any], text: str, params: Any) -> dict[str, Any]:
    try:
        with conn.transaction(force_rollback=True):
            return _plan(conn, text, params, "ANALYZE, TIMING OFF, ")
    except (errors.IntegrityError, errors.InvalidTransactionState, errors.ActiveSqlTransaction):
        # What adds a row is there already.
        with conn.transaction(force_rollback=True):
            return _plan(conn, text, params)


def _plan(conn: Connection[Any], text: str, params: Any, how: str = "") -> dict[str, Any]:
    ((plans,),) = conn.execute(f"EXPLAIN ({how}FORMAT JSON) " + text, params).fetchall()
    plan: dict[str, Any] = plans[0]["Plan"]
    return plan


@dataclass(frozen=True)
class _Limit:
    """A LIMIT that ends what is below it once it has enough."""

    most: float
    taken: float
    #: Whether rows that are read may be passed over before they count.
    passes_over: bool = False

    @property
    def is_reached(self) -> bool:
        return self.taken >= self.most


def _shares(
    node: dict[str, Any], sizes: Mapping[str, float], of_list: bool, limit: _Limit | None = None
) -> Iterator[tuple[str, float]]:
    """Yield the share of its table that each node reads.

    Where a LIMIT ends it, that is less in a larger table, which holds more of what is looked for. So we believe of
    lists alone, for whose values statements are planned; of other statements we ask what they read where nothing is
    found, which is usual of what has to be done.
    """
    kind = node["Node Type"]
    if kind == "Limit":
        limit = _Limit(max(node["Plan Rows"], node.get("Actual Rows", 0)), node.get("Actual Rows", node["Plan Rows"]))
    elif kind in _TAKES_ALL:
        limit = None
    passes = "Filter" in node or "Join Filter" in node or node.get("Join Type", "Left") not in ("Left", "Right")
    if limit is not None and passes:
        limit = _Limit(limit.most, limit.taken, True)
    if "Relation Name" in node and kind != "ModifyTable" and short(node["Relation Name"]) in sizes:
        table = short(node["Relation Name"])
        share = _rows_read(node) / sizes[table]
        if limit is not None and "Actual Rows" not in node and not limit.passes_over:
            share = min(share, limit.most / sizes[table] / TIMES)
        elif limit is not None and (of_list or not limit.passes_over):
            share *= min(1, limit.most / (TIMES * max(limit.taken, 0.01)))
        elif limit is not None and limit.is_reached and kind != "Bitmap Heap Scan" and "Index Cond" not in node:
            # All of it, or of what its index holds.
            share = sizes.get(short(node.get("Index Name", "")), sizes[table]) / sizes[table]
        yield table, share
    for below in node.get("Plans", []):
        is_apart = below.get("Parent Relationship") in ("InitPlan", "SubPlan")
        yield from _shares(below, sizes, of_list, None if is_apart else limit)


def _worked_out_before(node: dict[str, Any]) -> float:
    first = [below for below in node.get("Plans", []) if below["Parent Relationship"] == "InitPlan"]
    return sum(float(below["Total Cost"]) for below in first)


def _rows_read(node: dict[str, Any]) -> float:
    """How many rows of a table are looked at, those thrown away included, each time that they are looked for."""
    if "Actual Rows" not in node:
        return float(node["Plan Rows"]) / TIMES if node["Node Type"] != "Seq Scan" else float("inf")
    read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float(read * (node["Actual Loops"] if node["Parallel Aware"] else 1))


def short(name: str) -> str:
    """Return the name of a table or index without its schema and generation."""
    return re.sub(r"_g\d+", "", name.rpartition(".")[2])


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)
