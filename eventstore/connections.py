"""Connections to PostgreSQL on which every wait has a bound, and pools that hand out no dead connection.

Rebuilds, bulk loading and the creation of tables take as long as they need: they open connections of their own.
"""

from __future__ import annotations

import select
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, TypeVar
from weakref import WeakSet

from eventsourcing.postgres import ConnectionPool as RecorderPool
from psycopg import AsyncConnection, Connection
from psycopg.pq import ConnStatus
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout

from eventstore.sessions.address import additions
from eventstore.sessions.lending import AnyPool, Favourite, answering_within, lendings

C = TypeVar("C", bound=Connection[Any])
Conn = Connection[Any]
AsyncConn = AsyncConnection[Any]

#: Longest wait for a pool's connection while none can be opened. No request waits for two.
POOL_SECONDS = 4.0
#: Longest wait while all connections are in use and the database works.
BUSY_SECONDS = 30.0
#: How long a pool tries to replace a connection, with pauses that double up to this.
RECONNECT_SECONDS = 3.0
_SERVERS_LIVELINESS = (
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;"
    " SET tcp_user_timeout = '10s'"
)

#: Commands find what they read by keys. The plan that a session has made while a table was small, and keeps, would read
#: it whole later, until its statistics are made anew.
_BY_INDEX = "SET enable_seqscan = off"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The longest waits for a lock, a statement, and a transaction's next statement, in seconds.

    `lent` is how long a pool lends a connection. Past it the connection is closed: the server does not answer.
    """

    lock: int
    statement: int
    idle: int
    lent: int = 0

    @property
    def statements(self) -> str:
        """The SET statements to run once connected. PgBouncer refuses these settings in the address."""
        return (
            f"SET lock_timeout = '{self.lock}s'; SET statement_timeout = '{self.statement}s';"
            f" SET idle_in_transaction_session_timeout = '{self.idle}s'"
        )


READING = Bounds(lock=3, statement=15, idle=60, lent=60)
COMMANDS = Bounds(lock=3, statement=15, idle=30, lent=120)
RECORDING = Bounds(lock=3, statement=5, idle=10, lent=9)
#: Background work reads thousands of events in one statement.
BACKGROUND = Bounds(lock=10, statement=300, idle=120)
#: One process after the other creates tables.
STARTING = Bounds(lock=60, statement=300, idle=120)
#: For indexing millions of events beside commands.
INDEXING = Bounds(lock=60, statement=1_800, idle=120)


def bound(conn: Conn, bounds: Bounds) -> None:
    conn.execute(bounds.statements)


def connect(database_url: str, name: str, bounds: Bounds = BACKGROUND) -> Conn:
    """Open a connection for background work, in autocommit mode, with `name` as its application name.

    The server also notices when this machine is gone, and then ends the session with its leases.
    """
    conn: Conn = Connection.connect(database_url, autocommit=True, application_name=name, **additions(database_url))
    with answering_within(conn, POOL_SECONDS):
        bound(conn, bounds)
        conn.execute(_SERVERS_LIVELINESS)
    return conn


def is_dead(conn: Conn | AsyncConn) -> bool:
    """Return whether the server closed the idle connection. Sends nothing to the server."""
    pgconn = conn.pgconn
    if pgconn.status != ConnStatus.OK:
        return True
    # All that arrives unasked on an idle connection is the notice of its end.
    poll = select.poll()
    poll.register(pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))


def hang_up_all(database_url: str) -> None:
    """Give up every connection that waits for this database, and those that lie ready: its server does not answer."""
    lendings.hang_up_all(database_url)
    for pool in list(_pools):
        if pool.conninfo == database_url and isinstance(pool, ConnectionPool):
            pool.drain()


async def let_go(database_url: str) -> None:
    """Do what `hang_up_all` does, for the asynchronous pools too."""
    hang_up_all(database_url)
    for pool in list(_pools):
        if pool.conninfo == database_url and isinstance(pool, AsyncConnectionPool):
            await pool.drain()


#: The pools of this process.
_pools: WeakSet[AnyPool] = WeakSet()


def connection_errors(pool: AnyPool) -> int:
    """Return how often the pool got no connection that it may lend: without such failures, a waiting pool is busy."""
    refused = pool.refused if isinstance(pool, Pool) else 0
    return int(pool.get_stats().get("connections_errors", 0)) + refused


class Pool(ConnectionPool[C]):
    """Drops all connections at the first dead one: psycopg's `check` pauses longer and longer between them."""

    bounds = COMMANDS

    def __init__(self, *args: Any, configure: Callable[[C], None] | None = None, **options: Any) -> None:
        #: How often `configure` refused a connection, which the pool's own numbers leave out.
        self.refused = 0
        self._favourite: Favourite[C] = Favourite()

        def counted(conn: C) -> None:
            try:
                if configure is not None:
                    # A pool has few threads that open connections: a frozen server must not keep them.
                    with answering_within(conn, POOL_SECONDS):
                        configure(conn)
            except Exception:
                self.refused += 1
                raise

        super().__init__(*args, configure=counted, **options)
        _pools.add(self)

    def getconn(self, timeout: float | None = None) -> C:
        while True:
            conn = self._favourite.take() or self._another(self.timeout if timeout is None else timeout)
            if not is_dead(conn):
                lendings.begin(conn, self.bounds.lent, self)
                return conn
            conn.close()
            super().putconn(conn)
            self.drain()

    def _another(self, patience: float) -> C:
        began, errors, conn = monotonic(), connection_errors(self), None
        try:
            while conn is None:
                try:
                    conn = super().getconn(patience)
                except PoolTimeout:
                    if connection_errors(self) > errors or monotonic() > began + BUSY_SECONDS:
                        raise
            return conn
        finally:
            self._favourite.waited(began, conn)

    def putconn(self, conn: C) -> None:
        lendings.end(conn)
        if not self._favourite.put(conn):
            super().putconn(conn)

    def drain(self) -> None:
        super().drain()
        self._forget()

    def close(self, timeout: float = 5.0) -> None:
        super().close(timeout)
        self._forget()

    def _forget(self) -> None:
        if conn := self._favourite.forget():
            super().putconn(conn)  # Which closes it.


