"""Remember what askers recorded last: a replica that has not come so far does not answer them.

Programs say it themselves by `Min-Position`. For others, this process remembers it, and browsers carry it from
one process to the other in a cookie (`api.http.own_write_cookie`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from cachetools import LRUCache

_MOST_ASKERS = 20_000
#: In the scope of a request: its `OwnWrite`.
OWN_WRITE = "parentalite.own_write"


@dataclass(slots=True)
class OwnWrite:
    """The position of what the client of a request recorded last, before it or by it; 0 if that is not known."""

    position: int = 0

    def note(self, position: int) -> None:
        self.position = max(self.position, position)


@dataclass(slots=True)
class OwnWrites:
    """The positions that this process remembers, by token or, of the public, by address."""

    _positions: LRUCache[bytes, int] = field(default_factory=lambda: LRUCache(_MOST_ASKERS))

    def note(self, authorization: str | None, client: str, position: int) -> None:
        key = _key(authorization, client)
        self._positions[key] = max(position, self._positions.get(key, 0))

    def of(self, authorization: str | None, client: str) -> int:
        return self._positions.get(_key(authorization, client), 0)


def _key(authorization: str | None, client: str) -> bytes:
    # Keep the digest, not the token, in memory.
    return sha256(f"{authorization or ''} {client if authorization is None else ''}".encode()).digest()
