"""Fill a new generation from the rows in use, with the terms that have changed since they were folded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psycopg import Connection, sql

from projections.engine.generations import Generation, State, add_generation, column_list, identifier, terms_in_force
from projections.engine.projection import Projection
from projections.engine.registry import Registry
from projections.engine.tables import as_json
from projections.engine.terms.by_row import Touched
from projections.engine.terms.folding import TermFolds

Conn = Connection[Any]
#: Takes how many rows or streams are done, and how many there are.
Progress = Callable[[int, int], None]

# Rows that are alike are joined by what they show; rows folded from events, by their key.
_COPY = """
INSERT INTO {new} ({columns})
SELECT {values} FROM (SELECT *, {stretch} AS stretch FROM {live}) AS live
LEFT JOIN json_to_recordset(%(alike)s) AS alike (before {live}, after {live}, stretch integer)
    ON live.stretch = alike.stretch AND {equal}
LEFT JOIN (
    SELECT refolded.* FROM unnest(%(folded)s::json[]) AS batch (content),
        json_populate_recordset(NULL::{live}, batch.content) AS refolded
) AS folded USING ({key})"""
_VALUE = """
CASE WHEN folded.{key} IS NOT NULL THEN folded.{name} WHEN alike.stretch IS NOT NULL THEN (alike.after).{name}
ELSE live.{name} END"""


def copy_generation(
    conn: Conn, registry: Registry, projection: Projection, live: Generation, number: int, progress: Progress
) -> None:
    """Add generation `number` with the rows of `live`, at its position, with terms as the typology stood there.

    In a transaction of the caller's that sees the rows as they were at that position (REPEATABLE READ). Rollups and
    indexes are left to be made.
    """
    now, table = terms_in_force(conn, live.position), projection.table
    add_generation(conn, projection, number, State.BUILDING, now)
    conn.execute(
        "UPDATE read_models.generations SET position = %s WHERE name = %s AND generation = %s",
        (live.position, projection.name, number),
    )
    touched = Touched(projection, live, now.since(live.terms_in_force))
    alike, done = touched.alike(conn)
    streams = touched.unsure(conn)
    total, folded = done + len(streams), list[str]()
    progress(done, total)
    for rows in TermFolds.of_registry(registry, projection.name, now).shown(conn, streams, live.position):
        # Keep them as text: a long history may have a hundred thousand rows, in the memory of a server.
        folded.append(as_json([dict(zip(table.key, key, strict=True)) | row for key, row in rows.items()]))
        # A stream may have several rows.
        done = min(done + len(rows), total)
        progress(done, total)
    equal = sql.SQL(" AND ").join(_equal(name, table.columns[name]) for name in touched.decisive)
    copy = sql.SQL(_COPY).format(
        new=identifier(projection.name, number),
        live=identifier(projection.name, live.generation),
        columns=column_list(table.columns),
        values=sql.SQL(", ").join(_value(name, name in touched.changing, table.key[0]) for name in table.columns),
        stretch=touched.stretch,
        equal=equal,
        key=column_list(table.key),
    )
    conn.execute(copy, {"alike": as_json(alike), "folded": folded})


def _equal(name: str, kind: str) -> sql.Composed:
    # Nullable columns are compared row by row: only publications have one.
    comparison = "{} = {}" if "NOT NULL" in kind else "{} IS NOT DISTINCT FROM {}"
    column = sql.Identifier(name)
    return sql.SQL(comparison).format(sql.SQL("live.{}").format(column), sql.SQL("(alike.before).{}").format(column))


def _value(name: str, changes: bool, key: str) -> sql.Composed:
    template = _VALUE if changes else "live.{name}"
    return sql.SQL(template).format(name=sql.Identifier(name), key=sql.Identifier(key))
