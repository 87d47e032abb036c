"""The tree's hashes in PostgreSQL, in tiles of 256 as in C2SP tlog-tiles: https://c2sp.org/tlog-tiles

A tile of level 0 holds the hashes of 256 leaves, with their positions; one of level 1 the roots of 256 tiles of level
0; and so on. A full tile never changes, so appending touches the right edge alone, and a proof reads a few tiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection

from application.proof.leaves import position_of, read_leaves
from application.proof.merkle import HASH_BYTES, fold_complete, leaf_hash, root
from eventstore.locks import Lock, acquire_in_transaction

Conn = Connection[Any]

TILE_HEIGHT = 8
TILE = 1 << TILE_HEIGHT
#: Leaves hashed between two writes of tiles, so that memory stays flat.
_BATCH = 64 * TILE

DDL = """
CREATE SCHEMA IF NOT EXISTS proof;
CREATE TABLE IF NOT EXISTS proof.tiles (
    level smallint NOT NULL,
    index bigint NOT NULL,
    hashes bytea NOT NULL,
    positions bigint[] NOT NULL,
    PRIMARY KEY (level, index)
);
CREATE UNIQUE INDEX IF NOT EXISTS tiles_first_position ON proof.tiles ((positions[1])) WHERE level = 0"""

_SIZE = "SELECT index, hashes, positions FROM proof.tiles WHERE level = 0 ORDER BY index DESC LIMIT 1"
_EDGE = """
SELECT edge.* FROM generate_series(0, 7) AS l(level) CROSS JOIN LATERAL (
    SELECT level, index, hashes, positions FROM proof.tiles WHERE level = l.level ORDER BY index DESC LIMIT 1
) AS edge"""
_TILE = "SELECT hashes FROM proof.tiles WHERE level = %s AND index = %s"
_WRITE = """
INSERT INTO proof.tiles (level, index, hashes, positions) VALUES (%s, %s, %s, %s)
ON CONFLICT (level, index) DO UPDATE SET hashes = EXCLUDED.hashes, positions = EXCLUDED.positions"""
_POSITIONS = "SELECT positions FROM proof.tiles WHERE level = 0 AND index = %s"
_LEAF_TILE = """
SELECT hashes, positions, CASE WHEN index = 0 THEN 0 ELSE
    (SELECT positions[array_upper(positions, 1)] FROM proof.tiles WHERE level = 0 AND index = %(index)s - 1) END
