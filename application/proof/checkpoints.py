"""Checkpoints as they are stored: the tree's size and root at a moment, signed, for ever; and the keys that signed."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from application.proof.public_keys import PublicKey
from application.proof.signer.naming import NAME_IT, log_name
from application.proof.signer.troubles import DDL as TROUBLES_DDL
from application.proof.signer_memory import LogUnnamed, Tree
from application.proof.tiles import DDL as TILES_DDL
from eventstore.log_table import AppendOnly
from eventstore.sessions.ddl import create_missing

Conn = Connection[Any]

DDL = f"""
{TILES_DDL};
{TROUBLES_DDL};
CREATE TABLE IF NOT EXISTS proof.log (origin text NOT NULL, only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one));
CREATE TABLE IF NOT EXISTS proof.keys (
    public_key bytea PRIMARY KEY,
    since_size bigint NOT NULL,
    until_size bigint
);
CREATE TABLE IF NOT EXISTS proof.checkpoints (
    size bigint PRIMARY KEY,
    position bigint NOT NULL,
    root bytea NOT NULL,
    note text NOT NULL,
    reason text NOT NULL,
    made_at timestamptz NOT NULL,
    stamp bytea
);
CREATE TABLE IF NOT EXISTS proof.cosignatures (
    size bigint NOT NULL,
    witness text NOT NULL,
    line text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (size, witness)
);
CREATE TABLE IF NOT EXISTS proof.final_checkpoints (
    size bigint PRIMARY KEY,
    position bigint NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS checkpoints_unstamped ON proof.checkpoints (size) WHERE stamp IS NULL;
CREATE INDEX IF NOT EXISTS checkpoints_of_position ON proof.checkpoints (position, size)"""
_HAS_STATEMENT = """
SELECT FROM pg_attribute
WHERE attrelid = 'proof.checkpoints'::regclass AND attname = 'statement' AND NOT attisdropped"""

#: Signed columns stay as they were; a time stamp may follow.
CHECKPOINTS = AppendOnly("proof.checkpoints", ("size", "position", "root", "note", "reason", "made_at", "statement"))

#: Reasons for a checkpoint.
INTERVAL, CERTIFICATION, ON_REQUEST, ROTATION = "interval", "certification", "asked", "rotation"
#: First line of the statement beside a checkpoint.
STATEMENT = "parentalite-checkpoint/1"
#: Each of these causes a checkpoint at once.
CERTIFYING_TOPICS = (
    *("service_dossier.certified", "service_dossier.paid"),
    *("service_dossier.certification_withdrawn", "service_dossier.recovered"),
)
#: Events that wait for a checkpoint: the draw of a control follows from the first one after its announcement.
ANNOUNCING_TOPICS = ("control.opened",)

_TABLES = ["tiles", "log", "keys", "checkpoints", "troubles", "cosignatures", "final_checkpoints"]
_COLUMNS = "size, position, root, note, reason, made_at, stamp, statement"
_LATEST = f"SELECT {_COLUMNS} FROM proof.checkpoints ORDER BY size DESC LIMIT 1"
_BY_SIZE = f"SELECT {_COLUMNS} FROM proof.checkpoints WHERE size = %s"
_ALL = f"SELECT {_COLUMNS} FROM proof.checkpoints ORDER BY size"
# Ask the log what was certified: the column `reason` could be altered.
_CERTIFIED_BEFORE = f"""
SELECT {_COLUMNS} FROM proof.checkpoints WHERE size < %(size)s AND position >= (
    SELECT notification_id FROM stored_events WHERE topic = ANY(%(topics)s)
        AND notification_id <= (
            SELECT position FROM proof.checkpoints WHERE size < %(size)s ORDER BY size DESC LIMIT 1
        )
    ORDER BY notification_id DESC LIMIT 1
) ORDER BY size LIMIT 1"""
_FIRST_COVERING = f"SELECT {_COLUMNS} FROM proof.checkpoints WHERE position >= %s ORDER BY position, size LIMIT 1"
_HOLDS = """
SELECT EXISTS (SELECT FROM stored_events WHERE notification_id > %s AND notification_id <= %s AND topic = ANY(%s))"""
_KEYS = "SELECT public_key, since_size, until_size FROM proof.keys ORDER BY since_size, until_size NULLS LAST"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A stored checkpoint. `note` is what others hold copies of; `position` is that of the tree's last event.

    `statement` is a note over position, reason and time, by the key of the checkpoint; older ones have none.
    """

    size: int
    position: int
    root: bytes
    note: str
    reason: str
    made_at: datetime
    stamp: bytes | None
    statement: str | None = None

    @property
    def log_name(self) -> str:
        return self.note.split("\n", 1)[0]


def statement_text(name: str, tree: Tree, position: int, reason: str, made_at: datetime) -> str:
    """Return the text that is signed beside a checkpoint: what else is kept of it."""
    root = base64.b64encode(tree.root).decode()
    lines = (STATEMENT, name, tree.size, root, position, reason, made_at.astimezone(UTC).isoformat())
    return "".join(f"{line}\n" for line in lines)


def create_tables(conn: Conn) -> None:
    """Create missing tables. The log is named by a command: see `naming`."""
    create_missing(conn, DDL)
    if conn.execute(_HAS_STATEMENT).fetchone() is None:
        # Not by IF NOT EXISTS: even so it would wait for whoever reads and writes checkpoints.
        conn.execute("ALTER TABLE proof.checkpoints ADD COLUMN statement text")


def are_stored(conn: Conn) -> bool:
    """Return whether the tables are there: whoever may drop them could."""
    query = "SELECT bool_and(to_regclass('proof.' || name) IS NOT NULL) FROM unnest(%s::text[]) AS name"
    row = conn.execute(query, (_TABLES,)).fetchone()
    return bool(row and row[0])


def origin(conn: Conn) -> str:
    """Return the log's name. Raises LogUnnamed."""
    if (name := log_name(conn)) is None:
        raise LogUnnamed(f"the log has no name yet, under which it is signed: {NAME_IT}")
    return name


def keys(conn: Conn) -> list[PublicKey]:
    """Return every key that ever signed, oldest first."""
    with conn.cursor(row_factory=class_row(PublicKey)) as cursor:
        return cursor.execute(_KEYS).fetchall()


def latest(conn: Conn) -> SignedCheckpoint | None:
    return _fetch_checkpoint(conn, _LATEST)


def with_size(conn: Conn, size: int) -> SignedCheckpoint | None:
    return _fetch_checkpoint(conn, _BY_SIZE, (size,))


def certified_before(conn: Conn, size: int) -> SignedCheckpoint | None:
    """Return the first checkpoint of the last certification or payment in a smaller tree, or None."""
    return _fetch_checkpoint(conn, _CERTIFIED_BEFORE, {"size": size, "topics": list(CERTIFYING_TOPICS)})


def certifies(conn: Conn, after: int, until: int) -> bool:
    """Return whether something was certified or paid, or taken back, after position `after`, up to `until`."""
    return _holds(conn, after, until, CERTIFYING_TOPICS)


def announces(conn: Conn, after: int, until: int) -> bool:
    """Return whether something that waits for a checkpoint was recorded after position `after`, up to `until`."""
    return _holds(conn, after, until, ANNOUNCING_TOPICS)


def _holds(conn: Conn, after: int, until: int, topics: Sequence[str]) -> bool:
    row = conn.execute(_HOLDS, (after, until, list(topics)), prepare=True).fetchone()
    return bool(row and row[0])


def first_covering(conn: Conn, position: int) -> SignedCheckpoint | None:
    """Return the first checkpoint whose tree holds the event at this position, or None."""
    return _fetch_checkpoint(conn, _FIRST_COVERING, (position,))


def all_checkpoints(conn: Conn) -> list[SignedCheckpoint]:
    with conn.cursor(row_factory=class_row(SignedCheckpoint)) as cursor:
        return cursor.execute(_ALL).fetchall()


def _fetch_checkpoint(conn: Conn, query: str, params: Any = ()) -> SignedCheckpoint | None:
    with conn.cursor(row_factory=class_row(SignedCheckpoint)) as cursor:
        return cursor.execute(query, params).fetchone()
