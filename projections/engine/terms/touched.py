"""Find the streams that a change of the typology touches, by the indexes of the columns that show terms; and say how
many at most are refolded in place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from projections.engine.generations import SCHEMA, State, generations, identifier, table_name, terms_in_force
from projections.engine.projection import Projection
from projections.engine.registry import projections
from projections.engine.terms_in_force import Change, TermsInForce

Conn = Connection[Any]

#: Above both, filling a new generation takes less time: refolding a stream in place takes about half a millisecond, in
#: which the projector does nothing else (docs/decisions/0034).
FEW_STREAMS, SHARE = 2_000, 0.02

_ROWS = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass(%s)"
_STREAMS = "SELECT DISTINCT stream FROM ({}) AS touched LIMIT %s"


def most_refolded(conn: Conn, projection: Projection, number: int) -> int:
    """Return how many streams a change may touch to be shown at once, by the estimate of the table's rows."""
    row = conn.execute(_ROWS, (f"{SCHEMA}.{table_name(projection.name, number)}",)).fetchone()
    return max(FEW_STREAMS, int(row[0] * SHARE)) if row else FEW_STREAMS


def filled_anew(conn: Conn, changes: Sequence[Change] | None = None) -> list[str]:
    """Return the live read models in which these changes touch too many streams to be shown at once.

    Without changes: those that each of them does not show yet. Opens a transaction, or takes the caller's.
    """
    with conn.transaction():
        now, by_name = terms_in_force(conn), {each.name: each for each in projections(TermsInForce())}
        names = []
        for live in generations(conn, State.LIVE):
            if (projection := by_name.get(live.name)) is None:
                continue
            pending = now.since(live.terms_in_force) if changes is None else changes
            most = most_refolded(conn, projection, live.generation)
            if len(touched_streams(conn, projection, live.generation, pending, most + 1)) > most:
                names.append(live.name)
        return names


def touched_streams(
    conn: Conn, projection: Projection, number: int, changes: Sequence[Change], most: int | None = None
) -> list[UUID]:
    """Return the streams with a row that shows a term which changes, on a day that the change reaches.

    At most `most` of them, if it is not None. In the caller's transaction.
    """
    query = streams_query(projection, number, changes)
    if query is None:
        return []
    # The planner would read the whole table for a frequent term, in the hope of soon having enough.
    conn.execute("SELECT set_config('enable_seqscan', 'off', true)")
    rows = conn.execute(query, (most,)).fetchall()
    conn.execute("SELECT set_config('enable_seqscan', 'on', true)")
    return [row[0] for row in rows]


def streams_query(projection: Projection, number: int, changes: Sequence[Change]) -> sql.Composed | None:
    """Return the query for the touched streams, with a limit to be given; None if these changes cannot touch any."""
    parts = list(_parts(projection, number, changes))
    return sql.SQL(_STREAMS).format(sql.SQL(" UNION ALL ").join(parts)) if parts else None


def _parts(projection: Projection, number: int, changes: Sequence[Change]) -> Iterator[sql.Composed]:
    """One SELECT for each change that this projection can show."""
    template = sql.SQL("SELECT {} AS stream FROM {} WHERE {}")
    stream, table = sql.Identifier(projection.table.key[0]), identifier(projection.name, number)
    return (template.format(stream, table, condition) for condition in touching(projection, changes))


def touching(projection: Projection, changes: Sequence[Change]) -> Iterator[sql.Composed]:
    """Yield the condition of a touched row for each change that this projection can show.

    A row is first touched by the term that it shows.
    """
    for change in changes:
        if (column := projection.terms.columns.get(change.kind)) is not None:
            is_list = projection.table.columns[column].startswith("text[]")
            condition = sql.SQL("{} @> ARRAY[{}]" if is_list else "{} = {}")
            shows = condition.format(sql.Identifier(column), sql.Literal(change.code))
            yield sql.SQL("{} {}").format(shows, _reached(change.since, projection.terms.day))


def _reached(since: date | None, day: str | None) -> sql.Composable:
    if since is None or day is None:
        return sql.SQL("")
    # A day more: the fold compares with the day in the offset that the instant was recorded with.
    return sql.SQL("AND {} >= {}").format(sql.Identifier(day), sql.Literal(since - timedelta(days=1)))
