"""The sparse tree: one root for one content, whatever the way to it, and proofs that hold for that alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.proof.completeness.sparse_tree import (
    EMPTY,
    OtherLeaf,
    PathProof,
    SparseTree,
    path_of,
    root_of,
    verifies,
)

KEYS = st.integers(0, 40).map("stream:{}".format)
CHANGES = st.lists(st.tuples(KEYS, st.none() | st.integers(1, 9).map(str)), max_size=80)


def content(changes):
    values = {}
    for key, value in changes:
        values[key] = value
    return {key: value for key, value in values.items() if value is not None}


@given(CHANGES, st.data())
def test_the_root_follows_from_the_content_whatever_the_batches(changes, data):
    tree, left = SparseTree(), list(changes)
    while left:
        cut = data.draw(st.integers(1, len(left)))
        tree.apply(dict(left[:cut]))
        left = left[cut:]
        if data.draw(st.booleans()):
            assert tree.root
    assert tree.root == root_of(content(changes).items())


@given(CHANGES, st.permutations(range(41)))
def test_the_root_does_not_depend_on_the_order(changes, order):
    values = content(changes)
    keys = [f"stream:{number}" for number in order]
    assert root_of((key, values[key]) for key in keys if key in values) == root_of(values.items())


@given(CHANGES, KEYS)
def test_each_key_has_a_proof_of_its_value_or_absence_and_of_nothing_else(changes, key):
    tree, values = SparseTree(), content(changes)
    tree.apply(dict(changes))
    proof, value = tree.prove(key), values.get(key)
    assert verifies(tree.root, key, value, proof)
    for other in {None, "1", "2", "10"} - {value}:
        assert not verifies(tree.root, key, other, proof)


@given(CHANGES.filter(lambda changes: len(content(changes)) > 1), KEYS, st.data())
def test_a_proof_with_anything_changed_in_it_proves_nothing(changes, key, data):
    tree, values = SparseTree(), content(changes)
    tree.apply(dict(changes))
    proof, value = tree.prove(key), values.get(key)
    place = data.draw(st.integers(0, len(proof.siblings) - 1))
    siblings = list(proof.siblings)
    siblings[place] = bytes([siblings[place][0] ^ 1]) + siblings[place][1:]
    assert not verifies(tree.root, key, value, replace(proof, siblings=siblings))
    assert not verifies(tree.root, key, value, replace(proof, siblings=proof.siblings[1:]))
    assert not verifies(tree.root, key, value, replace(proof, siblings=[*proof.siblings, EMPTY]))


def test_an_empty_map_has_the_root_of_zeros_and_proves_every_absence():
    tree = SparseTree()
    assert tree.root == EMPTY
    assert verifies(EMPTY, "stream:1", None, tree.prove("stream:1"))


@pytest.mark.parametrize(
    "proof",
    [
        PathProof([EMPTY]),
        PathProof([], OtherLeaf(path_of("stream:2"), bytes(32))),
        PathProof([], OtherLeaf(path_of("stream:1"), bytes(31))),
        PathProof([], OtherLeaf(bytes(31), bytes(32))),
        PathProof([EMPTY] * 257),
        PathProof([b"short"]),
    ],
)
def test_a_proof_of_another_form_proves_nothing(proof):
    root = root_of([("stream:1", "1")])
    assert not verifies(root, "stream:2", None, proof)
    assert not verifies(root, "stream:1", "1", proof)


def test_the_leaf_of_another_key_on_the_way_shows_that_a_key_is_absent_and_only_there():
    tree = SparseTree()
    tree.apply({"stream:1": "1"})
    proof = tree.prove("stream:2")
    assert proof.other is not None
    assert (proof.siblings, proof.other.path) == ([], path_of("stream:1"))
    assert verifies(tree.root, "stream:2", None, proof)
    assert not verifies(tree.root, "stream:1", None, proof)
