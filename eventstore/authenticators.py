"""Authenticators: what makes an event in the log one that this system recorded, and no row that somebody inserted.

Each stored event carries HMAC-SHA256 over its stream, version, topic and state, and over the authenticator of its
predecessor in the stream. The key never stands in the database, so who writes there can make none. docs/proof.md
describes the bytes.
"""

from __future__ import annotations

import hmac
import struct
from base64 import b64decode, b64encode
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from typing import Any
from uuid import UUID

from cachetools import LRUCache
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from eventsourcing.persistence import StoredEvent

KEY_BYTES = 32
#: The first field of what is authenticated: no other use of the key can give the same bytes.
_PURPOSE = b"parentalite event authenticator 1"
_LENGTH = struct.Struct(">I")
_HEAD = _LENGTH.pack(len(_PURPOSE)) + _PURPOSE
#: Stream and version, each after its length.
_PLACE = struct.Struct(">I16sIq")

#: Stream, version, topic, state.
Row = tuple[UUID, int, str, bytes]


class MissingKey(Exception):
    """Raised when something is to be appended without the key of events."""


@dataclass(frozen=True, slots=True)
class EventKeys:
    """The key in use, and earlier ones with the last position that each of them authenticates, in their order."""

    current: bytes = field(repr=False)
    earlier: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)

    @classmethod
    def derived(cls, master_key: bytes) -> EventKeys:
        """Return the key that follows from the master key (HKDF-SHA256), where no other one is configured."""
        derivation = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"parentalite event key 1")
        return cls(derivation.derive(master_key))

    @property
    def encoded(self) -> str:
        """Return the keys as they are configured."""
        earlier = (f"{b64encode(key).decode()}@{position}" for position, key in self.earlier)
        return " ".join((b64encode(self.current).decode(), *earlier))

    def at(self, position: int) -> bytes:
        """Return the only key that may authenticate an event at the position."""
        place = bisect_left(self.earlier, position, key=lambda ended: ended[0])
        return self.earlier[place][1] if place < len(self.earlier) else self.current


def read_event_keys(text: str) -> EventKeys:
    """Read the key in use, then each earlier key as KEY@POSITION, with spaces or lines between. Raises ValueError."""
    current, *others = text.split() or [""]
    earlier = []
    for other in others:
        key, at, position = other.partition("@")
        if not at or not position.isdecimal() or int(position) < 1:
            raise ValueError("after the key in use, earlier ones are needed as KEY@POSITION, such as …=@12345")
        earlier.append((int(position), _key(key)))
    if len({position for position, _ in earlier}) < len(earlier):
        raise ValueError("two earlier keys end at one position")
    return EventKeys(_key(current), tuple(sorted(earlier)))


def _key(encoded: str) -> bytes:
    try:
        key = b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"base64 of exactly {KEY_BYTES} bytes is needed")
    return key


def authenticator(key: bytes, stream: UUID, version: int, topic: str, state: bytes, predecessor: bytes | None) -> bytes:
    """Return the authenticator of an event; `predecessor` is that of the version before, if it has one."""
    named, before = topic.encode(), predecessor or b""
    pack = _LENGTH.pack
    fields = (_HEAD, _PLACE.pack(16, stream.bytes, 8, version), pack(len(named)), named, pack(len(state)), state)
    keyed = _keyed(key).copy()
    keyed.update(b"".join((*fields, pack(len(before)), before)))
    return keyed.digest()


@lru_cache(maxsize=16)
def _keyed(key: bytes) -> hmac.HMAC:
    """A copy costs a third of what `hmac.digest` does."""
    return hmac.new(key, digestmod="sha256")


def is_authentic(key: bytes, row: Row, predecessor: bytes | None, stored: bytes | None) -> bool:
    """Return whether the event carries the authenticator that only a holder of the key can make."""
    return stored is not None and hmac.compare_digest(authenticator(key, *row, predecessor), stored)


class Chain:
    """Makes authenticators of events in the order in which they are appended.

    `last` is the authenticator of the event before the first that is added to each stream. Who appends has to refuse
    events that do not follow it.
    """

    def __init__(self, key: bytes, last: Mapping[UUID, bytes | None]) -> None:
        self._key = key
        self._last = dict(last)

    def add(self, row: Row) -> bytes:
        own = self._last[row[0]] = authenticator(self._key, *row, self._last.get(row[0]))
        return own

    def last(self, stream: UUID) -> bytes:
        """Return the authenticator of the last event that was added to the stream."""
        own = self._last[stream]
        assert own is not None
        return own


class LastAuthenticators:
    """The authenticators and versions of streams' last events, in an LRU cache. Thread-safe.

    With them, the next event of a stream needs no look at the log.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._kept: LRUCache[UUID, tuple[int, bytes]] = LRUCache(most)
        self._guard = Lock()

    def at(self, versions: Mapping[UUID, int]) -> dict[UUID, bytes | None]:
        """Return the authenticators of these versions, as far as they are cached."""
        with self._guard:
            cached = {stream: self._kept.get(stream, (0, b"")) for stream in versions}
        return {stream: last for stream, (version, last) in cached.items() if version == versions[stream]}

    def keep(self, last: Mapping[UUID, tuple[int, bytes]]) -> None:
        with self._guard:
            self._kept.update(last)

    def clear(self) -> None:
        with self._guard:
            self._kept.clear()


def columns(key: bytes, events: Sequence[StoredEvent], last: Mapping[UUID, bytes | None]) -> list[list[Any]]:
    """Return the columns of events to append, the last of which are their authenticators."""
    rows = list(map(row_of, events))
    chain = Chain(key, last)
    return [*([row[place] for row in rows] for place in range(4)), [chain.add(row) for row in rows]]


def row_of(event: StoredEvent) -> Row:
    return as_uuid(event.originator_id), event.originator_version, event.topic, event.state


def as_uuid(stream: UUID | str) -> UUID:
    return stream if isinstance(stream, UUID) else UUID(stream)
