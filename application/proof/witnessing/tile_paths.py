"""Addresses of tiles, as C2SP tlog-tiles writes them: `x001/x234/067`, with `.p/W` for one that is not full."""

from __future__ import annotations

import re
from collections.abc import Callable

from application.proof.merkle import HASH_BYTES, fold_complete
from application.proof.tiles import TILE, TILE_HEIGHT

_PATH = re.compile(r"((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_LEVEL = re.compile("0|[1-9]|[1-5][0-9]|6[0-3]")
#: Indexes fit into PostgreSQL's bigint.
_MOST_GROUPS = 6

#: Returns the bytes of the tile at a path.
Fetch = Callable[[str], bytes]


def parse_level(text: str) -> int | None:
    """Return the level, or None unless it is written in its one form."""
    return int(text) if _LEVEL.fullmatch(text) else None


def parse_index(path: str) -> tuple[int, int] | None:
    """Return index and width of a tile, or None unless the path is written in its one form."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    groups = [*re.findall("x([0-9]{3})/", match[1]), match[2]]
    width = int(match[3]) if match[3] else TILE
    if len(groups) > _MOST_GROUPS or (len(groups) > 1 and groups[0] == "000") or (match[3] and width >= TILE):
        return None
    return int("".join(groups)), width


def format_index(index: int, width: int = TILE) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return path if width == TILE else f"{path}.p/{width}"


def width_at(size: int, level: int, index: int) -> int:
    """Return how many hashes a tile holds in a tree of this size; 0 if it is not there."""
    return max(0, min(TILE, (size >> (TILE_HEIGHT * level)) - index * TILE))


class BadTile(Exception):
    """Raised when a tile has not the bytes that its address promises."""


class FetchedTree:
    """The tree of a checkpoint, by the tiles that a log serves: each is fetched once, when a hash of it is needed."""

    def __init__(self, size: int, fetch: Fetch) -> None:
        self._size, self._fetch = size, fetch
        self._tiles: dict[tuple[int, int], bytes] = {}

    def subtree(self, start: int, end: int) -> bytes:
        """See `merkle.Subtree`."""
        height = (end - start).bit_length() - 1
        level = height // TILE_HEIGHT
        number, count = start >> (level * TILE_HEIGHT), 1 << (height - level * TILE_HEIGHT)
        index, at = divmod(number, TILE)
        packed = self._tile(level, index)
        nodes = [packed[k * HASH_BYTES : (k + 1) * HASH_BYTES] for k in range(at, at + count)]
        return fold_complete(nodes)

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self._tiles:
            width = width_at(self._size, level, index)
            path = f"tile/{level}/{format_index(index, width)}"
            data = self._fetch(path)
            if len(data) != width * HASH_BYTES:
                raise BadTile(f"/{path} holds {len(data)} bytes instead of {width * HASH_BYTES}")
            self._tiles[level, index] = data
        return self._tiles[level, index]
