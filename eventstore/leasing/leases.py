"""Leases: which process does a work now, and until when it is believed to.

A lease is an advisory lock of a session, with a row that says who holds it and when it was last heard of. A thread of
each process says so every few seconds, by PostgreSQL's clock, for as long as the process runs. Who stands by ends the
session of a holder that is silent: its lock and its open transaction end with it, so that a holder which wakes up again
writes nothing there. What it writes on other sessions carries the lease's token, which must still be the row's.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from threading import Lock as Mutex
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege, UndefinedTable
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool

from eventstore.connections import Bounds, connect, hang_up_all
from eventstore.locks import HELD, Lock, acquire_in_transaction, try_acquire
from eventstore.sessions.lending import answering_within, hang_up

log = logging.getLogger(__name__)

Conn = Connection[Any]

BEAT_SECONDS = 2.0
#: Where the database does not answer for so long, its server is taken for gone.
ANSWER_SECONDS = 5.0
#: A holder that is silent for so long loses its lease.
EXPIRY_SECONDS = 10.0
_BEATING = Bounds(lock=1, statement=2, idle=5)

DDL = """
CREATE TABLE IF NOT EXISTS leases (
    lease integer PRIMARY KEY,
    work text NOT NULL,
    token uuid NOT NULL UNIQUE,
    process text NOT NULL,
    session integer NOT NULL,
    since timestamptz NOT NULL,
    heard_at timestamptz NOT NULL
)"""
_TAKE = """
INSERT INTO leases (lease, work, token, process, session, since, heard_at)
VALUES (%s, %s, %s, %s, pg_backend_pid(), clock_timestamp(), clock_timestamp())
ON CONFLICT (lease) DO UPDATE SET work = EXCLUDED.work, token = EXCLUDED.token, process = EXCLUDED.process,
    session = EXCLUDED.session, since = EXCLUDED.since, heard_at = EXCLUDED.heard_at"""
_BEAT = "UPDATE leases SET heard_at = clock_timestamp() WHERE token = ANY(%s)"
#: The row is of the session that holds the lock: another one may have just taken it, and not said so yet.
_END_SILENT = f"""
SELECT process, extract(epoch FROM clock_timestamp() - heard_at)::float, pg_terminate_backend(session)
FROM leases JOIN {HELD} AS held ON (pid, lock) = (session, lease)
WHERE lease = %s AND clock_timestamp() - heard_at > make_interval(secs => %s)"""


_HOLDERS = f"""
SELECT work, process, since, heard_at, extract(epoch FROM clock_timestamp() - heard_at)::float AS silent_seconds
FROM leases JOIN {HELD} AS held ON (pid, lock) = (session, lease)
ORDER BY work"""
#: Raised by `record_leased` in record_decisions.sql.
_LEASE_LOST = "55L01"


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that this process holds on the session `conn`."""

    lock: Lock
    token: UUID
    conn: Conn


_held: ContextVar[Lease | None] = ContextVar("lease", default=None)


def held_lease() -> Lease | None:
    """Return the lease that this thread works under, or None."""
    return _held.get()


@contextmanager
def writing_on(pool: ConnectionPool[Conn]) -> Iterator[Conn]:
    """Yield the session of the lease that this thread works under, or else a connection of the pool.

    The session ends with the lease, so that a process which has lost it writes nothing.
    """
    if (lease := _held.get()) is not None:
        yield lease.conn
        return
    with pool.connection() as conn:
        yield conn


def take(conn: Conn, lock: Lock, work: str) -> Lease | None:
    """Take the lease, or return None while another session holds it."""
    if not try_acquire(conn, lock):
        return None
    lease = Lease(lock, uuid4(), conn)
    row = (lock, work, lease.token, f"{socket.gethostname()} {os.getpid()}")
    try:
        _write(conn, row)
    except UndefinedTable:
        with conn.transaction():
            acquire_in_transaction(conn, Lock.TABLES)
            conn.execute(DDL)
        _write(conn, row)
    return lease


