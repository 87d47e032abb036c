"""The log's table beyond what the library makes of it, and the table of outcomes beside it."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

Conn = Connection[Any]

_OUTCOMES_DDL = """
CREATE TABLE IF NOT EXISTS command_outcomes (
    idempotency_key uuid PRIMARY KEY,
    content_digest bytea NOT NULL,
    subject_id uuid NOT NULL,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
)"""

_HAS_COLUMN = """
SELECT FROM pg_attribute
WHERE attrelid = 'stored_events'::regclass AND attname = 'authenticator' AND NOT attisdropped"""


def prepare_log(conn: Conn) -> None:
    """Create what is missing. Asks first: ALTER TABLE waits for every reader, also where it has nothing to do."""
    conn.execute(_OUTCOMES_DDL)
    if conn.execute(_HAS_COLUMN).fetchone() is None:
        conn.execute("ALTER TABLE stored_events ADD COLUMN IF NOT EXISTS authenticator bytea")
