"""Repair of the sequence of positions, which a restore or a fail-over may leave behind the log."""

from __future__ import annotations

import logging
from typing import Any

from psycopg import Connection, sql

from eventstore.log import head

log = logging.getLogger(__name__)

_SEQUENCE = "SELECT pg_get_serial_sequence('stored_events', 'notification_id')"
_NEXT = "SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM {}"


def put_right(conn: Connection[Any]) -> None:
    """Move the sequence past the log's head. Otherwise the log refuses a command for each repeated position."""
    row = conn.execute(_SEQUENCE).fetchone()
    assert row is not None
    sequence: str = row[0]
    if not _is_behind(conn, sequence):
        return
    with conn.transaction():
        # The lock stops recording, so the comparison stays valid.
        conn.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
        if _is_behind(conn, sequence):
            conn.execute("SELECT setval(%s, %s)", (sequence, last := head(conn)))
            log.warning("a sequence was behind the log", extra={"sequence": sequence, "set_to": last})


def _is_behind(conn: Connection[Any], sequence: str) -> bool:
    last = head(conn)
    # The name is already quoted by PostgreSQL.
    row = conn.execute(sql.SQL(_NEXT).format(sql.SQL(sequence))).fetchone()
    assert row is not None
    return bool(row[0] <= last)