FROM proof.tiles WHERE level = 0 AND index = %(index)s"""
_LEAF_AT = """
SELECT index, positions FROM proof.tiles WHERE level = 0 AND positions[1] <= %s ORDER BY positions[1] DESC LIMIT 1"""


@dataclass(slots=True)
class Tile:
    level: int
    index: int
    hashes: bytearray = field(default_factory=bytearray)
    positions: list[int] = field(default_factory=list)

    @property
    def width(self) -> int:
        return len(self.hashes) // HASH_BYTES


def tree_size(conn: Conn) -> tuple[int, int]:
    """Return the number of leaves and the position of the last (0 if there is none)."""
    row = conn.execute(_SIZE, prepare=True).fetchone()
    if row is None:
        return 0, 0
    index, hashes, positions = row
    return index * TILE + len(hashes) // HASH_BYTES, positions[-1]


def position_at(conn: Conn, size: int) -> int:
    """Return the position of the last of the first `size` leaves (0 of none). Raises IncompleteTree."""
    if size == 0:
        return 0
    index, at = divmod(size - 1, TILE)
    row = conn.execute(_POSITIONS, (index,), prepare=True).fetchone()
    if row is None or len(row[0]) <= at:
        raise IncompleteTree(0, index)
    position: int = row[0][at]
    return position


def leaf_tile(conn: Conn, index: int) -> tuple[bytes, list[int], int]:
    """Return the hashes of 256 leaves, their positions, and the position before them. Raises IncompleteTree."""
    row = conn.execute(_LEAF_TILE, {"index": index}, prepare=True).fetchone()
    if row is None or not row[1] or len(row[0]) != len(row[1]) * HASH_BYTES:
        raise IncompleteTree(0, index)
    if row[2] is None:
        raise IncompleteTree(0, index - 1)
    return bytes(row[0]), row[1], row[2]


def grow(conn: Conn, until: int) -> int:
    """Append the leaves up to position `until`, each once even if others append too. Return the size.

    Runs in its own transaction or the caller's; the cost depends on what is appended, not on the size of the tree.
    """
    with conn.transaction():
        acquire_in_transaction(conn, Lock.PROOF_TREE)
        edge = {row[0]: Tile(row[0], row[1], bytearray(row[2]), list(row[3])) for row in conn.execute(_EDGE)}
        last = edge[0].positions[-1] if edge else 0
        while batch := [(leaf_hash(leaf), position_of(leaf)) for leaf in read_leaves(conn, last, until, _BATCH)]:
            _write(conn, _append(edge, batch))
            last = batch[-1][1]
    return tree_size(conn)[0]


def _append(edge: dict[int, Tile], leaves: Iterable[tuple[bytes, int]]) -> list[Tile]:
    """Add the leaves to the right edge; return the tiles that changed."""
    changed: dict[tuple[int, int], Tile] = {}
    for hashed, position in leaves:
        level = 0
        while True:
            tile = edge.get(level)
            if tile is None or tile.width == TILE:
                tile = edge[level] = Tile(level, 0 if tile is None else tile.index + 1)
            tile.hashes += hashed
            if level == 0:
                tile.positions.append(position)
            changed[level, tile.index] = tile
            if tile.width < TILE:
                break
            hashed, level = fold_complete(_hashes(tile.hashes, 0, TILE)), level + 1
    return list(changed.values())


def _write(conn: Conn, tiles: Sequence[Tile]) -> None:
    with conn.cursor() as cursor:
        cursor.executemany(_WRITE, [(t.level, t.index, bytes(t.hashes), t.positions) for t in tiles])


def _hashes(packed: bytes | bytearray, start: int, end: int) -> list[bytes]:
    return [bytes(packed[at * HASH_BYTES : (at + 1) * HASH_BYTES]) for at in range(start, end)]


class StoredTree:
    """The stored tree, for roots and proofs. Tiles are read on first use and cached."""

    def __init__(self, conn: Conn) -> None:
        self._conn = conn
        self._tiles: dict[tuple[int, int], bytes] = {}

    def subtree(self, start: int, end: int) -> bytes:
        """See `merkle.Subtree`."""
        size = end - start
        height = size.bit_length() - 1
        # The highest level of tiles at or below that height.
        level = height // TILE_HEIGHT
        number, count = start >> (level * TILE_HEIGHT), 1 << (height - level * TILE_HEIGHT)
        return fold_complete(self._nodes(level, number, count))

    def root(self, size: int) -> bytes:
        return root(0, size, self.subtree)

    def leaf_hashes(self, start: int, end: int) -> list[bytes]:
        hashes: list[bytes] = []
        while start < end:
            upto = min(end, (start // TILE + 1) * TILE)
            hashes += self._nodes(0, start, upto - start)
            start = upto
        return hashes

    def _nodes(self, level: int, number: int, count: int) -> list[bytes]:
        index, at = divmod(number, TILE)
        packed = self.tile(level, index)
        if len(packed) < (at + count) * HASH_BYTES:
            raise IncompleteTree(level, index)
        return _hashes(packed, at, at + count)

    def tile(self, level: int, index: int) -> bytes:
        """Return the tile's hashes, as many as there are."""
        if (level, index) not in self._tiles:
            row = self._conn.execute(_TILE, (level, index), prepare=True).fetchone()
            self._tiles[level, index] = bytes(row[0]) if row else b""
        return self._tiles[level, index]

    def index_of(self, position: int) -> int | None:
        """Return the index of the event's leaf, or None if the tree does not hold it."""
        row = self._conn.execute(_LEAF_AT, (position,), prepare=True).fetchone()
        if row is None or position not in row[1]:
            return None
        place: int = row[0] * TILE + row[1].index(position)
        return place


class IncompleteTree(Exception):
    """Raised when stored tiles lack hashes that the tree's size implies."""

    def __init__(self, level: int, index: int) -> None:
        super().__init__(f"tile {index} of level {level} lacks hashes")
