"""Events whose reaction failed: set aside, retried for a day, then kept for an operator."""

from __future__ import annotations

import logging
from traceback import extract_tb
from typing import Any

from psycopg import Connection

log = logging.getLogger(__name__)

Conn = Connection[Any]

#: Waits of 30 s, 1 min, 2 min… up to six hours: a day in total, time to deploy a fix.
MAX_ATTEMPTS = 14
FIRST_WAIT, MAX_WAIT = 30, 21_600

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
    """Set an event aside; call it after rolling back what its reaction wrote."""
    reason, places = describe_error(fault)
    conn.execute(_SET_ASIDE, (position, event, reason, FIRST_WAIT))
    log.error("reaction set aside", extra={"position": position, "event": event, "reason": reason, "places": places})


def next_due(conn: Conn) -> int | None:
    """Return the position that has been due for longest, locked until the transaction ends, or None."""
    row = conn.execute(_NEXT).fetchone()
    return None if row is None else int(row[0])


def record_failure(conn: Conn, position: int, fault: Exception) -> None:
    reason, places = describe_error(fault)
    row = conn.execute(_AGAIN, (reason, MAX_ATTEMPTS, MAX_WAIT, FIRST_WAIT, position)).fetchone()
    if row is not None and row[1]:
        details = {"position": position, "reason": reason, "attempts": row[0], "places": places}
        log.error("reaction given up", extra=details)


def mark_done(conn: Conn, position: int) -> None:
    conn.execute("DELETE FROM reactions_set_aside WHERE position = %s", (position,))


def describe_error(error: Exception) -> tuple[str, list[str]]:
    """Return where and what kind of error was raised, and its traceback; never its message, which may be personal."""
    places = [f"{place.filename.rpartition('/')[2]}:{place.lineno}" for place in extract_tb(error.__traceback__)]
    return (f"{type(error).__name__} at {places[-1]}" if places else type(error).__name__), places