class AsyncPool(AsyncConnectionPool[AsyncConn]):
    """The asynchronous counterpart of `Pool`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _pools.add(self)

    async def getconn(self, timeout: float | None = None) -> AsyncConn:
        deadline = monotonic() + (self.timeout if timeout is None else timeout)
        while is_dead(conn := await super().getconn(max(0.001, deadline - monotonic()))):
            await conn.close()
            await super().putconn(conn)
            await self.drain()
        lendings.begin(conn, READING.lent, self)
        return conn

    async def putconn(self, conn: AsyncConn) -> None:
        lendings.end(conn)
        await super().putconn(conn)


class _RecorderPool(Pool[Connection[Any]], RecorderPool[Connection[Any]]):
    """A pool of the type that the library's datastore requires."""

    bounds = RECORDING


def _unseen(conn: Conn) -> None:
    pass


def _options(name: str, database_url: str, **session: Any) -> dict[str, Any]:
    """Return the options that all pools share; `session` are further ones of their connections."""
    return {
        "open": False,
        "kwargs": {
            "autocommit": True,
            "application_name": f"parentalite-{name}",
            **session,
            **additions(database_url),
        },
        "name": name,
        "timeout": POOL_SECONDS,
        "reconnect_timeout": RECONNECT_SECONDS,
    }


def commands_pool(database_url: str, size: int, look: Callable[[Conn], None] = _unseen) -> Pool[Conn]:
    """Return the pool that commands read on. `look` is what every new connection is shown to first."""

    def configure(conn: Conn) -> None:
        bound(conn, COMMANDS)
        conn.execute(_BY_INDEX)
        look(conn)

    options = _options("commands", database_url)
    return Pool(database_url, min_size=1, max_size=size, configure=configure, **options)


def recorder_pool(
    database_url: str, size: int, look: Callable[[Conn], None] = _unseen
) -> RecorderPool[Connection[Any]]:
    """Return the pool that commands are recorded on. `look` is what every new connection is shown to first."""

    def configure(conn: Conn) -> None:
        bound(conn, RECORDING)
        conn.execute(_BY_INDEX)
        look(conn)

    options = _options("recorder", database_url, row_factory=dict_row)
    return _RecorderPool(database_url, min_size=1, max_size=size + 2, configure=configure, **options)


def followers_pool(database_url: str, size: int) -> RecorderPool[Connection[Any]]:
    """Return a pool for the library's subscriptions, each of which keeps its connection while it lasts."""
    options = _options("library", database_url, row_factory=dict_row)
    configure = partial(bound, bounds=BACKGROUND)
    return RecorderPool(database_url, min_size=1, max_size=size, configure=configure, **options)


def reading_pool(database_url: str, size: int) -> AsyncPool:
    async def configure(conn: AsyncConn) -> None:
        with answering_within(conn, POOL_SECONDS):
            await conn.execute(READING.statements)

    options = _options("queries", database_url)
    return AsyncPool(database_url, min_size=min(2, size), max_size=size, configure=configure, **options)
