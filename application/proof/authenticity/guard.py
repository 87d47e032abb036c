"""Keep the signing key from vouching for an event that this system did not record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from application.proof.authenticity.judging import Defect, Event, EventJudge, below, read_events
from application.proof.authenticity.start import FROM_THE_BEGINNING, BadStart, EventStart, StartFile
from application.proof.leaves import Leaf, encode_leaf
from application.proof.log_check.pyramid import Pyramid
from application.proof.merkle import leaf_hash
from application.proof.signer_memory import SignerMemory, SigningRefused
from application.proof.tiles import TILE, IncompleteTree, StoredTree, position_at, tree_size
from eventstore.authenticators import EventKeys

Conn = Connection[Any]

#: The way on for events that carry no authenticator and are right all the same.
ACCEPT_THEM = "parentalite audit accept-events, once, after a look at what it says"


#: The way on where the file with the start of authenticators is lost.
PUT_IT_BACK = f"put it back from a backup of the keys; without one, {ACCEPT_THEM}"


class UnsoundLog(SigningRefused):
    """Raised at the first event that this system did not record; the message names its position."""


class FirstEvents:
    """Tells whether a log begins with the events that were stored before there were authenticators."""

    def __init__(self, start: EventStart) -> None:
        self._start = start
        self._pyramid = Pyramid()
        self._waiting: list[bytes] = []

    @property
    def size(self) -> int:
        return self._pyramid.size + len(self._waiting)

    def add(self, hashed: bytes) -> None:
        if self.size >= self._start.size:
            return
        self._waiting.append(hashed)
        if len(self._waiting) == TILE or self.size == self._start.size:
            self._pyramid.extend(self._waiting)
            self._waiting = []

    def objection(self) -> str | None:
        """Return what is wrong once every event was added."""
        start = self._start
        if self.size < start.size:
            return (
                f"the log holds {self.size} events, and held {start.size} when authenticators began: after a restore, "
                f"{ACCEPT_THEM}"
            )
        if start.size and self._pyramid.root(start.size) != start.root:
            return f"the first {start.size} events are not those that were there when authenticators began"
        return None


@dataclass(frozen=True, slots=True)
class EventGuard:
    """Reads where authenticators begin at each look: a command may move it while servers run."""

    keys: EventKeys
    start_file: StartFile
    memory: SignerMemory
    public_key: bytes

    def start(self) -> EventStart | None:
        """Return None if the file is missing. Raises BadStart."""
        record = self.memory.read()
        earlier = [key.public_key for key in record.every_key()] if record else []
        return self.start_file.read([self.public_key, *earlier])

    def lost_start(self) -> str | None:
        """Return what is wrong with the file and how to mend it, None if it can be believed."""
        try:
            return None if self.start() else f"{self.start_file.path} is missing: {PUT_IT_BACK}"
        except BadStart as bad:
            return str(bad)

    def check(self, conn: Conn, size: int, until: int, *, signing: bool = True) -> None:
        """Raise UnsoundLog unless every event after the first `size` ones, up to position `until`, is sound.

        The stored tree must hold their hashes as far as it goes: who writes in the database can add to it. Before
        signing, a log whose beginning nothing vouches for is judged from its beginning on.
        """
        if hidden := below(conn):
            raise UnsoundLog(f"{hidden[0]}; nothing is signed")
        file = self.start()
        start = file or FROM_THE_BEGINNING
        if signing and (file is None or size < start.size):
            # Only once with a file: later signatures begin with these.
            size = 0
        try:
            after = position_at(conn, size)
        except IncompleteTree:
            # The stored tree is gone: other checks tell whether the log is the signed one.
            size = after = 0
        judge, first = EventJudge(self.keys, start.position), FirstEvents(start)
        stored = _hashes(conn, size)
        for event in read_events(conn, after, until):
            if (defect := judge.defect(event)) is not None:
                raise UnsoundLog(_refusal(defect, event))
            hashed = hash_of(event)
            if next(stored, hashed) != hashed:
                raise UnsoundLog(f"position {event.position}: the stored tree holds another event; nothing is signed")
            if signing and size == 0:
                first.add(hashed)
        if signing and size == 0 and (why := first.objection()) is not None:
            raise UnsoundLog(f"{why}; nothing is signed")


def _refusal(defect: Defect, event: Event) -> str:
    way_on = "parentalite audit check names every such event"
    if event.authenticator is None:
        way_on += f"; if a version without authenticators recorded it, {ACCEPT_THEM}"
    return f"{defect}; nothing is signed from there on: {way_on}"


def _hashes(conn: Conn, size: int) -> Iterator[bytes]:
    """Yield the hashes of the leaves that the stored tree holds after the first `size`."""
    last, _ = tree_size(conn)
    tree = StoredTree(conn)
    for first in range(size, last, TILE):
        yield from tree.leaf_hashes(first, min(first + TILE, last))


def hash_of(event: Event) -> bytes:
    """Return the hash of the event's leaf; what it lacks counts as empty."""
    topic, state = event.topic or "", event.state or b""
    return leaf_hash(encode_leaf(Leaf(event.position, event.stream, event.version, topic, state)))
