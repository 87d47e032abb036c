"""Load a batch's rows from their tables, and write its changes back with few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from psycopg import Connection, sql
from psycopg.rows import dict_row

from projections.engine.folding import Changes, rollup_deltas
from projections.engine.generations import identifier
from projections.engine.projection import Key, Projection, Rollup, Row, Table

Conn = Connection[Any]


def load_rows(conn: Conn, relation: str, table: Table, generation: int, keys: Sequence[Key]) -> dict[Key, Row]:
    """Return the existing rows of `keys`, with values that `write_changes` writes back unchanged."""
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_select(relation, generation, table.key, _key_types(table)), _columns(keys), prepare=True)
        return {tuple(row[name] for name in table.key): row for row in cursor.fetchall()}


def write_changes(conn: Conn, projection: Projection, generation: int, changes: Changes) -> None:
    """Write the changes of a batch to the projection's table and its rollups."""
    table = projection.table
    if deletes := changes.deletes:
        conn.execute(
            _delete(projection.name, generation, table.key, _key_types(table)), _columns(deletes), prepare=True
        )
    if upserts := changes.upserts:
        statement = _upsert(projection.name, generation, table.key, tuple(table.columns))
        conn.execute(statement, [as_json(upserts)], prepare=True)
    for rollup in projection.rollups:
        add_to_rollup(conn, rollup, generation, rollup_deltas(rollup, changes))


def add_to_rollup(conn: Conn, rollup: Rollup, generation: int, deltas: Mapping[Key, Sequence[int]]) -> None:
    """Add to the counters, and delete keys whose counters are all back to zero."""
    if not deltas:
        return
    names = tuple(rollup.table.columns)
    # Sort, so that processes that add to the same keys at once wait for each other instead of deadlocking.
    ordered = sorted(deltas.items(), key=lambda entry: repr(entry[0]))
    rows = [dict(zip(names, (*key, *delta), strict=True)) for key, delta in ordered]
    conn.execute(_add(rollup.name, generation, rollup.table.key, rollup.counters), [as_json(rows)], prepare=True)
    lowered = [key for key, delta in deltas.items() if any(counter < 0 for counter in delta)]
    if lowered:
        statement = _sweep(rollup.name, generation, rollup.table.key, _key_types(rollup.table), rollup.counters)
        conn.execute(statement, _columns(lowered), prepare=True)


def as_json(rows: Sequence[Row]) -> str:
    return orjson.dumps(rows, default=str).decode()


def _columns(keys: Sequence[Key]) -> list[list[Any]]:
    return [list(column) for column in zip(*keys, strict=True)]


def _key_types(table: Table) -> tuple[str, ...]:
    return tuple(table.columns[name].split()[0] for name in table.key)


def _names(names: Sequence[str], prefix: str = "") -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL("{}{}").format(sql.SQL(prefix), sql.Identifier(name)) for name in names)


def _given_keys(key: tuple[str, ...], types: tuple[str, ...]) -> sql.Composed:
    """Return the keys of a batch as the relation `given`."""
    arrays = sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(kind)) for kind in types)
    return sql.SQL("unnest({}) AS given({})").format(arrays, _names(key))


def _same_key(key: tuple[str, ...]) -> sql.Composed:
    return sql.SQL("({}) = ({})").format(_names(key, "t."), _names(key, "given."))


@cache
def _select(relation: str, generation: int, key: tuple[str, ...], types: tuple[str, ...]) -> sql.Composed:
    return sql.SQL("SELECT t.* FROM {} AS t JOIN {} ON {}").format(
        identifier(relation, generation), _given_keys(key, types), _same_key(key)
    )


@cache
def _delete(relation: str, generation: int, key: tuple[str, ...], types: tuple[str, ...]) -> sql.Composed:
    return sql.SQL("DELETE FROM {} AS t USING {} WHERE {}").format(
        identifier(relation, generation), _given_keys(key, types), _same_key(key)
    )


@cache
def _upsert(relation: str, generation: int, key: tuple[str, ...], columns: tuple[str, ...]) -> sql.Composed:
    table = identifier(relation, generation)
    changed = [name for name in columns if name not in key]
    return sql.SQL(
        "INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s) ON CONFLICT ({key}) DO {change}"
    ).format(table=table, key=_names(key), change=_overwrite(changed))


def _overwrite(columns: Sequence[str]) -> sql.Composed:
    sets = (sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in columns)
    return sql.SQL("UPDATE SET {}").format(sql.SQL(", ").join(sets))


@cache
def _add(relation: str, generation: int, key: tuple[str, ...], counters: tuple[str, ...]) -> sql.Composed:
    sums = (sql.SQL("{0} = t.{0} + EXCLUDED.{0}").format(sql.Identifier(name)) for name in counters)
    return sql.SQL(
        "INSERT INTO {table} AS t SELECT * FROM json_populate_recordset(NULL::{table}, %s)"
        " ON CONFLICT ({key}) DO UPDATE SET {sums}"
    ).format(table=identifier(relation, generation), key=_names(key), sums=sql.SQL(", ").join(sums))


@cache
def _sweep(
    relation: str, generation: int, key: tuple[str, ...], types: tuple[str, ...], counters: tuple[str, ...]
) -> sql.Composed:
    zeros = sql.SQL(" AND ").join(sql.SQL("t.{} = 0").format(sql.Identifier(name)) for name in counters)
    return sql.SQL("DELETE FROM {} AS t USING {} WHERE {} AND {}").format(
        identifier(relation, generation), _given_keys(key, types), _same_key(key), zeros
    )
