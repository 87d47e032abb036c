"""Audit the live log against its stored tree: find which position was changed, and how.

The stored leaf hashes locate a change; the signed checkpoints vouch for the stored hashes. Whoever altered both the log
and the hashes no longer fits a checkpoint, which narrows the change to a range of positions.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from psycopg import Connection

from application.proof import checkpoints
from application.proof.alignment import MAX_DIFFERENCES, Difference, align
from application.proof.checkpoints import SignedCheckpoint
from application.proof.leaves import read_leaves
from application.proof.merkle import HASH_BYTES, leaf_hashes
from application.proof.notes import BadNote, open_note, parse_checkpoint
from application.proof.public_keys import PublicKey
from application.proof.pyramid import Pyramid
from application.proof.tiles import TILE, TILE_HEIGHT, tree_size
from eventstore.log import head

Conn = Connection[Any]
#: Called with (step, done, total) as a step advances.
Progress = Callable[[str, int, int], None]

_LEAF_TILES = "SELECT hashes, positions FROM proof.tiles WHERE level = 0 ORDER BY index"
_UPPER_TILES = "SELECT level, index, hashes FROM proof.tiles WHERE level > 0 ORDER BY level, index"


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of an audit: `findings` is empty when all is well, else one line per finding.

    `signed` counts the events covered by the largest valid checkpoint; later events could still be altered unnoticed.
    """

    events: int
    signed: int
    checkpoints: int
    findings: tuple[str, ...]


def check_log(
    log: Conn, tiles: Conn, trusted: Sequence[bytes], copies: Sequence[str] = (), progress: Progress | None = None
) -> Report:
    """Audit the whole log in one pass, while it may grow. `log` and `tiles` are two connections in autocommit mode.

    `trusted`: the public keys to believe, oldest first; keys stored in the database prove nothing. `copies`: notes of
    checkpoints that others hold.
    """
    with tiles.transaction():
        # Freeze the tiles first: the log read afterwards then holds at least their leaves.
        tiles.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        signed = checkpoints.all_checkpoints(tiles)
        return _check(log, tiles, signed, trusted, copies, progress)


def _check(
    log: Conn,
    tiles: Conn,
    signed: Sequence[SignedCheckpoint],
    trusted: Sequence[bytes],
    copies: Sequence[str],
    progress: Progress | None,
) -> Report:
    (size, _), until = tree_size(tiles), head(log)
    pyramid, expected = (
        Pyramid(),
        _ExpectedRoots(signed, [_copy(number, note) for number, note in enumerate(copies, 1)]),
    )
    tiles_in_order = _stored_tiles(tiles)
    leaves = read_leaves(log, 0, until)
    findings: list[str] = []
    intact = True
    for number, chunk in enumerate(_chunks(leaves)):
        hashes = leaf_hashes(chunk)
        if intact:
            intact = _fits(next(tiles_in_order, (b"", [])), hashes)
        for end in expected.within(pyramid.size, pyramid.size + len(hashes)):
            cut = end - pyramid.size
            pyramid.extend(hashes[:cut])
            expected.compare(end, pyramid.root(end))
            hashes = hashes[cut:]
        pyramid.extend(hashes)
        if progress and number % 40 == 0:
            progress("checking", pyramid.size, max(size, pyramid.size))
    if intact:
        intact = next(tiles_in_order, None) is None
    if not intact:
        tiles_in_order.close()
        # A second, slower pass aligns event by event; it only runs after a mismatch.
        differences = _differences(log, tiles, until)
        findings += [difference.description for difference in differences]
        findings += (
            [f"only the first {MAX_DIFFERENCES} differences are told"] if len(differences) >= MAX_DIFFERENCES else []
        )
    if progress:
        progress("checking", pyramid.size, pyramid.size)
    findings += _upper_tiles(tiles, pyramid) if intact else []
    findings += expected.mismatches(intact)
    findings += _notes(tiles, signed, trusted)
    findings += _signed_copies(tiles, expected.copies, trusted)
    return Report(pyramid.size, expected.last_good, len(signed) + len(copies), tuple(findings))


def _chunks(leaves: Iterator[bytes]) -> Iterator[list[bytes]]:
    while chunk := list(islice(leaves, TILE)):
        yield chunk


def _stored_tiles(tiles: Conn) -> Generator[tuple[bytes, list[int]], None, None]:
    with tiles.transaction(), tiles.cursor("leaf_tiles", binary=True) as cursor:
        cursor.itersize = 100
        yield from cursor.execute(_LEAF_TILES)


def _fits(tile: tuple[bytes, list[int]], computed: list[bytes]) -> bool:
    """Return whether the tile holds these hashes; the last tile may lag behind the log."""
    hashes, positions = tile
    width = len(positions)
    return len(hashes) == width * HASH_BYTES and b"".join(computed[:width]) == hashes


