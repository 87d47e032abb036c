"""Places for what is scarce, shared out: whoever asks for many at once leaves some to everybody else."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from graphql import GraphQLError

from eventstore.unavailable import Unavailable, is_unavailable

#: How many may wait for one client; who sends more is told so at once.
MOST_WAITING = 200
#: Longest wait for a place: longer than any crowd takes while the database goes on.
LONGEST_WAIT_SECONDS = 30.0


@dataclass(slots=True)
class SharedPlaces:
    """`most` places. The last `kept` go to clients who hold fewer than `share`. Who comes too often waits, in order."""

    most: int
    kept: int
    share: int
    most_waiting: int = MOST_WAITING
    patience: float = LONGEST_WAIT_SECONDS
    _held: Counter[str] = field(default_factory=Counter)
    _waiting: deque[tuple[str, anyio.Event]] = field(default_factory=deque)
    _waiting_for: Counter[str] = field(default_factory=Counter)
    _turned_away: set[anyio.Event] = field(default_factory=set)

    @asynccontextmanager
    async def one(self, client: str) -> AsyncIterator[None]:
        """A place, for as long as it lasts. Raises TOO_MANY_REQUESTS when the client has too many who wait already, and
        Unavailable when none becomes free in time.
        """
        if not self._may(client) or self._waiting_for[client]:
            await self._wait(client)
        else:
            self._held[client] += 1
        try:
            yield
        except Exception as fault:
            if is_unavailable(fault):
                self._turn_away()
            raise
        finally:
            _less(self._held, client)
            self._let_in()

    def _may(self, client: str) -> bool:
        held = self._held.total()
        return held < self.most - self.kept or (held < self.most and self._held[client] < self.share)

    async def _wait(self, client: str) -> None:
        if self._waiting_for[client] >= self.most_waiting:
            message = "Trop de demandes à la fois : attendez les réponses, puis réessayez."
            raise GraphQLError(message, extensions={"code": "TOO_MANY_REQUESTS", "retryAfter": 1})
        turn = client, anyio.Event()
        self._waiting.append(turn)
        self._waiting_for[client] += 1
        try:
            with anyio.fail_after(self.patience):
                await turn[1].wait()
            if turn[1] in self._turned_away:
                raise Unavailable("others have waited for the database in vain")
        except BaseException as fault:
            if turn[1] in self._turned_away:
                self._turned_away.discard(turn[1])
            elif turn[1].is_set():
                _less(self._held, client)
                self._let_in()
            else:
                self._waiting.remove(turn)
                _less(self._waiting_for, client)
            if isinstance(fault, TimeoutError):
                raise Unavailable("all places stay taken") from None
            raise

    def _turn_away(self) -> None:
        """Those who wait while the database is unavailable need not wait as long once more."""
        while self._waiting:
            client, event = self._waiting.popleft()
            _less(self._waiting_for, client)
            self._turned_away.add(event)
            event.set()

    def _let_in(self) -> None:
        """Gives what is free to those who may have it, first come first served."""
        refused: set[str] = set()
        for turn in list(self._waiting):
            client, event = turn
            if self._held.total() >= self.most:
                break
            if client in refused:
                continue
            if not self._may(client):
                refused.add(client)
                continue
            self._waiting.remove(turn)
            _less(self._waiting_for, client)
            self._held[client] += 1
            event.set()


def _less(counted: Counter[str], client: str) -> None:
    counted[client] -= 1
    if counted[client] <= 0:
        del counted[client]
