"""One streaming replica: what it last told of itself, and snapshots of it for as long as it may answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from eventstore.connections import reading_pool
from eventstore.sessions.address import additions
from eventstore.sessions.lending import hang_up
from projections.engine.reading import Live, Snapshot, snapshot
from projections.replicas.freshness import Freshness

#: Longest wait for a connection, for the beginning of a snapshot, and for what a replica tells of itself.
PATIENCE_SECONDS = 1.0
#: How long an answer waits for a replica to reach a position, and how often it looks: then the primary answers.
CATCHING_UP_SECONDS, BETWEEN_LOOKS = 0.3, 0.015

#: The states of a replica. Only READY ones answer.
READY, BEHIND, AWAY, PROMOTED, FOREIGN, IS_PRIMARY = "ready", "behind", "away", "promoted", "foreign", "primary"

_TELLS = """
SELECT pg_is_in_recovery(), pg_postmaster_start_time()::text, (CASE WHEN pg_is_in_recovery()
    THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END - '0/0'::pg_lsn)::bigint"""
_SYSTEM = "SELECT system_identifier FROM pg_control_system()"
_LIVE = "SELECT name, generation, position FROM read_models.generations WHERE state = 'live'"
_LAST = """
SELECT notification_id, originator_id, originator_version FROM stored_events ORDER BY notification_id DESC LIMIT 1"""


class LastEvent(NamedTuple):
    """The last event of a log: servers that share a history agree on it."""

    position: int
    stream: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A server's report on itself."""

    is_standby: bool
    #: The cluster, None where the server may not tell; and this run of the server.
    system: int | None
    started: str
    #: Where its write-ahead log ends, as far as it was replayed.
    wal: int | None
    live: Live
    last: LastEvent | None


def of_standby(url: str) -> str:
    """Return the address, which leads to one that is a standby where several hosts are named."""
    parameters = conninfo_to_dict(url)
    if "," not in str(parameters.get("host", "")) or "target_session_attrs" in parameters:
        return url
    return make_conninfo(url, target_session_attrs="standby")


class Watched:
    """A connection of its own for asking a server now and then; made anew once it is lost."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._conn: AsyncConnection[Any] | None = None
        self._system: int | None = None
        self._started = ""

    async def ask(self) -> Standing:
        """Return what the server is and holds. Raises psycopg.Error or TimeoutError."""
        try:
            async with asyncio.timeout(3 * PATIENCE_SECONDS):
                conn = await self.connected()
            # A cancelled query waits for the server to confirm that, and one that is frozen never does.
            patience = asyncio.get_running_loop().call_later(3 * PATIENCE_SECONDS, hang_up, conn)
            try:
                return await self._standing_of(conn)
            finally:
                patience.cancel()
        except BaseException:
            await self.close()
            raise

    async def _standing_of(self, conn: AsyncConnection[Any]) -> Standing:
        row = await (await conn.execute(_TELLS)).fetchone()
        assert row is not None
        is_standby, started, wal = row
        if started != self._started:
            self._system, self._started = await _system_of(conn), started
        last = await (await conn.execute(_LAST)).fetchone()
        rows = await (await conn.execute(_LIVE)).fetchall()
        live = {name: (generation, position) for name, generation, position in rows}
        return Standing(is_standby, self._system, started, wal, live, None if last is None else LastEvent(*last))

    async def connected(self) -> AsyncConnection[Any]:
        if self._conn is None or self._conn.closed:
            self._conn = await AsyncConnection.connect(
                self._url, autocommit=True, application_name="parentalite-replicas", **additions(self._url)
            )
        return self._conn

    async def close(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            with suppress(psycopg.Error):
                await conn.close()


async def _system_of(conn: AsyncConnection[Any]) -> int | None:
    try:
        row = await (await conn.execute(_SYSTEM)).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        # Then the last event alone tells whether it is the same log.
        return None
    return None if row is None else int(row[0])


class Replica:
    """A replica by its number in the settings. `host` is for logs alone."""

    def __init__(self, number: int, url: str, connections: int) -> None:
        self.number = number
        url = of_standby(url)
        parameters = conninfo_to_dict(url)
        self.host = f"{parameters.get('host', 'localhost')}:{parameters.get('port', 5432)}"
        self.pool = reading_pool(url, connections)
        self.watched = Watched(url)
        self.state = AWAY
        self.standing: Standing | None = None
        #: Answers under way, which end when the replica is given up.
        self._reading: set[AsyncConnection[Any]] = set()

    @property
    def position(self) -> int:
        """The lowest position of its read models, as it last told."""
        live = self.standing.live if self.standing is not None else {}
        return min((position for _, position in live.values()), default=0)

    async def opened(
        self, least: int, relations: Mapping[str, str], freshness: Freshness
    ) -> tuple[AsyncExitStack, Snapshot] | None:
        """Open a snapshot at `least` or later, and recent enough; None if the replica does not get there in time.

        Raises psycopg.Error if the replica does not answer.
        """
        deadline = monotonic() + CATCHING_UP_SECONDS
        while True:
            stack = AsyncExitStack()
            read = await stack.enter_async_context(snapshot(self.pool, relations, PATIENCE_SECONDS, again=False))
            # The snapshot itself tells: between two looks a replica is promoted, or falls behind.
            is_usable = read.is_of_standby and freshness.holds(read.live)
            if is_usable and read.position >= least:
                self._reading.add(read.conn)
                stack.callback(self._reading.discard, read.conn)
                return stack, read
            await stack.aclose()
            if not is_usable or monotonic() >= deadline:
                return None
            await asyncio.sleep(BETWEEN_LOOKS)

    def give_up(self, state: str) -> None:
        """Answer nothing from here, and let the answers under way fail now: each is given anew by the primary."""
        self.state = state
        for conn in list(self._reading):
            hang_up(conn)
