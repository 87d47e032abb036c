"""What somebody can do who has every right on the database, and not the keys."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

_LIFT = """
ALTER TABLE stored_events DISABLE TRIGGER append_only, DROP CONSTRAINT IF EXISTS stored_events_can_be_read,
    ALTER COLUMN topic DROP NOT NULL, ALTER COLUMN state DROP NOT NULL;
ALTER TABLE proof.checkpoints DISABLE TRIGGER append_only"""


def lift_protection(conn: Connection[Any]) -> None:
    """Let the log and the checkpoints be rewritten, until the application opens the database again."""
    conn.execute(_LIFT)


def insert_event(conn: Connection[Any], topic: str, state: bytes | None, **columns: Any) -> None:
    """Insert a row into the log as it is; by default it begins a stream."""
    values = {"topic": topic, "state": state, "originator_version": 1, **columns}
    names = ", ".join(values)
    places = ", ".join(f"%({name})s" for name in values)
    if "originator_id" not in values:
        names, places = f"{names}, originator_id", f"{places}, gen_random_uuid()"
    conn.execute(f"INSERT INTO stored_events ({names}) VALUES ({places})".encode(), values)
