"""Where an event stands in the signed tree, and the proof of it: whoever reads the trail can check what it lists."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any

import strawberry

from api.core.context import Context
from api.proof.types import load_row
from application.proof.merkle import HASH_BYTES, fold_complete, inclusion_proof
from application.proof.tiles import TILE, TILE_HEIGHT
from projections.proof import queries

_Place = tuple[int, int]


@strawberry.type(
    description="The proof that the signed log holds an event: it leads from the event's leaf to the root of the"
    " checkpoint of that size. docs/proof.md says how to check it."
)
class EventProof:
    index: int = strawberry.field(description="The place of its leaf in the tree, from 0, without a gap.")
    size: int = strawberry.field(description="The size of the checkpoint's tree.")
    leaf_hash: str = strawberry.field(description="The hash of its leaf, in base64.")
    hashes: list[str] = strawberry.field(description="The inclusion proof (RFC 9162), lowest hash first, in base64.")


async def prove(context: Context, position: int) -> EventProof | None:
    """Return the proof by the latest checkpoint, or None for an event that is not signed yet."""
    return await context.together("proofs of events", position, lambda positions: _prove(context, positions))


async def _prove(context: Context, positions: Sequence[int]) -> list[EventProof | None]:
    checkpoint = await load_row(context, None)
    if checkpoint is None:
        return [None] * len(positions)
    size, read = checkpoint["size"], await context.read()
    rows = await read.rows(read.sql(queries.LEAVES), {"positions": list(positions)})
    indexes = {row["position"]: row["leaf_index"] for row in rows if row["leaf_index"] < size}
    tiles = _Tiles()
    while not (proofs := _proofs(indexes, size, tiles)) and tiles.missing:
        levels, numbers = zip(*tiles.missing, strict=True)
        tiles.add(await read.rows(read.sql(queries.TILES), {"levels": list(levels), "indexes": list(numbers)}))
    return [proofs.get(position) for position in positions]


def _proofs(indexes: dict[int, int], size: int, tiles: _Tiles) -> dict[int, EventProof]:
    """Return every proof, or none while tiles are missing."""
    proofs = {}
    for position, index in indexes.items():
        hashes = inclusion_proof(index, size, tiles.subtree)
        proofs[position] = EventProof(
            index=index, size=size, leaf_hash=_text(tiles.subtree(index, index + 1)), hashes=list(map(_text, hashes))
        )
    return {} if tiles.missing else proofs


def _text(node: bytes) -> str:
    return base64.b64encode(node).decode()


class _Tiles:
    """The tiles that proofs are made of. Missing ones are noted, and read all at once before the next try."""

    def __init__(self) -> None:
        self._tiles: dict[_Place, bytes] = {}
        self.missing: set[_Place] = set()

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        self._tiles |= dict.fromkeys(self.missing, b"")
        self._tiles |= {(row["level"], row["index"]): bytes(row["hashes"]) for row in rows}
        self.missing = set()

    def subtree(self, start: int, end: int) -> bytes:
        """See `merkle.Subtree`."""
        height = (end - start).bit_length() - 1
        level = height // TILE_HEIGHT
        index, at = divmod(start >> (level * TILE_HEIGHT), TILE)
        count = 1 << (height - level * TILE_HEIGHT)
        packed = self._tiles.get((level, index))
        if packed is None:
            self.missing.add((level, index))
            return bytes(HASH_BYTES)
        nodes = [packed[place * HASH_BYTES : (place + 1) * HASH_BYTES] for place in range(at, at + count)]
        return fold_complete(nodes)
