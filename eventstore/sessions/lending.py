"""Connections that are lent for a while: hung up on where their server does not answer in time."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any, Generic, TypeAlias, TypeVar

import psycopg
from psycopg import AsyncConnection, Connection
from psycopg.pq import TransactionStatus
from psycopg_pool import AsyncConnectionPool, ConnectionPool

log = logging.getLogger(__name__)

Conn = Connection[Any]
AsyncConn = AsyncConnection[Any]
C = TypeVar("C", bound=Connection[Any])
AnyPool: TypeAlias = ConnectionPool[Any] | AsyncConnectionPool[Any]
#: After this the pool sees its favourite again: it closes what is older than an hour.
FAVOURED_SECONDS = 600.0


def hang_up(conn: Conn | AsyncConn) -> None:
    """Close the connection's socket, which ends the wait for an answer in this or another thread."""
    log.error("hung up on a database that does not answer")
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(conn.pgconn.socket)) as same:
        same.shutdown(socket.SHUT_RDWR)


class Lendings:
    """Hangs up on connections that are lent for too long, in one thread a process, started at the first loan."""

    def __init__(self) -> None:
        #: Until when, and by which pool.
        self._lent: dict[Conn | AsyncConn, tuple[float, AnyPool | None]] = {}
        self._guard = Lock()
        self._thread: Thread | None = None

    def begin(self, conn: Conn | AsyncConn, seconds: float, pool: AnyPool | None = None) -> None:
        self._lent[conn] = monotonic() + seconds, pool
        if self._thread is None:
            with self._guard:
                if self._thread is None:
                    self._thread = Thread(target=self._watch, name="lendings", daemon=True)
                    self._thread.start()

    def end(self, conn: Conn | AsyncConn) -> None:
        self._lent.pop(conn, None)

    def _watch(self) -> None:
        while True:
            sleep(0.5)
            now = monotonic()
            for conn, (until, _) in list(self._lent.items()):
                if now > until and self._lent.pop(conn, None) is not None:
                    hang_up(conn)

    def hang_up_all(self, database_url: str) -> None:
        """Hang up on what pools of this database have lent."""
        for conn, (_, pool) in list(self._lent.items()):
            if pool is not None and pool.conninfo == database_url and self._lent.pop(conn, None) is not None:
                hang_up(conn)


lendings = Lendings()


class Favourite(Generic[C]):
    """The connection of a pool that is lent before all others, and lies here meanwhile. Thread-safe.

    psycopg lends in turn, each session with cold caches, and takes longer than some statements.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._favourite: C | None = None
        self._until = 0.0
        self._idle: C | None = None
        #: Threads that wait for another one: what is returned is theirs.
        self._waiting = 0
        self._forgotten_at = 0.0

    def take(self) -> C | None:
        """Return it if it lies here. Otherwise the thread waits for another one, until it calls `waited`."""
        with self._guard:
            conn, self._idle = self._idle, None
            self._waiting += conn is None
        return conn

    def waited(self, since: float, conn: C | None) -> None:
        """End what `take` began; what the pool has lent `since` then may become the favourite."""
        with self._guard:
            self._waiting -= 1
            # Where somebody waits it is returned to the pool, which may have closed it.
            is_free = self._favourite is None or self._favourite.closed
            if conn is not None and is_free and since > self._forgotten_at:
                self._favourite, self._until = conn, monotonic() + FAVOURED_SECONDS

    def put(self, conn: C) -> bool:
        """Return whether the connection lies here now. Otherwise it is for the pool."""
        with self._guard:
            if conn is not self._favourite or self._waiting:
                return False
            if monotonic() > self._until or conn.pgconn.transaction_status != TransactionStatus.IDLE:
                self._favourite = None
                return False
            self._idle = conn
            return True

    def forget(self) -> C | None:
        """Favour none that was lent until now. Return the one that lay here."""
        with self._guard:
            conn, self._idle, self._favourite = self._idle, None, None
            self._forgotten_at = monotonic()
        return conn


@contextmanager
def lent(pool: ConnectionPool[C]) -> Iterator[C]:
    """Lend a connection in autocommit mode: no transaction is ended on its return, as `pool.connection` would."""
    conn = pool.getconn()
    try:
        yield conn
    finally:
        pool.putconn(conn)


@contextmanager
def answering_within(conn: Conn | AsyncConn, seconds: float) -> Iterator[None]:
    """Hang up on the connection if what is done on it takes longer."""
    lendings.begin(conn, seconds)
    try:
        yield
    finally:
        lendings.end(conn)
