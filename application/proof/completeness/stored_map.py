"""The map in PostgreSQL, as of one position: its tree cut into tiles of four levels.

A tile holds what stands at most four levels below its top: leaves with their values, and the hashes of the tiles below.
An update reads and writes the tiles on the way to the changed keys. Only the map as it is now is stored: it follows
from the log alone, so an earlier one is folded from the log again (`map_as_of`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.proof.completeness.map_entries import changes_between, first_versions, stream_key
from application.proof.completeness.sparse_tree import (
    EMPTY,
    HASH_BYTES,
    Inner,
    Leaf,
    Node,
    SparseTree,
    Unloaded,
    bit,
    node_hash,
    path_of,
)
from application.proof.log_check.gone import PUT_BACK
from application.proof.signer_memory import SigningRefused
from eventstore.locks import Lock, acquire_in_transaction
from eventstore.sessions.ddl import create_missing

Conn = Connection[Any]

#: Levels of a tile, and of one hexadecimal digit of a path.
TILE_HEIGHT = 4
_SLOTS = 1 << TILE_HEIGHT
#: Positions whose events are applied together when the map is far behind.
_BATCH = 100_000
_VALUE = struct.Struct(">BH")
#: In the length of a value: no leaf but the hash of the tile below.
_BELOW = 0xFFFF

DDL = """
CREATE SCHEMA IF NOT EXISTS proof;
CREATE TABLE IF NOT EXISTS proof.map_tiles (prefix text PRIMARY KEY, entries bytea NOT NULL);
CREATE TABLE IF NOT EXISTS proof.map (
    position bigint NOT NULL,
    root bytea NOT NULL,
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one)
)"""

_STATE = "SELECT position, root FROM proof.map"
_TILES = "SELECT prefix, entries FROM proof.map_tiles WHERE prefix = ANY(%s)"
_ALL_TILES = "SELECT prefix, entries FROM proof.map_tiles"
_WRITE = """
INSERT INTO proof.map_tiles (prefix, entries) SELECT * FROM unnest(%s::text[], %s::bytea[])
ON CONFLICT (prefix) DO UPDATE SET entries = EXCLUDED.entries"""
_DROP = "DELETE FROM proof.map_tiles WHERE prefix = ANY(%s)"
_ADVANCE = """
INSERT INTO proof.map (position, root) VALUES (%s, %s)
ON CONFLICT (only_one) DO UPDATE SET position = EXCLUDED.position, root = EXCLUDED.root"""


def create_tables(conn: Conn) -> None:
    create_missing(conn, DDL)


def map_root(conn: Conn) -> tuple[int, bytes]:
    """Return the position of the last event in the stored map, 0 if it holds none, and its root."""
    row = conn.execute(_STATE).fetchone()
    return (int(row[0]), bytes(row[1])) if row else (0, EMPTY)


def advance(conn: Conn, until: int) -> bytes:
    """Bring the stored map to position `until`, and return its root. Raises UnreadableEvent.

    Raises SigningRefused where a stream does not go on from the version that the map holds: an event of it was deleted.
    Runs in its own transaction or the caller's; a map that is there already stays as it is.
    """
    with conn.transaction():
        acquire_in_transaction(conn, Lock.PROOF_TREE)
        position, root = map_root(conn)
        while position < until:
            upto = min(until, position + _BATCH)
            root = _update(conn, changes_between(conn, position, upto), first_versions(conn, position, upto))
            position = upto
        conn.execute(_ADVANCE, (position, root))
    return root


def _update(conn: Conn, changes: Mapping[str, str | None], firsts: Mapping[UUID, tuple[int, int]]) -> bytes:
    tree, loaded = load(conn, changes)
    for stream, (version, position) in firsts.items():
        if (last_version := int(tree.value(stream_key(stream)) or 0)) != version - 1:
            raise SigningRefused(
                f"position {position}: it is version {version} of {stream}, and the map of what came before holds "
                f"{last_version} of its events: {PUT_BACK}"
            )
    tree.apply(changes)
    # Tiles are collected before the root is computed: a missing hash is what marks a change.
    changed = dict(_tiles_below(tree.top, "", changed=True))
    root = tree.root
    conn.execute(_WRITE, (list(changed), [_packed(top, len(prefix)) for prefix, top in changed.items()]))
    gone = [prefix for prefix in loaded if prefix not in changed and not _is_tile(_node_at(tree.top, prefix), prefix)]
    if gone:
        conn.execute(_DROP, (gone,))
    return root


def load(conn: Conn, keys: Iterable[str]) -> tuple[SparseTree, set[str]]:
    """Return the stored tree, loaded on the way to these keys, and the prefixes of the tiles read."""
    paths, loaded, due = [path_of(key) for key in keys], set[str](), {""}
    top: Node = None
    while due:
        for prefix, entries in conn.execute(_TILES, (list(due),), prepare=True):
            top = _attached(top, prefix, _unpacked(bytes(entries), len(prefix)))
        loaded |= due
        due = {prefix for path in paths if (prefix := _missing(top, path)) is not None} - loaded
    return SparseTree(top), loaded


def map_as_of(conn: Conn, until: int) -> SparseTree:
    """Fold the map as it was at a position, in memory, from the log alone. Raises UnreadableEvent."""
    tree, position = SparseTree(), 0
    while position < until:
        upto = min(until, position + _BATCH)
        tree.apply(changes_between(conn, position, upto))
        position = upto
    return tree


def differing_tiles(conn: Conn, tree: SparseTree) -> list[str]:
    """Return the prefixes of the stored tiles that are not those of this whole tree."""
    missing, differing = dict(_tiles_below(tree.top, "")), list[str]()
    with conn.transaction(), conn.cursor("map_tiles", binary=True) as cursor:
        cursor.itersize = 1_000
        for prefix, entries in cursor.execute(_ALL_TILES):
            top = missing.pop(prefix, None)
            if top is None or _packed(top, len(prefix)) != bytes(entries):
                differing.append(prefix)
    return sorted([*differing, *(prefix for prefix, top in missing.items() if top is not None)])


def _missing(top: Node, path: bytes) -> str | None:
    """Return the prefix of the first tile on the way to the path that is not loaded, or None."""
    node, depth = top, 0
    while isinstance(node, Inner):
        node = node.right if bit(path, depth) else node.left
        depth += 1
    return path.hex()[: depth // TILE_HEIGHT] if isinstance(node, Unloaded) else None


def _attached(top: Node, prefix: str, tile: Node) -> Node:
    if not prefix:
        return tile
    path, last = _bits(prefix), len(prefix) * TILE_HEIGHT - 1
    node = top
    for depth in range(last):
        assert isinstance(node, Inner), "a tile hangs below those loaded before"
        node = node.right if bit(path, depth) else node.left
    assert isinstance(node, Inner), "a tile hangs below those loaded before"
    if bit(path, last):
        node.right = tile
    else:
        node.left = tile
    return top


def _node_at(top: Node, prefix: str) -> Node:
    path, node = _bits(prefix), top
    for depth in range(len(prefix) * TILE_HEIGHT):
        if not isinstance(node, Inner):
            return None
        node = node.right if bit(path, depth) else node.left
    return node


def _is_tile(node: Node, prefix: str) -> bool:
    return isinstance(node, Inner) or (prefix == "" and node is not None)


def _bits(prefix: str) -> bytes:
    return bytes.fromhex(prefix + "0" * (len(prefix) % 2))


def _tiles_below(top: Node, prefix: str, changed: bool = False) -> Iterator[tuple[str, Node]]:
    """Yield the tiles by their prefix, or those with a change in them. A map of one leaf or none is one tile."""
    if changed and isinstance(top, Inner) and top.hash is not None:
        return
    yield prefix, top
    for slot, node in _slots(top):
        if isinstance(node, Inner):
            yield from _tiles_below(node, f"{prefix}{slot:x}", changed)


def _slots(node: Node, levels: int = TILE_HEIGHT, slot: int = 0) -> list[tuple[int, Node]]:
    """Return the leaves in a tile, and what stands at its lower edge with its place there."""
    if levels and isinstance(node, Inner):
        return _slots(node.left, levels - 1, slot << 1) + _slots(node.right, levels - 1, slot << 1 | 1)
    return [] if node is None else [(slot, node)]


def _packed(top: Node, depth: int) -> bytes:
    """Return a tile's bytes: for each entry slot, length and value of a leaf with its path, or the hash below."""
    entries = bytearray()
    for slot, node in _slots(top):
        if isinstance(node, Leaf):
            entries += _VALUE.pack(int(node.path.hex()[depth], 16), len(node.value)) + node.path + node.value
        else:
            entries += _VALUE.pack(slot, _BELOW) + node_hash(node)
    return bytes(entries)


def _unpacked(entries: bytes, depth: int) -> Node:
    slots: list[Node] = [None] * _SLOTS
    at = 0
    while at < len(entries):
        slot, length = _VALUE.unpack_from(entries, at)
        at += _VALUE.size
        content = entries[at : at + HASH_BYTES]
        at += HASH_BYTES
        if length == _BELOW:
            slots[slot] = Unloaded(content)
        else:
            slots[slot] = Leaf(content, entries[at : at + length])
            at += length
    top = _joined(slots)
    # Computed now, since a missing hash marks a change.
    node_hash(top)
    return top


def _joined(slots: Sequence[Node]) -> Node:
    """Return the top of a tile from what stands in its places; a leaf that is alone rises."""
    while len(slots) > 1:
        slots = [
            Inner(left, right)
            if (left is not None and right is not None) or isinstance(left or right, Unloaded | Inner)
            else left or right
            for left, right in zip(slots[::2], slots[1::2], strict=True)
        ]
    return slots[0]
