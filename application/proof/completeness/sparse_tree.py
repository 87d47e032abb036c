"""A sparse Merkle tree: a map from 256-bit paths to values, whose root commits to every value and to every absence.

A subtree without a leaf hashes to 32 zero bytes, one with a single leaf to the hash of that leaf, so a leaf stands as
high as it is alone: n leaves make about log2(n) levels. docs/proof.md has the hashes and the form of a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
DEPTH = 8 * HASH_BYTES
EMPTY = bytes(HASH_BYTES)
_LEAF, _INNER = b"\x02", b"\x03"


def path_of(key: str) -> bytes:
    """Return the place of a key in the tree."""
    return sha256(key.encode()).digest()


def leaf_hash(path: bytes, digest: bytes) -> bytes:
    """Return the hash of a leaf; `digest` is the SHA-256 of its value."""
    return sha256(_LEAF + path + digest).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    return sha256(_INNER + left + right).digest()


def bit(path: bytes, depth: int) -> int:
    """Return 1 where the path turns right at that depth, else 0."""
    return path[depth >> 3] >> (7 - (depth & 7)) & 1


class Leaf:
    __slots__ = ("hash", "path", "value")

    def __init__(self, path: bytes, value: bytes) -> None:
        self.path, self.value = path, value
        self.hash = leaf_hash(path, sha256(value).digest())


class Inner:
    """A node above two leaves or more. `hash` is None from a change below it until it is computed."""

    __slots__ = ("hash", "left", "right")

    def __init__(self, left: Node, right: Node) -> None:
        self.left, self.right = left, right
        self.hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Unloaded:
    """A subtree of two leaves or more that is not in memory."""

    hash: bytes


Node = Leaf | Inner | Unloaded | None


@dataclass(frozen=True, slots=True)
class OtherLeaf:
    """The leaf of another key, by its path and the SHA-256 of its value."""

    path: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class PathProof:
    """The siblings on the way to a key, the lowest first.

    Where the way ends at the leaf of another key, that leaf shows that the key is absent.
    """

    siblings: Sequence[bytes]
    other: OtherLeaf | None = None


def node_hash(node: Node) -> bytes:
    if node is None:
        return EMPTY
    hashed = node.hash
    if hashed is None:
        assert isinstance(node, Inner), "only a node above others waits to be hashed"
        hashed = node.hash = sha256(_INNER + node_hash(node.left) + node_hash(node.right)).digest()
    return hashed


def put(top: Node, leaf: Leaf) -> Node:
    """Return the tree with the leaf in it; one of the same path is replaced."""
    # In a loop, since a rebuild puts millions.
    path, depth, node = leaf.path, 0, top
    above: Inner | None = None
    right = 0
    while isinstance(node, Inner):
        node.hash, above = None, node
        right = path[depth >> 3] >> (7 - (depth & 7)) & 1
        node = node.right if right else node.left
        depth += 1
    below: Node = leaf
    if node is not None:
        assert isinstance(node, Leaf), "what a change touches is loaded first"
        below = leaf if node.path == path else _above_both(node, leaf, depth)
    if above is None:
        return below
    if right:
        above.right = below
    else:
        above.left = below
    return top


def _above_both(first: Leaf, second: Leaf, depth: int) -> Inner:
    right = bit(first.path, depth)
    if right != bit(second.path, depth):
        return Inner(second, first) if right else Inner(first, second)
    below = _above_both(first, second, depth + 1)
    return Inner(None, below) if right else Inner(below, None)


def remove(node: Node, path: bytes, depth: int = 0) -> Node:
    """Return the subtree without the leaf of that path, if there is one."""
    if node is None or isinstance(node, Leaf):
        return None if node is not None and node.path == path else node
    assert isinstance(node, Inner), "what a change touches is loaded first"
    if bit(path, depth):
        node.right = remove(node.right, path, depth + 1)
    else:
        node.left = remove(node.left, path, depth + 1)
    node.hash = None
    if node.left is None and isinstance(node.right, Leaf | None):
        return node.right
    if node.right is None and isinstance(node.left, Leaf):
        return node.left
    return node


class SparseTree:
    """A tree in memory, as far as it is loaded."""

    def __init__(self, top: Node = None) -> None:
        self.top = top

    def apply(self, changes: Mapping[str, str | None]) -> None:
        """Set these keys to these values; None removes a key."""
        for key, value in changes.items():
            if value is None:
                self.top = remove(self.top, path_of(key))
            else:
                self.top = put(self.top, Leaf(path_of(key), value.encode()))

    @property
    def root(self) -> bytes:
        return node_hash(self.top)

    def value(self, key: str) -> str | None:
        """Return the value of a key whose way is loaded, or None."""
        path, node, depth = path_of(key), self.top, 0
        while isinstance(node, Inner):
            node = node.right if bit(path, depth) else node.left
            depth += 1
        assert not isinstance(node, Unloaded), "what is read is loaded first"
        return node.value.decode() if node is not None and node.path == path else None

    def prove(self, key: str) -> PathProof:
        path, node, siblings = path_of(key), self.top, list[bytes]()
        while isinstance(node, Inner):
            right = bit(path, len(siblings))
            siblings.append(node_hash(node.left if right else node.right))
            node = node.right if right else node.left
        assert not isinstance(node, Unloaded), "what is proved is loaded first"
        siblings.reverse()
        if node is None or node.path == path:
            return PathProof(siblings)
        return PathProof(siblings, OtherLeaf(node.path, sha256(node.value).digest()))


def root_of(values: Iterable[tuple[str, str]]) -> bytes:
    """Return the root of a whole map."""
    tree = SparseTree()
    tree.apply(dict(values))
    return tree.root


def verifies(root: bytes, key: str, value: str | None, proof: PathProof) -> bool:
    """Return whether the map with that root holds that value for the key; None: no value."""
    path, depth = path_of(key), len(proof.siblings)
    if depth > DEPTH or any(len(sibling) != HASH_BYTES for sibling in proof.siblings):
        return False
    if value is not None:
        node = leaf_hash(path, sha256(value.encode()).digest())
    elif proof.other is None:
        node = EMPTY
    elif _stands_on_the_way(proof.other, path, depth):
        node = leaf_hash(proof.other.path, proof.other.digest)
    else:
        return False
    for level, sibling in zip(range(depth - 1, -1, -1), proof.siblings, strict=True):
        node = inner_hash(sibling, node) if bit(path, level) else inner_hash(node, sibling)
    return node == root and (value is None or proof.other is None)


def _stands_on_the_way(other: OtherLeaf, path: bytes, depth: int) -> bool:
    if len(other.path) != HASH_BYTES or len(other.digest) != HASH_BYTES or other.path == path:
        return False
    return all(bit(other.path, level) == bit(path, level) for level in range(depth))
