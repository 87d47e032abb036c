"""Check whether older events are still those that were signed: some of them at each look, so that all are seen in
rounds.

What was signed may change in place, or go, in a stream to which nobody appends; nothing that is new then tells of it.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from application.proof.leaves import position_of, read_leaves
from application.proof.log_check.alignment import align
from application.proof.log_check.gone import PUT_BACK
from application.proof.merkle import HASH_BYTES, fold_complete, leaf_hash
from application.proof.signer_memory import SigningRefused
from application.proof.tiles import TILE, IncompleteTree, StoredTree, leaf_tile, tree_size

Conn = Connection[Any]

#: How long a round takes, where nobody says otherwise.
ROUND = timedelta(hours=1)
#: Tiles at one look, of 256 events each: never none, and no more than a fraction of a second takes.
LEAST_TILES, MOST_TILES = 1, 64

_WHAT = {
    "removed": "the event that the stored tree holds is gone from the log",
    "inserted": "an event stands there that the stored tree does not hold",
}
_CHANGED = "the event is not the one that the stored tree holds"


class Rounds:
    """Goes through the stored tree, tile after tile, and compares it with the log and with the hashes above.

    Keeps its place in memory, where nobody who writes in the database can move it; begins at the tile `start`, or else
    at one that nobody knows. After a finding it stays where it is, so that nothing is signed until that is right again.
    """

    def __init__(self, period: timedelta = ROUND, start: int | None = None) -> None:
        self._period = period
        self._next = start
        self._looked_at: datetime | None = None

    @property
    def has_begun(self) -> bool:
        return self._next is not None

    def go_on(self, conn: Conn, now: datetime, *, whole: bool = False) -> None:
        """Look at what is due since the last time, or go round whole. Raises SigningRefused at the first difference."""
        tiles = -(-tree_size(conn)[0] // TILE)
        if not tiles:
            return
        if self._next is None:
            self._next = secrets.randbelow(tiles)
        tree = StoredTree(conn)
        for _ in range(tiles if whole else min(self._due(now, tiles), tiles)):
            self._next %= tiles
            try:
                _check_tile(conn, tree, self._next)
            except IncompleteTree as lacking:
                raise SigningRefused(f"{lacking}: {PUT_BACK}") from None
            self._next += 1
        self._looked_at = now

    def _due(self, now: datetime, tiles: int) -> int:
        since = now - self._looked_at if self._looked_at else timedelta()
        return max(LEAST_TILES, min(MOST_TILES, -int(-(tiles * since) // self._period)))


def _check_tile(conn: Conn, tree: StoredTree, index: int) -> None:
    """Raise SigningRefused unless the log holds the tile's events and no others, and the tree above follows from it.

    Raises IncompleteTree.
    """
    hashes, positions, before = leaf_tile(conn, index)
    leaves = list(read_leaves(conn, before, positions[-1]))
    if b"".join(map(leaf_hash, leaves)) != hashes or list(map(position_of, leaves)) != positions:
        first = next(iter(align(zip(positions, _hashes(hashes), strict=True), leaves)), None)
        where, what = (first.position, _WHAT.get(first.kind, _CHANGED)) if first else (positions[0], _CHANGED)
        raise SigningRefused(f"position {where}: {what}: {PUT_BACK}")
    level = 0
    while len(packed := tree.tile(level, index)) == TILE * HASH_BYTES:
        # The edge of the tree, where this ends, was compared with what the key remembers to have signed.
        above, place = divmod(index, TILE)
        if _hashes(tree.tile(level + 1, above))[place : place + 1] != [fold_complete(_hashes(packed))]:
            raise SigningRefused(f"tile {index} of level {level}: its hashes are not those of the tree: {PUT_BACK}")
        level, index = level + 1, above


def _hashes(packed: bytes) -> list[bytes]:
    return [packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)]
