"""Recomputing the tree over the live log, against what was kept of it: which position was changed, and how.

The stored hashes of the leaves say where; the signed checkpoints say that those hashes are the ones of then. Who could
alter the log may have altered the hashes too: then a checkpoint no longer fits, and tells between which positions.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from psycopg import Connection

from application.proof import checkpoints
from application.proof.alignment import MOST_TOLD, Difference, align
from application.proof.checkpoints import Kept, PublicKey
from application.proof.leaves import read_leaves
from application.proof.merkle import HASH_BYTES, leaf_hashes
from application.proof.notes import BadNote, opened, parsed
from application.proof.pyramid import Pyramid
from application.proof.tiles import TILE, TILE_HEIGHT, tree_size
from eventstore.log import head

Conn = Connection[Any]
#: Told how far a step has come: (step, done, total).
Progress = Callable[[str, int, int], None]

_LEAF_TILES = "SELECT hashes, positions FROM proof.tiles WHERE level = 0 ORDER BY index"
_UPPER_TILES = "SELECT level, index, hashes FROM proof.tiles WHERE level > 0 ORDER BY level, index"


@dataclass(frozen=True, slots=True)
class Report:
    """`findings` is empty when all is well: a line each otherwise.

    `signed`: how many of the events the largest checkpoint that fits holds; those after it could still be altered.
    """

    events: int
    signed: int
    checkpoints: int
    findings: tuple[str, ...]


def check_log(
    log: Conn, tiles: Conn, trusted: Sequence[bytes], copies: Sequence[str] = (), progress: Progress | None = None
) -> Report:
    """Reads the whole log once, while it may grow. `log` and `tiles` are two connections in autocommit mode.

    `trusted`: the public keys to believe, the oldest first; what the database says of keys proves nothing. `copies`:
    notes of checkpoints that others kept.
    """
    with tiles.transaction():
        # The hashes of one instant, and then at least as much of the log: what is signed meanwhile is not looked at.
        tiles.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        kept = checkpoints.all_checkpoints(tiles)
        return _checked(log, tiles, kept, trusted, copies, progress)


def _checked(
    log: Conn,
    tiles: Conn,
    kept: Sequence[Kept],
    trusted: Sequence[bytes],
    copies: Sequence[str],
    progress: Progress | None,
) -> Report:
    (size, _), until = tree_size(tiles), head(log)
    pyramid, due = Pyramid(), _Due(kept, [_copy(number, note) for number, note in enumerate(copies, 1)])
    stored = _stored(tiles)
    leaves = read_leaves(log, 0, until)
    findings: list[str] = []
    intact = True
    for number, chunk in enumerate(_chunks(leaves)):
        hashes = leaf_hashes(chunk)
        if intact:
            intact = _fits(next(stored, (b"", [])), hashes)
        for end in due.within(pyramid.size, pyramid.size + len(hashes)):
            cut = end - pyramid.size
            pyramid.extend(hashes[:cut])
            due.settle(end, pyramid.root(end))
            hashes = hashes[cut:]
        pyramid.extend(hashes)
        if progress and number % 40 == 0:
            progress("checking", pyramid.size, max(size, pyramid.size))
    if intact:
        intact = next(stored, None) is None
    if not intact:
        stored.close()
        # Read again, event by event: slower, and seldom.
        differences = _differences(log, tiles, until)
        findings += [difference.told for difference in differences]
        findings += [f"only the first {MOST_TOLD} differences are told"] if len(differences) >= MOST_TOLD else []
    if progress:
        progress("checking", pyramid.size, pyramid.size)
    findings += _upper_tiles(tiles, pyramid) if intact else []
    findings += due.unmet(intact)
    findings += _notes(tiles, kept, trusted)
    findings += _signed_copies(tiles, due.copies, trusted)
    return Report(pyramid.size, due.last_good, len(kept) + len(copies), tuple(findings))


def _chunks(leaves: Iterator[bytes]) -> Iterator[list[bytes]]:
    while chunk := list(islice(leaves, TILE)):
        yield chunk


def _stored(tiles: Conn) -> Generator[tuple[bytes, list[int]], None, None]:
    with tiles.transaction(), tiles.cursor("leaf_tiles", binary=True) as cursor:
        cursor.itersize = 100
        yield from cursor.execute(_LEAF_TILES)


def _fits(tile: tuple[bytes, list[int]], found: list[bytes]) -> bool:
    """Whether the tile holds these hashes; the last one may lack leaves that the notary has not seen yet."""
    hashes, positions = tile
    width = len(positions)
    return len(hashes) == width * HASH_BYTES and b"".join(found[:width]) == hashes


def _differences(log: Conn, tiles: Conn, until: int) -> list[Difference]:
    hashes = (
        (position, bytes(packed[at * HASH_BYTES : (at + 1) * HASH_BYTES]))
        for packed, positions in _stored(tiles)
        for at, position in enumerate(positions)
    )
    return align(hashes, read_leaves(log, 0, until))


@dataclass(frozen=True, slots=True)
class _Copy:
    name: str
    note: str
    size: int
    root: bytes


def _copy(number: int, note: str) -> _Copy:
    """Raises BadNote unless the text can be read as a checkpoint; its signature is checked later."""
    checkpoint = parsed(note.rpartition("\n\n")[0] + "\n")
    return _Copy(f"copy {number} (size {checkpoint.size})", note, checkpoint.size, checkpoint.root)


class _Due:
    """The roots that checkpoints promise, settled as the recomputed tree reaches their sizes."""

    def __init__(self, kept: Sequence[Kept], copies: Sequence[_Copy]) -> None:
        self.copies = copies
        promises = [(one.size, one.root, f"checkpoint of size {one.size}") for one in kept]
        promises += [(one.size, one.root, f"checkpoint, {one.name},") for one in copies]
        self._promises = sorted(promises, key=lambda promise: promise[0])
        self._next = 0
        self.last_good = 0
        self._broken: list[tuple[int, str]] = []

    def within(self, start: int, end: int) -> list[int]:
        """The sizes above `start` up to `end` at which something is promised."""
        sizes = []
        for size, *_ in islice(self._promises, self._next, None):
            if size > end:
                break
            if size > start and size not in sizes:
                sizes.append(size)
        return sizes

    def settle(self, size: int, root: bytes) -> None:
        while self._next < len(self._promises) and self._promises[self._next][0] <= size:
            promised, expected, name = self._promises[self._next]
            if promised == size and expected == root:
                self.last_good = size
            else:
                self._broken.append((promised, name))
            self._next += 1

    def unmet(self, leaves_fit: bool) -> list[str]:
        """What is told of promises that were not kept: the first of them, and how many follow."""
        broken = [*self._broken, *((size, name) for size, _, name in self._promises[self._next :])]
        if not broken:
            return []
        size, name = broken[0]
        where = "" if not leaves_fit else f": between leaf {self.last_good + 1} and leaf {size}, and the tiles with it"
        others = f"; so do {len(broken) - 1} others" if len(broken) > 1 else ""
        return [f"{name} does not fit the log{where}{others}"]


def _notes(tiles: Conn, kept: Sequence[Kept], trusted: Sequence[bytes]) -> Iterator[str]:
    """Checkpoints whose note does not hold what was kept of it, or was not signed by the key of its time."""
    name, times = checkpoints.origin(tiles), _Times(checkpoints.keys(tiles))
    yield from times.unknown(trusted)
    for one in kept:
        try:
            text, key = opened(one.note, trusted)
            checkpoint = parsed(text)
        except BadNote as bad:
            yield f"checkpoint of size {one.size}: {bad}"
            continue
        if (checkpoint.origin, checkpoint.size, checkpoint.root) != (name, one.size, one.root):
            yield f"checkpoint of size {one.size}: its signed text says something else than what is kept beside it"
        yield from times.misused(key, one.size)


class _Times:
    """Which key signs when: each from where the one before ended, and none again once another has signed."""

    def __init__(self, kept: Sequence[PublicKey]) -> None:
        self._kept = {key.public_key: key for key in kept}
        self._current: bytes | None = None
        self._ended: dict[bytes, int] = {}

    def unknown(self, trusted: Sequence[bytes]) -> Iterator[str]:
        for key in self._kept.values():
            if key.public_key not in trusted:
                since = f"the key in use since size {key.since_size}"
                yield f"{since} is unknown here: if it is yours, name its public half with --key"

    def misused(self, key: bytes, size: int) -> Iterator[str]:
        """Checkpoints must come in the order of their sizes."""
        if key in self._ended:
            yield _rolled_back(size, f"ended at size {self._ended[key]}")
            return
        if self._current not in (None, key):
            self._ended[self._current] = size - 1
        self._current = key
        kept = self._kept.get(key)
        if kept is not None and not kept.may_sign(size):
            ended = kept.until_size is not None and size > kept.until_size
            why = f"ended at size {kept.until_size}" if ended else f"began at size {kept.since_size}"
            yield _rolled_back(size, why)


def _rolled_back(size: int, why: str) -> str:
    return f"checkpoint of size {size}: signed by a rolled-back key, which {why}"


def _signed_copies(tiles: Conn, copies: Sequence[_Copy], trusted: Sequence[bytes]) -> Iterator[str]:
    name = checkpoints.origin(tiles)
    for one in copies:
        try:
            if parsed(opened(one.note, trusted)[0]).origin != name:
                yield f"checkpoint, {one.name}: it is that of another log"
        except BadNote as bad:
            yield f"checkpoint, {one.name}: {bad}"


def _upper_tiles(tiles: Conn, pyramid: Pyramid) -> Iterator[str]:
    """Stored inner hashes that are not those of the leaves: a proof made of them would be refused."""
    with tiles.transaction(), tiles.cursor("upper_tiles", binary=True) as cursor:
        for level, index, hashes in cursor.execute(_UPPER_TILES):
            computed = pyramid.complete((level - 1) * TILE_HEIGHT)
            if bytes(hashes) != b"".join(computed[index * TILE : index * TILE + len(hashes) // HASH_BYTES]):
                yield f"tile {index} of level {level}: not the hashes of its leaves"
