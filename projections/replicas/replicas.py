"""Streaming replicas that answer what only reads, watched by every process for itself.

A replica answers only while it is a standby of the primary's own cluster and history, and recent enough. Everything
else, and whatever no replica can answer, is read at the primary.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from time import monotonic

import psycopg
from psycopg_pool import PoolTimeout

from projections.engine.reading import Live, Snapshot
from projections.replicas.freshness import Freshness
from projections.replicas.replica import (
    AWAY,
    BEHIND,
    FOREIGN,
    IS_PRIMARY,
    PROMOTED,
    READY,
    LastEvent,
    Replica,
    Standing,
    Watched,
)

log = logging.getLogger(__name__)

#: Pause between two looks at a server: at most this, and a quarter of the bound.
LOOK_SECONDS = 1.0

_IS_OURS = """
SELECT EXISTS (SELECT FROM stored_events
    WHERE notification_id = %s AND originator_id = %s AND originator_version = %s)"""


@dataclass(frozen=True, slots=True)
class ReplicaStanding:
    """`lag` counts the events that the replica does not show yet; `lag_seconds` is since when, at least."""

    number: int
    state: str
    position: int
    lag: int
    lag_seconds: float

    @property
    def is_ready(self) -> bool:
        return self.state == READY


class Replicas:
    """The replicas of one process; none by default. Enter it, as an async context manager, in the server's loop."""

    def __init__(
        self, primary_url: str = "", urls: Sequence[str] = (), bound: float = 5.0, connections: int = 16
    ) -> None:
        self._primary = Watched(primary_url)
        #: The primary's last report, and whether it answers now.
        self._primary_standing: Standing | None = None
        self._primary_answers = False
        self.freshness = Freshness(bound)
        self.all = tuple(Replica(number, url, connections) for number, url in enumerate(urls, 1))
        self._turn = 0
        self._tasks: list[asyncio.Task[None]] = []
        #: Answers by where they were read: "primary" or the replica's number.
        self.answers: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self.all)

    async def __aenter__(self) -> Replicas:
        if self.all:
            for replica in self.all:
                await replica.pool.open(wait=False)
            self._tasks = [asyncio.create_task(self._watch_primary(), name="primary-watch")]
            self._tasks += [
                asyncio.create_task(self._watch(replica), name=f"replica-watch-{replica.number}")
                for replica in self.all
            ]
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        for replica in self.all:
            await replica.watched.close()
            await replica.pool.close()
        await self._primary.close()

    async def opened(self, least: int, relations: Mapping[str, str]) -> tuple[AsyncExitStack, Snapshot] | None:
        """Open a snapshot of a replica, at `least` or later; None if the primary must answer."""
        for replica in self._in_turn():
            try:
                opened = await replica.opened(least, relations, self.freshness)
            except PoolTimeout:
                # All its connections answer others. If it is away instead, its watch sees that within a second.
                continue
            except (psycopg.Error, TimeoutError) as fault:
                self._see(replica, AWAY, type(fault).__name__)
                continue
            if opened is not None:
                self.answers[str(replica.number)] += 1
                return opened
            # The other replicas are about as far: do not wait for each.
            break
        self.answers["primary"] += 1
        return None

    def is_recent(self, live: Live) -> bool:
        """Return whether an answer that was read at `live` may still be given."""
        return not self.all or self.freshness.holds(live)

    @property
    def standing(self) -> list[ReplicaStanding]:
        """The state of each, as it last told; of one that is away, how it was then."""
        return [self._standing(replica) for replica in self.all]

    def _standing(self, replica: Replica) -> ReplicaStanding:
        live = {} if replica.standing is None else replica.standing.live
        lag = max(0, self.freshness.position - replica.position)
        return ReplicaStanding(
            replica.number, replica.state, replica.position, lag, self.freshness.behind_seconds(live)
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """Problems for operators. They are public: only the logs name hosts."""
        sentences = {
            BEHIND: "is behind",
            AWAY: "is away",
            PROMOTED: "is no standby any more",
            FOREIGN: "is of another cluster or history",
        }
        return tuple(f"replica {r.number} {sentences[r.state]}" for r in self.all if r.state in sentences)

    def _in_turn(self) -> list[Replica]:
        ready = [replica for replica in self.all if replica.state == READY]
        if len(ready) > 1:
            self._turn = (self._turn + 1) % len(ready)
            ready = ready[self._turn :] + ready[: self._turn]
        return ready

    @property
    def _pause(self) -> float:
        return min(LOOK_SECONDS, self.freshness.bound / 4)

    async def _watch_primary(self) -> None:
        while True:
            asked_at = monotonic()
            try:
                self._primary_standing = await self._primary.ask()
                self._primary_answers = not self._primary_standing.is_standby
            except (psycopg.Error, TimeoutError) as fault:
                # Nothing is recent enough once this lasts.
                if self._primary_answers:
                    log.warning("the primary does not answer the watch", extra={"reason": type(fault).__name__})
                self._primary_answers = False
            if self._primary_answers and self._primary_standing is not None:
                self.freshness.observe(self._primary_standing.live, asked_at, self._primary_standing.wal)
            await asyncio.sleep(self._pause)

    async def _watch(self, replica: Replica) -> None:
        while True:
            try:
                replica.standing = await replica.watched.ask()
                self._see(replica, await self._judged(replica, replica.standing))
            except (psycopg.Error, TimeoutError) as fault:
                self._see(replica, AWAY, type(fault).__name__)
            await asyncio.sleep(self._pause)

    async def _judged(self, replica: Replica, standing: Standing) -> str:
        primary, is_recent = self._primary_standing, self.freshness.holds(standing.live, standing.wal)
        if primary is not None and None not in (standing.system, primary.system) and standing.system != primary.system:
            return FOREIGN
        if not standing.is_standby:
            return IS_PRIMARY if primary is not None and standing.started == primary.started else PROMOTED
        is_ours = await self._is_ours(standing.last)
        if is_ours is None:
            # The primary is away: who answered before goes on for as long as that is recent enough.
            return READY if is_recent and replica.state == READY else BEHIND
        return (READY if is_recent else BEHIND) if is_ours else FOREIGN

    async def _is_ours(self, last: LastEvent | None) -> bool | None:
        """Return whether the primary's log has the event, too, since a failover may leave a replica with others.

        None while the primary does not answer.
        """
        if not self._primary_answers:
            return None
        try:
            conn = await self._primary.connected()
            row = None if last is None else await (await conn.execute(_IS_OURS, last)).fetchone()
        except psycopg.Error:
            return None
        return row is None or bool(row[0])

    def _see(self, replica: Replica, state: str, reason: str = "") -> None:
        if state == replica.state:
            return
        log.log(
            logging.INFO if state in (READY, IS_PRIMARY) else logging.WARNING,
            "a replica changed",
            extra={"replica": replica.number, "host": replica.host, "state": state, "reason": reason},
        )
        if state in (READY, BEHIND):
            replica.state = state
        else:
            replica.give_up(state)
