"""A few places for requests to the issuer, with a bounded queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import anyio
from anyio import CapacityLimiter, to_thread

from application.sign_in.accepting import IssuerAway

T = TypeVar("T")

AT_ONCE = 4
#: How many unproven requests may wait for a place, and for how many seconds; further ones fail at once.
WAITING = 8
PATIENCE = 1.0
BUSY = "Trop de connexions se présentent à la fois : réessayez dans quelques instants."


@dataclass(slots=True)
class Places:
    """The places for one kind of request. Raises IssuerAway if no place becomes free in time."""

    waiting: int = WAITING
    patience: float = PATIENCE
    #: Created in the event loop that waits for it.
    _places: CapacityLimiter | None = field(default=None, init=False)
    _threads: CapacityLimiter | None = field(default=None, init=False)

    async def run(self, ask: Callable[[], T]) -> T:
        """Run `ask` in a thread and return its result."""
        if self._places is None:
            self._places, self._threads = CapacityLimiter(AT_ONCE), CapacityLimiter(AT_ONCE)
        await self._take(self._places)
        try:
            return await to_thread.run_sync(ask, limiter=self._threads)
        finally:
            self._places.release()

    async def _take(self, places: CapacityLimiter) -> None:
        if places.statistics().tasks_waiting >= self.waiting:
            raise IssuerAway(BUSY)
        with anyio.move_on_after(self.patience):
            await places.acquire()
            return
        raise IssuerAway(BUSY)
