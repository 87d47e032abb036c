"""Merkle trees as in RFC 9162, section 2.1: roots, inclusion proofs, consistency proofs. Pure.

`Subtree` supplies a tree's inner hashes: `subtree(start, end)` returns the root of the leaves from `start` to `end`
(excluded), where their number is a power of two and `start` a multiple of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH_BYTES = 32
_PAIR = 2 * HASH_BYTES
#: The root of a tree without leaves.
EMPTY_ROOT = sha256().digest()

Subtree = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def leaf_hashes(leaves: Sequence[bytes]) -> list[bytes]:
    """Hash many leaves without a call for each."""
    return [sha256(b"\0" + leaf).digest() for leaf in leaves]


def fold_complete(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power-of-two number of hashes."""
    # Slicing packed bytes takes half the time of joining pairs of a list.
    packed = b"".join(hashes)
    while len(packed) > HASH_BYTES:
        packed = b"".join([sha256(b"\1" + packed[at : at + _PAIR]).digest() for at in range(0, len(packed), _PAIR)])
    return packed


def root(start: int, end: int, subtree: Subtree) -> bytes:
    """Return the root of the leaves from `start` to `end`, a range reached by RFC 9162's splitting."""
    size = end - start
    if size == 0:
        return EMPTY_ROOT
    if size & (size - 1) == 0:
        return subtree(start, end)
    middle = start + _split(size)
    return node_hash(subtree(start, middle), root(middle, end, subtree))


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Prove that leaf `index` is in the tree of `size` leaves (section 2.1.3.1), lowest hash first."""
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(root(middle, end, subtree))
            end = middle
        else:
            proof.append(root(start, middle, subtree))
            start = middle
    return proof[::-1]


def consistency_proof(first: int, second: int, subtree: Subtree) -> list[bytes]:
    """Prove that the tree of `first` leaves begins that of `second` (section 2.1.4.1); 0 < first <= second."""
    proof: list[bytes] = []
    start, end, whole = 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            proof.append(root(middle, end, subtree))
            end = middle
        else:
            proof.append(root(start, middle, subtree))
            start, whole = middle, False
    return ([] if whole else [root(start, end, subtree)]) + proof[::-1]


def verifies_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Verify as in section 2.1.3.2; `leaf` is the leaf's hash."""
    if not 0 <= index < size:
        return False
    first, last, computed = index, size - 1, leaf
    for hashed in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            computed = node_hash(hashed, computed)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            computed = node_hash(computed, hashed)
        first, last = first >> 1, last >> 1
    return last == 0 and computed == expected_root


def verifies_consistency(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Verify as in section 2.1.4.2, for 0 < first <= second."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    hashes = list(proof) if first & (first - 1) else [first_root, *proof]
    if not hashes:
        return False
    number, last = first - 1, second - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = hashes[0]
    for hashed in hashes[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old, new = node_hash(hashed, old), node_hash(hashed, new)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            new = node_hash(new, hashed)
        number, last = number >> 1, last >> 1
    return last == 0 and (old, new) == (first_root, second_root)


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
