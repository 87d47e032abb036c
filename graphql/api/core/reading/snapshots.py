"""The snapshot that an answer is read in: at the primary, or at a replica where the answer only reads."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from api.core.answers import position_not_reached
from projections.engine.reading import Live, Snapshot, snapshot
from projections.registry import relations

if TYPE_CHECKING:
    from api.core.context import Services

log = logging.getLogger(__name__)

T = TypeVar("T")

_RELATIONS = relations()
#: Pause between two checks whether the read models have reached the required position.
_BETWEEN_LOOKS = 0.02
_BROKEN = (TransactionStatus.INERROR, TransactionStatus.UNKNOWN)


class ReplicaLost(Exception):
    """A replica failed in the middle of an answer."""


class Snapshots:
    """The snapshots of one request, one at a time. `at_least` is the least position of each."""

    def __init__(self, services: Services, at_least: int) -> None:
        self._services = services
        self.at_least = at_least
        #: The least position at which a replica may answer; None: only the primary may.
        self._replicas_from: int | None = None
        self._opening = asyncio.Lock()
        self._stack: AsyncExitStack | None = None
        self._snapshot: Snapshot | None = None
        #: The generations and positions of the latest snapshot.
        self.read_at: Live = {}
        self._has_lost_replica = False

    def allow_replicas(self, least: int = 0) -> None:
        """Let replicas answer from here on: nothing is written, and `least` is what the asker has seen before."""
        self._replicas_from = least

    @property
    def only_read(self) -> bool:
        """Whether replicas may answer, since nothing is written."""
        return self._replicas_from is not None

    async def read(self) -> Snapshot:
        async with self._opening:
            if self._snapshot is None:
                self._stack, self._snapshot = await self._opened()
                self.read_at = self._snapshot.live
            return self._snapshot

    async def close(self) -> None:
        async with self._opening:
            if self.replica_failed:
                self._has_lost_replica, self._replicas_from = True, None
            elif self._replicas_from is not None and self._snapshot is not None:
                # The next page of the same answer is not older.
                self._replicas_from = max(self._replicas_from, self._snapshot.position)
            stack, self._stack, self._snapshot = self._stack, None, None
            if stack is not None:
                try:
                    await stack.aclose()
                except psycopg.Error as fault:
                    # The data was read: the answer stands, and the broken connection is discarded.
                    log.warning("a snapshot could not be let go of", extra={"reason": type(fault).__name__})

    @property
    def replica_failed(self) -> bool:
        """Whether a replica failed in the middle of this answer: the primary may give it from the beginning."""
        read = self._snapshot
        is_broken = read is not None and read.is_of_standby and read.conn.info.transaction_status in _BROKEN
        return is_broken or self._has_lost_replica

    def check(self) -> None:
        """Raise ReplicaLost if errors of this answer may come from a replica that failed under it."""
        if self.replica_failed and self._replicas_from is not None:
            raise ReplicaLost

    async def _opened(self) -> tuple[AsyncExitStack, Snapshot]:
        if self._replicas_from is not None and self._services.replicas:
            least = max(self._replicas_from, self.at_least)
            if (opened := await self._services.replicas.opened(least, _RELATIONS)) is not None:
                return opened
        return await self._opened_at_primary()

    async def _opened_at_primary(self) -> tuple[AsyncExitStack, Snapshot]:
        """Open a snapshot and check its own position: announced positions may come from a server that is gone."""
        deadline = monotonic() + self._services.wait_seconds
        while True:
            stack = AsyncExitStack()
            read = await stack.enter_async_context(snapshot(self._services.pool, _RELATIONS))
            if read.position >= self.at_least:
                return stack, read
            await stack.aclose()
            if monotonic() >= deadline:
                raise position_not_reached(self.at_least, read.position)
            await asyncio.sleep(_BETWEEN_LOOKS)
