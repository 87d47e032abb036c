"""Connections that are lent for a while: hung up on where their server does not answer in time."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool, ConnectionPool

log = logging.getLogger(__name__)

Conn = Connection[Any]
AsyncConn = AsyncConnection[Any]
C = TypeVar("C", bound=Connection[Any])
AnyPool: TypeAlias = ConnectionPool[Any] | AsyncConnectionPool[Any]


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


@contextmanager
def lent(pool: ConnectionPool[C]) -> Iterator[C]:
    """Lend a connection in autocommit mode: no transaction is ended on its return, as `pool.connection` would."""
    conn = pool.getconn()
    try:
        yield conn
    finally:
        pool.putconn(conn)


@contextmanager
def answering_within(conn: Conn, seconds: float) -> Iterator[None]:
    """Hang up on the connection if what is done on it takes longer."""
    lendings.begin(conn, seconds)
    try:
        yield
    finally:
        lendings.end(conn)