def _differences(log: Conn, tiles: Conn, until: int) -> list[Difference]:
    hashes = (
        (position, bytes(packed[at * HASH_BYTES : (at + 1) * HASH_BYTES]))
        for packed, positions in _stored_tiles(tiles)
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
    """Parse a note. Raises BadNote unless it can be read as a checkpoint; its signature is checked later."""
    checkpoint = parse_checkpoint(note.rpartition("\n\n")[0] + "\n")
    return _Copy(f"copy {number} (size {checkpoint.size})", note, checkpoint.size, checkpoint.root)


class _ExpectedRoots:
    """The roots that checkpoints claim, compared as the recomputed tree reaches their sizes."""

    def __init__(self, signed: Sequence[SignedCheckpoint], copies: Sequence[_Copy]) -> None:
        self.copies = copies
        claims = [(mark.size, mark.root, f"checkpoint of size {mark.size}") for mark in signed]
        claims += [(copy.size, copy.root, f"checkpoint, {copy.name},") for copy in copies]
        self._claims = sorted(claims, key=lambda claim: claim[0])
        self._next = 0
        self.last_good = 0
        self._broken: list[tuple[int, str]] = []

    def within(self, start: int, end: int) -> list[int]:
        """Return the sizes above `start`, up to `end`, for which a root is claimed."""
        sizes = []
        for size, *_ in islice(self._claims, self._next, None):
            if size > end:
                break
            if size > start and size not in sizes:
                sizes.append(size)
        return sizes

    def compare(self, size: int, root: bytes) -> None:
        while self._next < len(self._claims) and self._claims[self._next][0] <= size:
            claimed, expected, name = self._claims[self._next]
            if claimed == size and expected == root:
                self.last_good = size
            else:
                self._broken.append((claimed, name))
            self._next += 1

    def mismatches(self, leaves_fit: bool) -> list[str]:
        """Describe the first checkpoint that does not fit, and count the others."""
        broken = [*self._broken, *((size, name) for size, _, name in self._claims[self._next :])]
        if not broken:
            return []
        size, name = broken[0]
        where = "" if not leaves_fit else f": between leaf {self.last_good + 1} and leaf {size}, and the tiles with it"
        others = f"; so do {len(broken) - 1} others" if len(broken) > 1 else ""
        return [f"{name} does not fit the log{where}{others}"]


def _notes(tiles: Conn, signed: Sequence[SignedCheckpoint], trusted: Sequence[bytes]) -> Iterator[str]:
    """Yield the checkpoints whose note contradicts its columns or was signed by the wrong key."""
    name, periods = checkpoints.origin(tiles), _KeyPeriods(checkpoints.keys(tiles))
    yield from periods.unknown(trusted)
    for mark in signed:
        try:
            text, key = open_note(mark.note, trusted)
            checkpoint = parse_checkpoint(text)
        except BadNote as bad:
            yield f"checkpoint of size {mark.size}: {bad}"
            continue
        if (checkpoint.origin, checkpoint.size, checkpoint.root) != (name, mark.size, mark.root):
            yield f"checkpoint of size {mark.size}: its signed text says something else than what is kept beside it"
        yield from periods.misuses(key, mark.size)


class _KeyPeriods:
    """When each key may sign: from the end of the one before, and never again once another has signed."""

    def __init__(self, keys: Sequence[PublicKey]) -> None:
        self._keys = {key.public_key: key for key in keys}
        self._current: bytes | None = None
        self._ended: dict[bytes, int] = {}

    def unknown(self, trusted: Sequence[bytes]) -> Iterator[str]:
        for key in self._keys.values():
            if key.public_key not in trusted:
                since = f"the key in use since size {key.since_size}"
                yield f"{since} is unknown here: if it is yours, name its public half with --key"

    def misuses(self, key: bytes, size: int) -> Iterator[str]:
        """Checkpoints must come in the order of their sizes."""
        if key in self._ended:
            yield _rolled_back_key(size, f"ended at size {self._ended[key]}")
            return
        if self._current not in (None, key):
            self._ended[self._current] = size - 1
        self._current = key
        period = self._keys.get(key)
        if period is not None and not period.may_sign(size):
            ended = period.until_size is not None and size > period.until_size
            why = f"ended at size {period.until_size}" if ended else f"began at size {period.since_size}"
            yield _rolled_back_key(size, why)


def _rolled_back_key(size: int, why: str) -> str:
    return f"checkpoint of size {size}: signed by a rolled-back key, which {why}"


def _signed_copies(tiles: Conn, copies: Sequence[_Copy], trusted: Sequence[bytes]) -> Iterator[str]:
    name = checkpoints.origin(tiles)
    for copy in copies:
        try:
            if parse_checkpoint(open_note(copy.note, trusted)[0]).origin != name:
                yield f"checkpoint, {copy.name}: it is that of another log"
        except BadNote as bad:
            yield f"checkpoint, {copy.name}: {bad}"


def _upper_tiles(tiles: Conn, pyramid: Pyramid) -> Iterator[str]:
    """Yield the stored inner hashes that do not follow from the leaves; proofs made of them would be refused."""
    with tiles.transaction(), tiles.cursor("upper_tiles", binary=True) as cursor:
        for level, index, hashes in cursor.execute(_UPPER_TILES):
            computed = pyramid.complete((level - 1) * TILE_HEIGHT)
            if bytes(hashes) != b"".join(computed[index * TILE : index * TILE + len(hashes) // HASH_BYTES]):
                yield f"tile {index} of level {level}: not the hashes of its leaves"
