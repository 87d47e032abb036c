"""A Merkle tree computed in memory without storing the leaf hashes: about 64 bytes for every 256 leaves."""

from __future__ import annotations

from application.proof.merkle import fold_complete, node_hash, root
from application.proof.tiles import TILE, TILE_HEIGHT


class Pyramid:
    """Takes leaf hashes in order; computes roots of every size from the end of the last full tile on."""

    def __init__(self) -> None:
        #: _levels[n]: hashes of the complete subtrees of height TILE_HEIGHT + n.
        self._levels: list[list[bytes]] = [[]]
        self._edge: list[bytes] = []

    @property
    def size(self) -> int:
        return len(self._levels[0]) * TILE + len(self._edge)

    def extend(self, hashes: list[bytes]) -> None:
        """`hashes` must not exceed the tile being filled."""
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
        """Return the hashes of all complete subtrees this much higher than a tile."""
        return self._levels[height] if height < len(self._levels) else []

    def root(self, size: int) -> bytes:
        """Return the root at a size between the last full tile's end and now."""
        assert self.size - len(self._edge) <= size <= self.size
        return root(0, size, self._subtree)

    def _subtree(self, start: int, end: int) -> bytes:
        height = (end - start).bit_length() - 1
        if height >= TILE_HEIGHT:
            return self._levels[height - TILE_HEIGHT][start >> height]
        edge_start = len(self._levels[0]) * TILE
        return fold_complete(self._edge[start - edge_start : end - edge_start])
