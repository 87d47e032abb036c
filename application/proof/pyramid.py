"""A tree computed in memory from its leaves' hashes, without keeping them: 32 bytes for every 256 leaves, doubled."""

from __future__ import annotations

from application.proof.merkle import fold_complete, node_hash, root
from application.proof.tiles import TILE, TILE_HEIGHT


class Pyramid:
    """Takes leaf hashes in order; gives roots of every size at or above the last full tile's end."""

    def __init__(self) -> None:
        #: _levels[n]: hashes of the complete subtrees of height TILE_HEIGHT + n.
        self._levels: list[list[bytes]] = [[]]
        self._edge: list[bytes] = []

    @property
    def size(self) -> int:
        return len(self._levels[0]) * TILE + len(self._edge)

    def extend(self, hashes: list[bytes]) -> None:
        """`hashes` must not go past the end of the tile that is being filled."""
        self._edge = self._edge + hashes if self._edge else hashes
        assert len(self._edge) <= TILE
        if len(self._edge) == TILE:
            self._add(fold_complete(self._edge))
            self._edge = []

    def _add(self, hashed: bytes) -> None:
        for level in self._levels:
            level.append(hashed)
            if len(level) & 1:
                return
            hashed = node_hash(level[-2], level[-1])
        self._levels.append([hashed])

    def complete(self, height: int) -> list[bytes]:
        """The hashes of all complete subtrees that are so much higher than a tile."""
        return self._levels[height] if height < len(self._levels) else []

    def root(self, size: int) -> bytes:
        """The root at a size between the last full tile's end and now."""
        assert self.size - len(self._edge) <= size <= self.size
        return root(0, size, self._subtree)

    def _subtree(self, start: int, end: int) -> bytes:
        height = (end - start).bit_length() - 1
        if height >= TILE_HEIGHT:
            return self._levels[height - TILE_HEIGHT][start >> height]
        edge_start = len(self._levels[0]) * TILE
        return fold_complete(self._edge[start - edge_start : end - edge_start])
