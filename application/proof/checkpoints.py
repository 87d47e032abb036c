"""Checkpoints: the tree's size and root at a moment, signed and stored for ever; and the keys that sign them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from application.proof.notes import Checkpoint, SigningKey
from application.proof.public_keys import PublicKey
from application.proof.tiles import DDL as TILES_DDL
from application.proof.tiles import StoredTree, grow, tree_size
from eventstore.log_table import AppendOnly

Conn = Connection[Any]

DDL = f"""
{TILES_DDL};
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
CREATE INDEX IF NOT EXISTS checkpoints_unstamped ON proof.checkpoints (size) WHERE stamp IS NULL"""

#: What was signed stays as it was; a time stamp may follow.
CHECKPOINTS = AppendOnly("proof.checkpoints", ("size", "root", "note"))

#: Reasons for a checkpoint.
INTERVAL, CERTIFICATION, ON_REQUEST, ROTATION = "interval", "certification", "asked", "rotation"

_COLUMNS = "size, position, root, note, reason, made_at, stamp"
_LATEST = f"SELECT {_COLUMNS} FROM proof.checkpoints ORDER BY size DESC LIMIT 1"
_BY_SIZE = f"SELECT {_COLUMNS} FROM proof.checkpoints WHERE size = %s"
_ALL = f"SELECT {_COLUMNS} FROM proof.checkpoints ORDER BY size"
_CERTIFIED_BEFORE = f"""
SELECT {_COLUMNS} FROM proof.checkpoints WHERE size < %s AND reason = '{CERTIFICATION}' ORDER BY size DESC LIMIT 1"""
_KEEP = """
INSERT INTO proof.checkpoints (size, position, root, note, reason, made_at) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (size) DO UPDATE SET reason = EXCLUDED.reason
WHERE EXCLUDED.reason = 'certification' AND proof.checkpoints.reason <> 'certification'"""
_KEYS = "SELECT public_key, since_size, until_size FROM proof.keys ORDER BY since_size, until_size NULLS LAST"
_RETIRE = "UPDATE proof.keys SET until_size = %s WHERE until_size IS NULL"
_NEW_KEY = "INSERT INTO proof.keys (public_key, since_size) VALUES (%s, %s)"
_NAME_LOG = "INSERT INTO proof.log (origin) VALUES (%s) ON CONFLICT DO NOTHING"


class KeyRetired(Exception):
    """Raised when the configured key was replaced earlier; nobody would believe its signatures now."""


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A stored checkpoint. `note` is what others hold copies of; `position` is that of the tree's last event."""

    size: int
    position: int
    root: bytes
    note: str
    reason: str
    made_at: datetime
    stamp: bytes | None

    @property
    def log_name(self) -> str:
        return self.note.split("\n", 1)[0]


def create_tables(conn: Conn) -> None:
    """Create missing tables and name the log, once."""
    conn.execute(DDL)
    conn.execute(_NAME_LOG, (f"parentalite.log/{secrets.token_hex(8)}",))


def origin(conn: Conn) -> str:
    """Return the log's name, chosen with the database and never changed."""
    row = conn.execute("SELECT origin FROM proof.log").fetchone()
    assert row is not None
    return str(row[0])


def keys(conn: Conn) -> list[PublicKey]:
    """Return every key that ever signed, oldest first."""
    with conn.cursor(row_factory=class_row(PublicKey)) as cursor:
        return cursor.execute(_KEYS).fetchall()


def take_up_key(conn: Conn, key: SigningKey) -> None:
    """Make `key` the signing key; the previous key ends at the size of its last checkpoint.

    Raises KeyRetired if `key` was itself replaced earlier.
    """
    with conn.transaction():
        conn.execute("LOCK TABLE proof.keys IN EXCLUSIVE MODE")
        registered = {row.public_key: row for row in keys(conn)}
        if (own := registered.get(key.public)) is None:
            last = latest(conn)
            size = last.size if last else 0
            conn.execute(_RETIRE, (size,))
            conn.execute(_NEW_KEY, (key.public, size + 1 if last else 0))
        elif own.until_size is not None:
            raise KeyRetired(
                f"the checkpoint key was replaced at tree size {own.until_size}: use the key that took its place"
            )


def make_checkpoint(conn: Conn, key: SigningKey, until: int, reason: str, now: datetime) -> SignedCheckpoint | None:
    """Sign the tree of all events up to position `until`, in one transaction. Return None if the log is empty.

    An existing checkpoint of that size stays as it is. Raises KeyRetired.
    """
    with conn.transaction():
        take_up_key(conn, key)
        size = grow(conn, until)
        if size == 0:
            return None
        _, position = tree_size(conn)
        name = origin(conn)
        checkpoint = Checkpoint(name, size, StoredTree(conn).root(size))
        note = key.sign(checkpoint.text, name)
        conn.execute(_KEEP, (size, position, checkpoint.root, note, reason, now))
    return with_size(conn, size)


def latest(conn: Conn) -> SignedCheckpoint | None:
    return _fetch_checkpoint(conn, _LATEST)


def with_size(conn: Conn, size: int) -> SignedCheckpoint | None:
    return _fetch_checkpoint(conn, _BY_SIZE, (size,))


def certified_before(conn: Conn, size: int) -> SignedCheckpoint | None:
    """Return the last certification's checkpoint of a smaller tree, or None."""
    return _fetch_checkpoint(conn, _CERTIFIED_BEFORE, (size,))


def all_checkpoints(conn: Conn) -> list[SignedCheckpoint]:
    with conn.cursor(row_factory=class_row(SignedCheckpoint)) as cursor:
        return cursor.execute(_ALL).fetchall()


def _fetch_checkpoint(conn: Conn, query: str, params: Sequence[Any] = ()) -> SignedCheckpoint | None:
    with conn.cursor(row_factory=class_row(SignedCheckpoint)) as cursor:
        return cursor.execute(query, params).fetchone()
