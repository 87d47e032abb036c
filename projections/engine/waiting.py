"""Waiting for the read models to move, or to be rebuilt: woken by NOTIFY, one listening connection a process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any

from psycopg import AsyncConnection

from eventstore.connections import liveliness
from projections.engine.announcing import ENDED, REBUILD_CHANNEL, RebuildNotice, notice_of
from projections.engine.catching_up import READ_MODELS_CHANNEL

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0

_REACHED = """
SELECT coalesce(min(position), 0), coalesce(min(position) FILTER (WHERE failed_position IS NULL), 0)
FROM read_models.generations WHERE state = 'live'"""


class PositionWaiter:
    """Knows how far the read models have come. Use as an async context manager in the loop that waits."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._reached = 0
        self._going_on = 0
        self._notices = 0
        self._rebuild: RebuildNotice | None = None
        self._listening = False
        self._moved = asyncio.Condition()
        self._listener: asyncio.Task[None] | None = None

    @property
    def position(self) -> int:
        """What all read models have reached."""
        return self._reached

    @property
    def standing(self) -> int | None:
        """Another with each notice of a move or of a switch of generations; None while none could be heard."""
        return self._notices if self._listening else None

    async def __aenter__(self) -> PositionWaiter:
        self._listener = asyncio.create_task(self._listen(), name="position-waiter")
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    async def wait(self, position: int, timeout: float) -> bool:
        """True once all read models have reached `position`.

        False when `timeout` seconds have passed, or earlier when a read model stands still on an event it cannot take
        while the others have got there.
        """
        if self._reached >= position:
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._moved:
                await self._moved.wait_for(lambda: self._going_on >= position or self._reached >= position)
        return self._reached >= position

    async def moves(self, every: float | None = None) -> AsyncIterator[int]:
        """The position reached, now and after every move; moves that come while one is handled are told as one.

        Told again after `every` seconds without a move.
        """
        told = -1
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(every), self._moved:
                    while self._reached <= told:
                        await self._moved.wait()
            told = self._reached
            yield told

    async def rebuilds(self, every: float | None = None) -> AsyncIterator[RebuildNotice | None]:
        """How rebuilds go on, from the latest notice of one that has not ended; notices that come while one is handled
        are told as one, the latest. None after `every` seconds without a notice.
        """
        told = self._rebuild if self._rebuild is not None and self._rebuild.step in ENDED else None
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(every), self._moved:
                    while self._rebuild is None or self._rebuild is told:
                        await self._moved.wait()
            news = None if self._rebuild is told else self._rebuild
            told = self._rebuild
            yield news

    async def _listen(self) -> None:
        while True:
            try:
                await self._follow()
            except Exception as fault:
                log.warning("waiter lost its connection", extra={"reason": type(fault).__name__})
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        connecting = AsyncConnection.connect(
            self._database_url,
            autocommit=True,
            application_name="parentalite-waiter",
            **liveliness(self._database_url),
        )
        async with await connecting as conn:
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
                # The server that answers next may stand earlier: what was heard from this one is not believed any more.
                self._listening = False
                self._reached = self._going_on = 0

    async def _look(self, conn: AsyncConnection[Any]) -> None:
        """Also now and then while nothing is heard: a connection that is dead says nothing either."""
        async with asyncio.timeout(LOOK_SECONDS):
            row: tuple[Any, ...] | None = await (await conn.execute(_REACHED)).fetchone()
        assert row is not None
        if not self._listening or (int(row[0]), int(row[1])) != (self._reached, self._going_on):
            await self._tell(int(row[0]), int(row[1]))

    async def _tell_rebuild(self, notice: RebuildNotice) -> None:
        async with self._moved:
            self._rebuild = notice
            self._moved.notify_all()

    async def _tell(self, reached: int, going_on: int) -> None:
        async with self._moved:
            self._reached, self._going_on = reached, going_on
            self._notices += 1
            self._moved.notify_all()
