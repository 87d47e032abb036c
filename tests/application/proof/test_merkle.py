"""The tree against the reference vectors of RFC 6962/9162 implementations, and against its own definition."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.proof.log_check.pyramid import Pyramid
from application.proof.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    fold_complete,
    inclusion_proof,
    leaf_hash,
    root,
    verifies_consistency,
    verifies_inclusion,
)

#: The leaves and roots that certificate-transparency implementations share as test vectors.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
#: (leaf, size): the hashes of its path.
PATHS = {
    (0, 1): (),
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
#: (first size, second size): the hashes of the proof.
CONSISTENCY = {
    (1, 1): (),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def subtrees(hashes: list[bytes]):
    return lambda start, end: fold_complete(hashes[start:end])


def by_definition(hashes: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, word for word."""
    if not hashes:
        return sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\1" + by_definition(hashes[:split]) + by_definition(hashes[split:])).digest()


def hexes(hashes: list[bytes]) -> tuple[str, ...]:
    return tuple(digest.hex() for digest in hashes)


def test_the_root_of_nothing_is_the_hash_of_nothing():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root(0, 0, subtrees([])) == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference(size):
    assert root(0, size, subtrees(HASHES)).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_inclusion_proofs_are_those_of_the_reference(index, size):
    assert hexes(inclusion_proof(index, size, subtrees(HASHES))) == PATHS[index, size]


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_reference(first, second):
    assert hexes(consistency_proof(first, second, subtrees(HASHES))) == CONSISTENCY[first, second]


MANY = [leaf_hash(bytes([number])) for number in range(70)]


@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_every_leaf_is_proved_in_every_tree_and_nothing_else_is(place):
    index, size = place
    whole = by_definition(MANY[:size])
    proof = inclusion_proof(index, size, subtrees(MANY))
    assert verifies_inclusion(MANY[index], index, size, proof, whole)
    assert not verifies_inclusion(leaf_hash(b"other"), index, size, proof, whole)
    assert not verifies_inclusion(MANY[index], index, size, [*proof, whole], whole)
    assert not verifies_inclusion(MANY[index], size, size, proof, whole)
    for at in range(len(proof)):
        assert not verifies_inclusion(MANY[index], index, size, proof[:at] + proof[at + 1 :], whole)
        assert not verifies_inclusion(MANY[index], index, size, [*proof[:at], whole, *proof[at + 1 :]], whole)
    for other in {index ^ 1, index + 1, index - 1} - {index}:
        assert not verifies_inclusion(MANY[index], other, size, proof, whole)


@given(st.integers(1, 70).flatmap(lambda second: st.tuples(st.integers(1, second), st.just(second))))
def test_every_tree_is_proved_to_begin_every_later_one_and_no_other(sizes):
    first, second = sizes
    old, new = by_definition(MANY[:first]), by_definition(MANY[:second])
    proof = consistency_proof(first, second, subtrees(MANY))
    assert verifies_consistency(first, second, proof, old, new)
    forged = leaf_hash(b"forged")
    assert not verifies_consistency(first, second, proof, forged, new)
    assert not verifies_consistency(first, second, proof, old, forged)
    assert not verifies_consistency(first, second, [*proof, forged], old, new)
    assert not verifies_consistency(second + 1, second, proof, old, new)
    for at in range(len(proof)):
        assert not verifies_consistency(first, second, proof[:at] + proof[at + 1 :], old, new)
        assert not verifies_consistency(first, second, [*proof[:at], forged, *proof[at + 1 :]], old, new)


def test_a_pyramid_gives_the_root_of_every_size_that_it_is_asked_at():
    hashes = [leaf_hash(number.to_bytes(2)) for number in range(1_300)]
    pyramid = Pyramid()
    for start in range(0, 1_300, 64):
        pyramid.extend(hashes[start : start + 64])
        assert pyramid.size == min(start + 64, 1_300)
        assert pyramid.root(pyramid.size) == by_definition(hashes[: pyramid.size])
