"""Every advisory lock of PostgreSQL that this system takes: its number, and the ways to take it.

Processes of two versions may run beside each other, so a number never changes its meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum, unique
from typing import Any

import psycopg
from psycopg import Connection

Conn = Connection[Any]


@unique
class Lock(IntEnum):
    """A lock of the whole database, held by a session or a transaction."""

    #: Read models are declared, or another generation of one takes over.
    READ_MODELS = 7311001
    #: Held by the session that writes the read models, so the writer and the holder are always the same.
    PROJECTOR = 7311002
    #: Leaves are appended to the proof's tree.
    PROOF_TREE = 7311003
    NOTARY = 7311004
    REACTOR = 7311005
    MAILER = 7311006
    SCHEDULER = 7311007
    STAMPING = 7311008
    REBUILD = 7311009
    DRAWING = 7311010
    WITNESSES = 7311011
    TEXTER = 7311012
    DELIVERER = 7311013
    #: Read models are filled anew after a change of the typology.
    RENEWING = 7311014
    #: Indexes of the log are made beside commands.
    INDEXES = 7311015
    # The last three were once taken by `hashtext` of a name: these are its values.
    #: Tables are created.
    TABLES = 1400174407
    #: The demonstration is prepared, or a season loaded.
    DEMONSTRATION = 1628478677
    SEASON = 1378501777


def acquire(conn: Conn, lock: Lock) -> None:
    """Wait for the lock, and hold it until the session ends (see `releasing`)."""
    conn.execute("SELECT pg_advisory_lock(%s)", (lock,))


def try_acquire(conn: Conn, lock: Lock) -> bool:
    """Take the lock as `acquire` does and return True, or return False at once while another session holds it."""
    row = conn.execute("SELECT pg_try_advisory_lock(%s)", (lock,)).fetchone()
    return bool(row and row[0])


def acquire_in_transaction(conn: Conn, lock: Lock) -> None:
    """Wait for the lock, and hold it until the transaction ends."""
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (lock,))


@contextmanager
def releasing(conn: Conn, lock: Lock) -> Iterator[None]:
    """Release the lock at the end: the server notices a closed connection a little later. A lost one holds nothing."""
    try:
        yield
    finally:
        with suppress(psycopg.Error):
            conn.execute("SELECT pg_advisory_unlock(%s)", (lock,))


#: The sessions (`pid`) that hold a lock (`lock`) in this database.
HELD = """(
    SELECT pid, classid::bigint << 32 | objid::bigint AS lock FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"""


def holders(lock: Lock) -> str:
    """Return SQL: a subquery of the sessions (`pid`) that hold the lock in this database."""
    return f"(SELECT pid FROM {HELD} AS held WHERE lock = {lock:d})"
