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
from application.proof.checkpoints import SignedCheckpoint
from application.proof.completeness.map_checking import check_map
from application.proof.leaves import position_of, read_leaves
from application.proof.log_check.alignment import MAX_DIFFERENCES, Difference, align
from application.proof.log_check.checked_notes import check_copies, check_notes, check_record
from application.proof.log_check.expected_roots import OWN_RECORD, ExpectedRoots, read_copy
from application.proof.log_check.pyramid import Pyramid
from application.proof.merkle import HASH_BYTES, leaf_hashes
from application.proof.signer_memory import Record
from application.proof.tiles import TILE, TILE_HEIGHT, tree_size
from eventstore.log import head

Conn = Connection[Any]
#: Called with (step, done, total) as a step advances.
Progress = Callable[[str, int, int], None]

_OTHER_POSITIONS = "the tiles say other positions than the events that they are of"
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
    log: Conn,
    tiles: Conn,
    trusted: Sequence[bytes],
    copies: Sequence[str] = (),
    progress: Progress | None = None,
    record: Record | None = None,
) -> Report:
    """Audit the whole log in one pass, while it may grow. `log` and `tiles` are two connections in autocommit mode.

    `trusted`: the public keys to believe, oldest first; keys stored in the database prove nothing. `copies`: notes of
    checkpoints that others hold. `record`: what the signing key remembers. Writes nothing.
    """
    with tiles.transaction():
        # Freeze the tiles first: the log read afterwards then holds at least their leaves.
        tiles.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if not checkpoints.are_stored(tiles):
            return Report(_count(log), 0, 0, (_gone(record),))
        signed = checkpoints.all_checkpoints(tiles)
        return _check(log, tiles, signed, trusted, copies, progress, record)


def _gone(record: Record | None) -> str:
    lost = "the tables of the proof are gone from the database"
    return f"{record.size} events were signed, {OWN_RECORD}: {lost}" if record and record.size else lost


def _check(
    log: Conn,
    tiles: Conn,
    signed: Sequence[SignedCheckpoint],
    trusted: Sequence[bytes],
    copies: Sequence[str],
    progress: Progress | None,
    record: Record | None,
) -> Report:
    (size, _), until = tree_size(tiles), head(log)
    kept_copies = [read_copy(number, note) for number, note in enumerate(copies, 1)]
    pyramid, expected = Pyramid(), ExpectedRoots(signed, kept_copies, record)
    tiles_in_order = _stored_tiles(tiles)
    findings: list[str] = []
    intact = True
    for number, chunk in enumerate(_chunks(read_leaves(log, 0, until))):
        hashes = leaf_hashes(chunk)
        if intact:
            intact = _fits(next(tiles_in_order, (b"", [])), hashes, chunk)
        _extend(pyramid, hashes, expected)
        if progress and number % 40 == 0:
            progress("checking", pyramid.size, max(size, pyramid.size))
    if intact:
        intact = next(tiles_in_order, None) is None
    if not intact:
        tiles_in_order.close()
        # A second, slower pass aligns event by event; it only runs after a mismatch.
        differences = _differences(log, tiles, until)
        findings += [difference.description for difference in differences] or [_OTHER_POSITIONS]
        findings += (
            [f"only the first {MAX_DIFFERENCES} differences are told"] if len(differences) >= MAX_DIFFERENCES else []
        )
    if progress:
        progress("checking", pyramid.size, pyramid.size)
    findings += _upper_tiles(tiles, pyramid) if intact else []
    findings += expected.mismatches(intact)
    findings += check_map(tiles)
    findings += check_record(tiles, signed, record) if record else []
    findings += check_notes(tiles, signed, trusted, record)
    findings += check_copies(tiles, expected.copies, trusted, record)
    return Report(pyramid.size, expected.last_good, len(signed) + len(copies), tuple(findings))


def _extend(pyramid: Pyramid, hashes: list[bytes], expected: ExpectedRoots) -> None:
    """Add the leaves to the tree, and compare its root at each size that was signed or kept."""
    for end in expected.within(pyramid.size, pyramid.size + len(hashes)):
        cut = end - pyramid.size
        pyramid.extend(hashes[:cut])
        expected.compare(end, pyramid.root(end))
        hashes = hashes[cut:]
    pyramid.extend(hashes)


def _count(log: Conn) -> int:
    row = log.execute("SELECT count(*) FROM stored_events").fetchone()
    return int(row[0]) if row else 0


def _chunks(leaves: Iterator[bytes]) -> Iterator[list[bytes]]:
    while chunk := list(islice(leaves, TILE)):
        yield chunk


def _stored_tiles(tiles: Conn) -> Generator[tuple[bytes, list[int]], None, None]:
    with tiles.transaction(), tiles.cursor("leaf_tiles", binary=True) as cursor:
        cursor.itersize = 100
        yield from cursor.execute(_LEAF_TILES)


def _fits(tile: tuple[bytes, list[int]], computed: list[bytes], leaves: list[bytes]) -> bool:
    """Return whether the tile holds these hashes and positions; the last tile may lag behind the log."""
    hashes, positions = tile
    width = len(positions)
    return (
        len(hashes) == width * HASH_BYTES
        and b"".join(computed[:width]) == hashes
        and [position_of(leaf) for leaf in leaves[:width]] == positions
    )


def _differences(log: Conn, tiles: Conn, until: int) -> list[Difference]:
    hashes = (
        (position, bytes(packed[at * HASH_BYTES : (at + 1) * HASH_BYTES]))
        for packed, positions in _stored_tiles(tiles)
        for at, position in enumerate(positions)
    )
    return align(hashes, read_leaves(log, 0, until))


def _upper_tiles(tiles: Conn, pyramid: Pyramid) -> Iterator[str]:
    """Yield the stored inner hashes that do not follow from the leaves; proofs made of them would be refused."""
    with tiles.transaction(), tiles.cursor("upper_tiles", binary=True) as cursor:
        for level, index, hashes in cursor.execute(_UPPER_TILES):
            computed = pyramid.complete((level - 1) * TILE_HEIGHT)
            if bytes(hashes) != b"".join(computed[index * TILE : index * TILE + len(hashes) // HASH_BYTES]):
                yield f"tile {index} of level {level}: not the hashes of its leaves"
