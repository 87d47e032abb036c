"""Wait for the read models to advance or to be rebuilt, by NOTIFY on one listening connection for each process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from eventstore.connections import let_go
from eventstore.sessions.address import additions
from eventstore.sessions.log_memory import LOOK, LogMemory, LogWentBack
from projections.engine.announcing import ENDED, REBUILD_CHANNEL, RebuildNotice, notice_of
from projections.engine.catching_up import READ_MODELS_CHANNEL
from projections.engine.reading import in_time

log = logging.getLogger(__name__)

#: Between two looks without a notice, since a dead connection is silent too.
LOOK_SECONDS = 2.0
#: A server that does not answer for so long is taken for gone.
ANSWER_SECONDS = 5.0

_REACHED = """
SELECT coalesce(min(position), 0), coalesce(min(position) FILTER (WHERE failed_position IS NULL), 0)
FROM read_models.generations WHERE state = 'live'"""


class PositionWaiter:
    """Follow the position of the read models. Enter it, as an async context manager, in the event loop that waits."""

    def __init__(self, database_url: str, memory: LogMemory | None = None) -> None:
        self._database_url = database_url
        #: The memory that each look compares the log with.
        self._memory = memory or LogMemory()
        self._reached = 0
        self._going_on = 0
        self._notices = 0
        self._rebuild: RebuildNotice | None = None
        self._listening = False
        self._moved = asyncio.Condition()
        self._listener: asyncio.Task[None] | None = None

    @property
    def position(self) -> int:
        """The position that all read models have reached."""
        return self._reached

    @property
    def standing(self) -> int | None:
        """A number that changes with each notice of an advance or a switch; None while not listening."""
        return self._notices if self._listening else None

    @property
    def rebuild(self) -> RebuildNotice | None:
        """The latest news of a rebuild; None where there was none since this process began."""
        return self._rebuild

    async def __aenter__(self) -> PositionWaiter:
        self._listener = asyncio.create_task(self._listen(), name="position-waiter")
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    async def wait(self, position: int, timeout: float) -> bool:
        """Wait until all read models have reached `position` and return True.

        Return False after `timeout` seconds, or earlier if a failed read model stands still and the others are there.
        """
        if self._reached >= position:
            return True
        self._memory.raise_fault()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._moved:
                await self._moved.wait_for(lambda: self._going_on >= position or self._reached >= position)
        return self._reached >= position

    async def moves(self, every: float | None = None) -> AsyncIterator[int]:
        """Yield the position, now and after every advance; advances during handling are yielded as one.

        Yield it again after `every` seconds without an advance.
        """
        yielded = -1
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(every), self._moved:
                    while self._reached <= yielded:
                        self._memory.raise_fault()
                        await self._moved.wait()
            yielded = self._reached
            yield yielded

    async def rebuilds(self, every: float | None = None) -> AsyncIterator[RebuildNotice | None]:
        """Yield notices of rebuilds, from the latest of one that has not ended; of several during handling, the latest.

        Yield None after `every` seconds without a notice.
        """
        yielded = self._rebuild if self._rebuild is not None and self._rebuild.step in ENDED else None
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(every), self._moved:
                    while self._rebuild is None or self._rebuild is yielded:
                        await self._moved.wait()
            news = None if self._rebuild is yielded else self._rebuild
            yielded = self._rebuild
            yield news

    async def _listen(self) -> None:
        while True:
            try:
                await self._follow()
            except LogWentBack:
                # Until somebody lets the service go on: see `eventstore.sessions.log_memory`.
                await asyncio.sleep(LOOK_SECONDS)
            except Exception as fault:
                log.warning("waiter lost its connection", extra={"reason": type(fault).__name__})
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        connecting = AsyncConnection.connect(
            self._database_url,
            autocommit=True,
            application_name="parentalite-waiter",
            **additions(self._database_url),
        )
        async with await connecting as conn:
            with in_time(conn, ANSWER_SECONDS):
                for channel in (READ_MODELS_CHANNEL, REBUILD_CHANNEL):
                    await conn.execute(f"LISTEN {channel}")
            try:
                while True:
                    await self._look(conn)
                    self._listening = True
                    async for notice in conn.notifies(timeout=LOOK_SECONDS):
                        if notice.channel == REBUILD_CHANNEL:
                            await self._tell_rebuild(notice_of(notice.payload))
                            continue
                        reached, going_on = notice.payload.split()
                        await self._tell(int(reached), int(going_on))
            finally:
                # The next server may be behind: forget the notices of this one.
                self._listening = False
                self._reached = self._going_on = 0

    async def _look(self, conn: AsyncConnection[Any]) -> None:
        """Read the positions. Hang up on all that wait for a server which does not answer."""
        looked_at = monotonic()
        try:
            with in_time(conn, ANSWER_SECONDS):
                await self._compare(conn)
                row: tuple[Any, ...] | None = await (await conn.execute(_REACHED)).fetchone()
        except psycopg.OperationalError:
            if monotonic() - looked_at >= ANSWER_SECONDS:
                await let_go(self._database_url)
            raise
        assert row is not None
        if not self._listening or (int(row[0]), int(row[1])) != (self._reached, self._going_on):
            await self._tell(int(row[0]), int(row[1]))

    async def _compare(self, conn: AsyncConnection[Any]) -> None:
        """Let the log be compared with what was seen of it, and whoever follows it hear that it went back."""
        async with conn.cursor(row_factory=dict_row) as cursor:
            row = await (await cursor.execute(LOOK, {"seen": self._memory.seen.position})).fetchone()
        assert row is not None
        try:
            self._memory.compare(row)
        except LogWentBack:
            async with self._moved:
                self._moved.notify_all()
            raise

    async def _tell_rebuild(self, notice: RebuildNotice) -> None:
        async with self._moved:
            self._rebuild = notice
            self._moved.notify_all()

    async def _tell(self, reached: int, going_on: int) -> None:
        async with self._moved:
            self._reached, self._going_on = reached, going_on
            self._notices += 1
            self._moved.notify_all()
