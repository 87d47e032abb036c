"""An index of the persons who have acted for a structure, whatever they did.

Derived from the log and caught up before each use, so however an event was appended, its author is known. Who deletes
from it gains one decision, which the judge of recorded events finds: it reads the log alone.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.kernel.actors import Role
from eventstore.log import head

Conn = Connection[Any]

DDL = """
CREATE TABLE IF NOT EXISTS structure_speakers (
    structure_id uuid NOT NULL,
    person text NOT NULL,
    PRIMARY KEY (structure_id, person)
);
CREATE TABLE IF NOT EXISTS structure_speakers_position (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), position bigint NOT NULL);
INSERT INTO structure_speakers_position (position) VALUES (0) ON CONFLICT DO NOTHING"""

#: Positions read in one transaction.
BATCH = 20_000
_POSITION = "SELECT position FROM structure_speakers_position FOR UPDATE"
# The search in the bytes passes over most events without reading their JSON.
_READ = f"""
INSERT INTO structure_speakers (structure_id, person)
SELECT DISTINCT (stamp ->> 'structure_id')::uuid, stamp ->> 'person'
FROM (SELECT convert_from(state, 'UTF8')::json -> 'stamp' AS stamp FROM stored_events
      WHERE notification_id > %(after)s AND notification_id <= %(until)s
        AND position('"role":"{Role.STRUCTURE}"'::bytea IN state) > 0
        AND position('"person":"'::bytea IN state) > 0) read
WHERE stamp ->> 'role' = '{Role.STRUCTURE}' AND stamp ->> 'person' IS NOT NULL AND stamp ->> 'structure_id' IS NOT NULL
ON CONFLICT DO NOTHING"""
_REACHED = "UPDATE structure_speakers_position SET position = %(until)s"


def has_acted_for(conn: Conn, structure_id: UUID, person: str) -> bool:
    """Return whether the person has ever acted for the structure. `conn` is in autocommit mode."""
    _catch_up(conn)
    row = conn.execute(
        "SELECT FROM structure_speakers WHERE structure_id = %s AND person = %s", (structure_id, person)
    ).fetchone()
    return row is not None


def _catch_up(conn: Conn) -> None:
    reached, last = 0, head(conn)
    while reached < last:
        with conn.transaction():
            row = conn.execute(_POSITION).fetchone()
            after = 0 if row is None else int(row[0])
            reached = min(last, after + BATCH)
            if after < reached:
                conn.execute(_READ, {"after": after, "until": reached})
                conn.execute(_REACHED, {"until": reached})
