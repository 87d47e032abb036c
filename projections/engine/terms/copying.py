"""Fill a new generation from the rows in use, with the terms that have changed since they were folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from projections.engine.generations import Generation, State, add_generation, identifier, terms_in_force
from projections.engine.projection import Projection, Row
from projections.engine.registry import Registry
from projections.engine.tables import as_json
from projections.engine.terms.by_row import Touched
from projections.engine.terms.folding import TermFolds
from projections.engine.terms.touched import touched_streams
from projections.engine.terms_in_force import TermsInForce

Conn = Connection[Any]
#: Told the streams done and all.
Progress = Callable[[int, int], None]

_CHANGED = "CREATE TEMPORARY TABLE changed_terms ON COMMIT DROP AS SELECT {columns} FROM {live} WITH NO DATA"
_ADD = "INSERT INTO changed_terms SELECT * FROM json_populate_recordset(NULL::changed_terms, %s)"
_COPY = (
    "INSERT INTO {new} ({columns}) SELECT {values} FROM {live} AS live LEFT JOIN changed_terms AS changed USING ({key})"
)


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
    terms = list(dict.fromkeys(projection.terms.columns.values()))
    tables = {"live": identifier(projection.name, live.generation), "new": identifier(projection.name, number)}
    conn.execute(sql.SQL(_CHANGED).format(columns=_names([*table.key, *terms]), **tables))
    total, changed = _changed(conn, registry, projection, live, now)
    done = 0
    for rows in changed:
        conn.execute(_ADD, (as_json(rows),))
        done += len(rows)
        progress(done, total)
    conn.execute("ANALYZE changed_terms")
    values = sql.SQL(", ").join(_value(name, name in terms, table.key[0]) for name in table.columns)
    conn.execute(sql.SQL(_COPY).format(columns=_names(table.columns), values=values, key=_names(table.key), **tables))
    conn.execute("DROP TABLE changed_terms")


def _changed(
    conn: Conn, registry: Registry, projection: Projection, live: Generation, now: TermsInForce
) -> tuple[int, Iterator[Sequence[Row]]]:
    """Return how many rows or streams change, and the keys and terms of the changed rows.

    By what the rows show where they say enough, or else by their events.
    """
    changes = now.since(live.terms_in_force)
    if projection.terms.of_row is None:
        streams = touched_streams(conn, projection, live.generation, changes)
        return len(streams), _folded(conn, registry, projection, streams, live.position, now)
    touched = Touched(projection, live, changes)
    folded = _folded(conn, registry, projection, touched.unsure(conn), live.position, now)
    return touched.count(conn), chain(touched.shown(conn), folded)


def _folded(
    conn: Conn, registry: Registry, projection: Projection, streams: Sequence[UUID], upto: int, now: TermsInForce
) -> Iterator[Sequence[Row]]:
    for rows in TermFolds.of_registry(registry, projection.name, now).shown(conn, streams, upto):
        yield [dict(zip(projection.table.key, key, strict=True)) | row for key, row in rows.items()]


def _value(name: str, shows_term: bool, key: str) -> sql.Composed:
    template = (
        "CASE WHEN changed.{key} IS NULL THEN live.{name} ELSE changed.{name} END" if shows_term else "live.{name}"
    )
    return sql.SQL(template).format(name=sql.Identifier(name), key=sql.Identifier(key))


def _names(names: Any) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))