def _write(conn: Conn, row: tuple[Any, ...]) -> None:
    with conn.transaction():
        # Leases end with the server that they were taken at.
        conn.execute("SET LOCAL synchronous_commit = off")
        conn.execute(_TAKE, row)


def end_silent_holder(conn: Conn, lock: Lock) -> None:
    """End the session of a holder that is silent for too long; its lease is free a moment later."""
    with suppress(UndefinedTable):
        try:
            row = conn.execute(_END_SILENT, (lock, EXPIRY_SECONDS)).fetchone()
        except InsufficientPrivilege:
            log.warning("the session of a silent process is another role's, and holds its lease", extra={"lease": lock})
            return
        if row is not None:
            log.warning(
                "took a lease from a silent process", extra={"holder": row[0], "silent_seconds": round(row[1], 1)}
            )


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that does a work: host and process id, and when it was last heard of."""

    work: str
    process: str
    since: datetime
    heard_at: datetime
    silent_seconds: float

    @property
    def is_silent(self) -> bool:
        return self.silent_seconds > EXPIRY_SECONDS


def held_leases(conn: Conn) -> list[Holder]:
    """Return the leases that are held, by name of the work. None where no process of this version ever held one."""
    if conn.execute("SELECT to_regclass('leases')").fetchone() == (None,):
        return []
    with conn.cursor(row_factory=class_row(Holder)) as cursor:
        return cursor.execute(_HOLDERS).fetchall()


@contextmanager
def holding(lease: Lease, database_url: str) -> Iterator[None]:
    """Work under the lease, and let the process be heard of meanwhile."""
    before = _held.set(lease)
    _hearts.begin(database_url, lease)
    try:
        yield
    finally:
        _hearts.end(database_url, lease)
        _held.reset(before)


def is_lease_lost(error: BaseException) -> bool:
    """Return whether a command was not recorded because another process has the lease that it rested on."""
    return isinstance(error, psycopg.Error) and error.sqlstate == _LEASE_LOST


class _Heart:
    """Tells the database every few seconds that this process goes on, on a session of its own.

    Where the database does not answer, it hangs up on the sessions of the leases too: they would wait for a server that
    is frozen, while another one is the primary.
    """

    def __init__(self, database_url: str) -> None:
        self.leases: Mapping[UUID, Conn] = {}
        self.stop = Event()
        self._database_url = database_url

    def start(self) -> None:
        Thread(target=self._beat_on, name="heartbeat", daemon=True).start()

    def _beat_on(self) -> None:
        # The first beat is the row itself.
        heard_at = monotonic()
        while not self.stop.wait(BEAT_SECONDS):
            try:
                with connect(self._database_url, "parentalite-heartbeat", _BEATING) as conn:
                    with answering_within(conn, ANSWER_SECONDS):
                        conn.execute("SET synchronous_commit = off")
                    while True:
                        with answering_within(conn, ANSWER_SECONDS):
                            conn.execute(_BEAT, (list(self.leases),), prepare=True)
                        heard_at = monotonic()
                        if self.stop.wait(BEAT_SECONDS):
                            return
            except psycopg.Error:
                if monotonic() - heard_at > ANSWER_SECONDS:
                    hang_up_all(self._database_url)
                    for lease in self.leases.values():
                        hang_up(lease)


class _Hearts:
    """The hearts of this process: one for each database where it holds a lease."""

    def __init__(self) -> None:
        self._of: dict[str, _Heart] = {}
        self._guard = Mutex()

    def begin(self, database_url: str, lease: Lease) -> None:
        with self._guard:
            heart = self._of.get(database_url)
            if heart is None:
                heart = self._of[database_url] = _Heart(database_url)
                heart.start()
            heart.leases = {**heart.leases, lease.token: lease.conn}

    def end(self, database_url: str, lease: Lease) -> None:
        with self._guard:
            heart = self._of[database_url]
            heart.leases = {token: conn for token, conn in heart.leases.items() if token != lease.token}
            if not heart.leases:
                del self._of[database_url]
                heart.stop.set()


_hearts = _Hearts()
