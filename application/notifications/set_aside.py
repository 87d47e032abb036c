"""Events that could not be reacted to: set aside, tried again a few times, and then kept until somebody looks."""

from __future__ import annotations

import logging
from traceback import extract_tb
from typing import Any

from psycopg import Connection

log = logging.getLogger(__name__)

Conn = Connection[Any]

#: Waits of 30 s, 1 min, 2 min… six hours at most: a day in all, so that an update may bring code that can.
MOST_ATTEMPTS = 14
FIRST_WAIT, LONGEST_WAIT = 30, 21_600

_SET_ASIDE = """
INSERT INTO reactions_set_aside (position, event, reason, due_at) VALUES (%s, %s, %s, now() + make_interval(secs => %s))
ON CONFLICT (position) DO NOTHING"""
_NEXT = """
SELECT position FROM reactions_set_aside WHERE given_up_at IS NULL AND due_at <= now()
ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED"""
_AGAIN = """
UPDATE reactions_set_aside SET attempts = attempts + 1, reason = %s,
    due_at = CASE WHEN attempts + 1 < %s
        THEN now() + make_interval(secs => least(%s, %s * 2.0 ^ least(attempts, 20))) END
WHERE position = %s RETURNING attempts, due_at IS NULL"""


def set_aside(conn: Conn, position: int, event: str, fault: Exception) -> None:
    """To be called after what was written for the event is rolled back."""
    reason, places = told(fault)
    conn.execute(_SET_ASIDE, (position, event, reason, FIRST_WAIT))
    log.error("reaction set aside", extra={"position": position, "event": event, "reason": reason, "places": places})


def next_due(conn: Conn) -> int | None:
    """The position that has been due for longest, locked until the transaction ends."""
    row = conn.execute(_NEXT).fetchone()
    return None if row is None else int(row[0])


def failed_again(conn: Conn, position: int, fault: Exception) -> None:
    reason, places = told(fault)
    row = conn.execute(_AGAIN, (reason, MOST_ATTEMPTS, LONGEST_WAIT, FIRST_WAIT, position)).fetchone()
    if row is not None and row[1]:
        seen = {"position": position, "reason": reason, "attempts": row[0], "places": places}
        log.error("reaction is not tried again", extra=seen)


def done(conn: Conn, position: int) -> None:
    conn.execute("DELETE FROM reactions_set_aside WHERE position = %s", (position,))


def told(fault: Exception) -> tuple[str, list[str]]:
    """The kind of fault with where it was raised, and all places: never its values, which may be personal."""
    places = [f"{place.filename.rpartition('/')[2]}:{place.lineno}" for place in extract_tb(fault.__traceback__)]
    return (f"{type(fault).__name__} at {places[-1]}" if places else type(fault).__name__), places
