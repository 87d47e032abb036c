"""A scarce resource shared fairly: a client that asks for many places leaves some to others."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from graphql import GraphQLError

from eventstore.unavailable import Unavailable, is_unavailable

#: Waiting requests per client; further ones are refused at once.
MOST_WAITING = 200
#: Longest wait for a place: longer than any rush takes while the database works.
LONGEST_WAIT_SECONDS = 30.0


@dataclass(slots=True)
class SharedPlaces:
    """`most` places. The last `reserved` go to clients with fewer than `share`. Others wait in order."""

    most: int
    reserved: int
    share: int
    most_waiting: int = MOST_WAITING
    patience: float = LONGEST_WAIT_SECONDS
    _taken: Counter[str] = field(default_factory=Counter)
    _waiting: deque[tuple[str, anyio.Event]] = field(default_factory=deque)
    _waiting_for: Counter[str] = field(default_factory=Counter)
    _turned_away: set[anyio.Event] = field(default_factory=set)

    @asynccontextmanager
    async def place(self, client: str) -> AsyncIterator[None]:
        """Hold a place. Raises TOO_MANY_REQUESTS if the client has too many waiting already, and Unavailable if none
        becomes free in time.
        """
        if not self._may(client) or self._waiting_for[client]:
            await self._wait(client)
        else:
            self._taken[client] += 1
        try:
            yield
        except Exception as error:
            if is_unavailable(error):
                self._turn_away()
            raise
        finally:
            _less(self._taken, client)
            self._let_in()

    def _may(self, client: str) -> bool:
        places = self._taken.total()
        return places < self.most - self.reserved or (places < self.most and self._taken[client] < self.share)

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
        except BaseException as error:
            if turn[1] in self._turned_away:
                self._turned_away.discard(turn[1])
            elif turn[1].is_set():
                _less(self._taken, client)
                self._let_in()
            else:
                self._waiting.remove(turn)
                _less(self._waiting_for, client)
            if isinstance(error, TimeoutError):
                raise Unavailable("all places stay taken") from None
            raise

    def _turn_away(self) -> None:
        """Release the waiting while the database is unavailable: they need not wait as long again."""
        while self._waiting:
            client, event = self._waiting.popleft()
            _less(self._waiting_for, client)
            self._turned_away.add(event)
            event.set()

    def _let_in(self) -> None:
        """Give free places to those entitled, first come first served."""
        refused: set[str] = set()
        for turn in list(self._waiting):
            client, event = turn
            if self._taken.total() >= self.most:
                break
            if client in refused:
                continue
            if not self._may(client):
                refused.add(client)
                continue
            self._waiting.remove(turn)
            _less(self._waiting_for, client)
            self._taken[client] += 1
            event.set()


def _less(counted: Counter[str], client: str) -> None:
    counted[client] -= 1
    if counted[client] <= 0:
        del counted[client]
