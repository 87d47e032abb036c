"""The sequence that hands out positions, put right where a restore or a fail-over has left it behind the log."""

from __future__ import annotations

import logging
from typing import Any

from psycopg import Connection, sql

from eventstore.log import head

log = logging.getLogger(__name__)

_SEQUENCE = "SELECT pg_get_serial_sequence('stored_events', 'notification_id')"
_NEXT = "SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM {}"


def put_right(conn: Connection[Any]) -> None:
    """Each position that is handed out twice costs a command: the log refuses it. Nothing that is there is changed."""
    row = conn.execute(_SEQUENCE).fetchone()
    assert row is not None
    sequence: str = row[0]
    if not _is_behind(conn, sequence):
        return
    with conn.transaction():
        # Nobody records meanwhile, so that what is behind now is behind.
        conn.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
        if _is_behind(conn, sequence):
            conn.execute("SELECT setval(%s, %s)", (sequence, last := head(conn)))
            log.warning("a sequence was behind the log", extra={"sequence": sequence, "set_to": last})


def _is_behind(conn: Connection[Any], sequence: str) -> bool:
    last = head(conn)
    # A name as PostgreSQL itself quotes it.
    row = conn.execute(sql.SQL(_NEXT).format(sql.SQL(sequence))).fetchone()
    assert row is not None
    return bool(row[0] <= last)
