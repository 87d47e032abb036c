"""Check that each event is in the signed tree, in its place, and has one reading."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from application.proof.bundle_checks.opened_bundle import (
    CheckFailed,
    OpenedBundle,
    from_base64,
    hashes,
    json_object,
    whole_number,
)
from application.proof.leaves import Leaf, decode_leaf
from application.proof.members import EVENTS
from application.proof.merkle import leaf_hash, verifies_inclusion
from eventstore.strict_reading import read_strictly

_KEYS = ("position", "index", "leaf", "proof")


def check_events(bundle: OpenedBundle) -> str:
    """Positions begin at 1 and rise at least as the index does; each stream is whole, versions 1, 2, 3…"""
    versions: dict[UUID, int] = {}
    before: tuple[int, int] = (0, -1)
    *lines, end = bundle.read(EVENTS).split(b"\n")
    if not lines:
        raise CheckFailed("there are none")
    if end:
        raise CheckFailed("the last line of events.jsonl does not end")
    for number, line in enumerate(lines, start=1):
        data, leaf, index = _check_line(bundle, line, f"line {number}")
        where = f"event at position {leaf.position}"
        _check_order(before, (leaf.position, index), where)
        _check_version(versions, leaf, where)
        reading = read_strictly(leaf.position, leaf.aggregate_id, leaf.version, leaf.topic, leaf.state)
        bundle.leaves.append(data)
        bundle.records.append(reading.record)
        bundle.warnings.extend(reading.warnings)
        before = leaf.position, index
    return f"{len(lines):,} events of {len(versions)} streams are in the signed tree, none left out between"


def _check_line(bundle: OpenedBundle, line: bytes, where: str) -> tuple[bytes, Leaf, int]:
    entry = json_object(line, _KEYS, where)
    data, leaf, index = check_entry(bundle, entry, where)
    if orjson.dumps({name: entry[name] for name in _KEYS}) != line:
        raise CheckFailed(f"{where}: its keys stand in another order, or with white space")
    return data, leaf, index


def check_entry(bundle: OpenedBundle, entry: Any, where: str) -> tuple[bytes, Leaf, int]:
    """Return the leaf (as bytes, and read) that this entry proves to be in the signed tree, and its index.

    Raises CheckFailed.
    """
    if not isinstance(entry, dict) or set(entry) != set(_KEYS):
        raise CheckFailed(f"{where}: it has not {', '.join(_KEYS)}, and nothing else")
    position, index = whole_number(entry["position"], "position"), whole_number(entry["index"], "index")
    data, proof = from_base64(entry["leaf"]), hashes(entry["proof"])
    leaf = decode_leaf(data)
    if leaf.position != position:
        raise CheckFailed(f"{where}: position {position}, where its leaf says {leaf.position}")
    if not verifies_inclusion(leaf_hash(data), index, bundle.checkpoint.size, proof, bundle.checkpoint.root):
        raise CheckFailed(f"event at position {position}: not in the signed tree")
    return data, leaf, index


def _check_order(before: tuple[int, int], now: tuple[int, int], where: str) -> None:
    (last_position, last_index), (position, index) = before, now
    if position <= index:
        raise CheckFailed(f"{where}: positions begin at 1 and rise with the index, which is {index}")
    if index <= last_index:
        raise CheckFailed(f"{where}: out of order, index {index} after {last_index}")
    if position - last_position < index - last_index:
        raise CheckFailed(f"{where}: positions rise with the index, and {last_position} stands before it")


def _check_version(versions: dict[UUID, int], leaf: Leaf, where: str) -> None:
    expected = versions.get(leaf.aggregate_id, 0) + 1
    if leaf.version != expected:
        raise CheckFailed(f"{where}: version {leaf.version} of {leaf.aggregate_id} where {expected} is expected")
    versions[leaf.aggregate_id] = leaf.version
