"""Checkpoints: the tree's size and root at a moment, signed, and kept for ever. And the keys that sign them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from application.proof.notes import Checkpoint, SigningKey
from application.proof.tiles import DDL as TILES_DDL
from application.proof.tiles import StoredTree, grow, tree_size

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

#: Why a checkpoint was made.
INTERVAL, CERTIFICATION, ASKED, ROTATION = "interval", "certification", "asked", "rotation"

_COLUMNS = "size, position, root, note, reason, made_at, stamp"
_LATEST = f"SELECT {_COLUMNS} FROM proof.checkpoints ORDER BY size DESC LIMIT 1"
_OF_SIZE = f"SELECT {_COLUMNS} FROM proof.checkpoints WHERE size = %s"
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
    """The configured key was replaced before: what it signs now would not be believed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint as kept. `note` is what others keep copies of; `position` is that of the tree's last event."""

    size: int
    position: int
    root: bytes
    note: str
    reason: str
    made_at: datetime
    stamp: bytes | None


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key and the tree sizes whose checkpoints it may sign: above `since_size`, up to `until_size` if it ended."""

    public_key: bytes
    since_size: int
    until_size: int | None

    def may_sign(self, size: int) -> bool:
        return self.since_size <= size and (self.until_size is None or size <= self.until_size)


def create_tables(conn: Conn) -> None:
    """Makes what is missing, and gives the log its name once."""
    conn.execute(DDL)
    conn.execute(_NAME_LOG, (f"parentalite.log/{secrets.token_hex(8)}",))


def origin(conn: Conn) -> str:
    """The log's name: made when the database was, the same for ever."""
    row = conn.execute("SELECT origin FROM proof.log").fetchone()
    assert row is not None
    return str(row[0])


def keys(conn: Conn) -> list[PublicKey]:
    """Every key that ever signed, in their order."""
    with conn.cursor(row_factory=class_row(PublicKey)) as cursor:
        return cursor.execute(_KEYS).fetchall()


def take_up_key(conn: Conn, key: SigningKey) -> None:
    """Makes `key` the one that signs. A new one ends the one before at the size of its last checkpoint.

    Raises KeyRetired when the key was itself replaced before.
    """
    with conn.transaction():
        conn.execute("LOCK TABLE proof.keys IN EXCLUSIVE MODE")
        known = {one.public_key: one for one in keys(conn)}
        if (found := known.get(key.public)) is None:
            last = latest(conn)
            size = last.size if last else 0
            conn.execute(_RETIRE, (size,))
            conn.execute(_NEW_KEY, (key.public, size + 1 if last else 0))
        elif found.until_size is not None:
            raise KeyRetired(
                f"the checkpoint key was replaced at tree size {found.until_size}: use the key that took its place"
            )


def make_checkpoint(conn: Conn, key: SigningKey, until: int, reason: str, now: datetime) -> Kept | None:
    """Signs the tree of all events up to position `until`, in one transaction. None when the log is empty.

    A checkpoint of that size that is there already stays as it is. Raises KeyRetired.
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
    return of_size(conn, size)


def latest(conn: Conn) -> Kept | None:
    return _one(conn, _LATEST)


def of_size(conn: Conn, size: int) -> Kept | None:
    return _one(conn, _OF_SIZE, (size,))


def certified_before(conn: Conn, size: int) -> Kept | None:
    """The last checkpoint made at a certification, of a smaller tree."""
    return _one(conn, _CERTIFIED_BEFORE, (size,))


def all_checkpoints(conn: Conn) -> list[Kept]:
    with conn.cursor(row_factory=class_row(Kept)) as cursor:
        return cursor.execute(_ALL).fetchall()


def _one(conn: Conn, query: str, params: Sequence[Any] = ()) -> Kept | None:
    with conn.cursor(row_factory=class_row(Kept)) as cursor:
        return cursor.execute(query, params).fetchone()
