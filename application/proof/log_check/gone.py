"""Whether every event that the stored tree holds is still in the log: a count, since the hashes cannot be looked up."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from application.proof.signer_memory import SigningRefused
from application.proof.tiles import tree_size

Conn = Connection[Any]

#: The way on where a signed event is gone.
PUT_BACK = (
    "nothing is signed; parentalite audit check names every such event: put each back from a backup, and take away "
    "what was recorded in its place"
)
_COUNT = "SELECT count(*) FROM stored_events WHERE notification_id BETWEEN 1 AND %s"
_FIRST_GONE = """
SELECT min(position) FROM (SELECT unnest(positions) AS position FROM proof.tiles WHERE level = 0) AS held
WHERE NOT EXISTS (SELECT FROM stored_events WHERE notification_id = position)"""
_FIRST_ADDED = """
SELECT min(notification_id) FROM stored_events WHERE notification_id BETWEEN 1 AND %s AND NOT EXISTS (
    SELECT FROM proof.tiles WHERE level = 0 AND positions[1] = (
        SELECT max(positions[1]) FROM proof.tiles WHERE level = 0 AND positions[1] <= notification_id
    ) AND notification_id = ANY(positions))"""


def check_none_is_gone(conn: Conn) -> None:
    """Raise SigningRefused, with the first position, unless the log holds as many events as its tree up to there."""
    size, position = tree_size(conn)
    count = _number(conn, _COUNT, (position,))
    if count == size:
        return
    where = _number(conn, _FIRST_GONE)
    what = "the event that the stored tree holds is gone from the log"
    if not where:
        where, what = (
            _number(conn, _FIRST_ADDED, (position,)),
            "an event stands there that the stored tree does not hold",
        )
    many = f"up to position {position} the log holds {count} events, and its tree {size}"
    raise SigningRefused(f"position {where}: {what}; {many}: {PUT_BACK}")


def _number(conn: Conn, query: str, values: tuple[int, ...] = ()) -> int:
    row = conn.execute(query.encode(), values, prepare=True).fetchone()
    return int(row[0] or 0) if row else 0
