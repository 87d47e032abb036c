"""Connections to PostgreSQL on which every wait has a bound, and pools that hand out none that has died.

What rebuilds, loads in bulk or makes tables works for as long as it takes: it connects by itself.
"""

from __future__ import annotations

import logging
import os
import select
import socket
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any, TypeVar

import psycopg
from eventsourcing.postgres import ConnectionPool as RecorderPool
from psycopg import AsyncConnection, Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import ConnStatus
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout

log = logging.getLogger(__name__)

C = TypeVar("C", bound=Connection[Any])
Conn = Connection[Any]
AsyncConn = AsyncConnection[Any]

#: Longest wait for a connection of a pool while none can be made. Nothing that is answered waits for two.
POOL_SECONDS = 4.0
#: Longest wait while all are in use, and the database goes on.
BUSY_SECONDS = 30.0
#: How long a pool goes on trying to replace a connection: its pauses double up to that.
RECONNECT_SECONDS = 3.0
#: The other side is given up when it does not even acknowledge for so long (libpq's parameters).
_LIVELINESS = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_SERVERS_LIVELINESS = (
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;"
    " SET tcp_user_timeout = '10s'"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The longest waits for a lock, for a statement, and of a transaction for its next statement, in seconds.

    `lent` is for how long a pool lends a connection: past it a server that neither answers nor ends is hung up on.
    """

    lock: int
    statement: int
    idle: int
    lent: int = 0

    @property
    def statements(self) -> str:
        """Set once connected: in the address, PgBouncer would refuse them."""
        return (
            f"SET lock_timeout = '{self.lock}s'; SET statement_timeout = '{self.statement}s';"
            f" SET idle_in_transaction_session_timeout = '{self.idle}s'"
        )


READING = Bounds(lock=3, statement=15, idle=60, lent=60)
COMMANDS = Bounds(lock=3, statement=15, idle=30, lent=120)
RECORDING = Bounds(lock=3, statement=5, idle=10, lent=9)
#: What works beside the answering takes thousands of events in one statement.
BACKGROUND = Bounds(lock=10, statement=300, idle=120)
#: Tables are made by one process after the other.
STARTING = Bounds(lock=60, statement=300, idle=120)


def bound(conn: Conn, bounds: Bounds) -> None:
    conn.execute(bounds.statements)


def liveliness(database_url: str) -> dict[str, Any]:
    """Parameters for connections that notice when the other side is gone, where the address does not say otherwise."""
    said = conninfo_to_dict(database_url)
    return {name: value for name, value in _LIVELINESS.items() if name not in said}


def connect(database_url: str, name: str, bounds: Bounds = BACKGROUND) -> Conn:
    """A connection of its own for work beside the answering, in autocommit mode, known to PostgreSQL as `name`.

    The server too notices when this machine is gone, and with it the session and the leases that it holds.
    """
    conn: Conn = Connection.connect(database_url, autocommit=True, application_name=name, **liveliness(database_url))
    bound(conn, bounds)
    conn.execute(_SERVERS_LIVELINESS)
    return conn


def is_dead(conn: Conn | AsyncConn) -> bool:
    """Whether the server has closed the connection while it stood idle. Looks at what has come, and asks nothing."""
    pgconn = conn.pgconn
    if pgconn.status != ConnStatus.OK:
        return True
    # Nothing comes unasked on an idle connection, but word that it has ended.
    poll = select.poll()
    poll.register(pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))


def hang_up(conn: Conn | AsyncConn) -> None:
    """Ends the connection for whoever waits for its answer, in this thread or another."""
    log.error("hung up on a database that does not answer")
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(conn.pgconn.socket)) as same:
        same.shutdown(socket.SHUT_RDWR)


class _Lendings:
    """Hangs up on connections that are lent for too long. One thread a process, once anything is lent."""

    def __init__(self) -> None:
        self._lent: dict[Conn | AsyncConn, float] = {}
        self._guard = Lock()
        self._thread: Thread | None = None

    def begin(self, conn: Conn | AsyncConn, seconds: float) -> None:
        self._lent[conn] = monotonic() + seconds
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
            for conn, until in list(self._lent.items()):
                if now > until and self._lent.pop(conn, None) is not None:
                    hang_up(conn)


_lendings = _Lendings()


def connection_errors(pool: ConnectionPool[Any] | AsyncConnectionPool[Any]) -> int:
    """How often a connection could not be made: a pool that waits in vain with none of these is only busy."""
    return int(pool.get_stats().get("connections_errors", 0))


class Pool(ConnectionPool[C]):
    """Finds one dead connection, and lets go of all: psycopg's `check` would pause longer and longer between them."""

    bounds = COMMANDS

    def getconn(self, timeout: float | None = None) -> C:
        patience, busy_until = self.timeout if timeout is None else timeout, monotonic() + BUSY_SECONDS
        errors = connection_errors(self)
        while True:
            try:
                conn = super().getconn(patience)
            except PoolTimeout:
                if connection_errors(self) > errors or monotonic() > busy_until:
                    raise
                continue
            if not is_dead(conn):
                _lendings.begin(conn, self.bounds.lent)
                return conn
            conn.close()
            super().putconn(conn)
            self.drain()

    def putconn(self, conn: C) -> None:
        _lendings.end(conn)
        super().putconn(conn)


class AsyncPool(AsyncConnectionPool[AsyncConn]):
    """As `Pool`."""

    async def getconn(self, timeout: float | None = None) -> AsyncConn:
        deadline = monotonic() + (self.timeout if timeout is None else timeout)
        while is_dead(conn := await super().getconn(max(0.001, deadline - monotonic()))):
            await conn.close()
            await super().putconn(conn)
            await self.drain()
        _lendings.begin(conn, READING.lent)
        return conn

    async def putconn(self, conn: AsyncConn) -> None:
        _lendings.end(conn)
        await super().putconn(conn)


class _RecorderPool(Pool[Connection[Any]], RecorderPool[Connection[Any]]):
    """The library's pool, which its datastore wants."""

    bounds = RECORDING


def commands_pool(database_url: str, size: int) -> Pool[Conn]:
    return Pool(
        database_url,
        min_size=1,
        max_size=size,
        open=False,
        kwargs={"autocommit": True, "application_name": "parentalite-commands", **liveliness(database_url)},
        configure=lambda conn: bound(conn, COMMANDS),
        name="commands",
        timeout=POOL_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
    )


def recorder_pool(database_url: str, size: int) -> RecorderPool[Connection[Any]]:
    return _recorder_pool(_RecorderPool, database_url, "recorder", RECORDING, size, size + 2)


def followers_pool(database_url: str, size: int) -> RecorderPool[Connection[Any]]:
    """For those who follow the log with the library: a subscription keeps its connection for as long as it lasts."""
    return _recorder_pool(RecorderPool, database_url, "library", BACKGROUND, 1, size)


def _recorder_pool(
    pool_class: type[RecorderPool[Connection[Any]]],
    database_url: str,
    name: str,
    bounds: Bounds,
    min_size: int,
    max_size: int,
) -> RecorderPool[Connection[Any]]:
    return pool_class(
        database_url,
        min_size=min_size,
        max_size=max_size,
        open=False,
        kwargs={
            "autocommit": True,
            "row_factory": dict_row,
            "application_name": f"parentalite-{name}",
            **liveliness(database_url),
        },
        configure=lambda conn: bound(conn, bounds),
        name=name,
        timeout=POOL_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
    )


def reading_pool(database_url: str, size: int) -> AsyncPool:
    async def configure(conn: AsyncConn) -> None:
        await conn.execute(READING.statements)

    return AsyncPool(
        database_url,
        min_size=min(2, size),
        max_size=size,
        open=False,
        kwargs={"autocommit": True, "application_name": "parentalite-queries", **liveliness(database_url)},
        configure=configure,
        name="queries",
        timeout=POOL_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
    )
