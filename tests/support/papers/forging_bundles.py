"""A bundle of any events, signed as whoever holds the key would: its tree holds them and nothing else.

It is of the first format, which shows nothing of what came after, or of today's, with a map of these events.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson

from application.papers.dossier_layouts.layouts import LAYOUTS
from application.proof.archive import write_archive
from application.proof.bundle import manifest_text, records_of
from application.proof.completeness.map_entries import Changes
from application.proof.completeness.member import expected_values
from application.proof.completeness.sparse_tree import SparseTree
from application.proof.dossier_streams import streams_of
from application.proof.facts.dossier_facts import facts_of, file_digests
from application.proof.facts.first_format import in_first_format
from application.proof.leaves import Leaf, decode_leaf, encode_leaf
from application.proof.notes import Checkpoint, to_pem
from domain.kernel.identifiers import MAP_ID
from tests.support.papers.bundles import members, signed_again
from tests.support.papers.proved_dossiers import KEY

LOG = "parentalite.log/example"


@dataclass(frozen=True)
class StoredEvent:
    """An event of a bundle, its state open to be altered."""

    stream: UUID
    topic: str
    state: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        return dict(self.state["data"])

    def with_data(self, **changes: Any) -> StoredEvent:
        return replace(self, state={**self.state, "data": {**self.state["data"], **changes}})

    def stamped(self, **changes: Any) -> StoredEvent:
        return replace(self, state={**self.state, "stamp": {**self.state["stamp"], **changes}})


@dataclass(frozen=True)
class Dossier:
    """What a bundle is forged from: its events in order, and its files by digest."""

    id: str
    events: Sequence[StoredEvent]
    files: dict[str, bytes]


def taken_apart(path: Path) -> Dossier:
    contents = members(path)
    leaves = [
        decode_leaf(base64.b64decode(orjson.loads(line)["leaf"])) for line in contents["events.jsonl"].splitlines()
    ]
    events = [StoredEvent(leaf.aggregate_id, leaf.topic, orjson.loads(leaf.state)) for leaf in leaves]
    files = {name: content for name, content in contents.items() if name.startswith("files/")}
    return Dossier(contents["manifest"].decode().split("\n")[1], events, files)


def forged(path: Path, dossier: Dossier, events: Sequence[StoredEvent], paper: bool = False) -> Path:
    """Write a bundle of these events, numbered anew, with the facts that follow from them; `paper`: with its PDF."""
    leaves = _leaves(events)
    hashes = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    checkpoint = KEY.sign(Checkpoint(LOG, len(leaves), _root(hashes)).text, LOG)
    facts = in_first_format(facts_of(UUID(dossier.id), records_of(leaves)))
    contents = {
        "dossier.json": orjson.dumps(facts, option=orjson.OPT_INDENT_2),
        "dossier.pdf": LAYOUTS[2](facts, checkpoint) if paper else b"stand-in",
        "events.jsonl": b"".join(_line(place, leaf, hashes) for place, leaf in enumerate(leaves)),
        "checkpoint": checkpoint.encode(),
        "checkpoint.pub.pem": to_pem(KEY.public).encode(),
    }
    contents |= {
        name: dossier.files[name] for digest in file_digests(facts) if (name := f"files/{digest}") in dossier.files
    }
    digests = {name: sha256(content).hexdigest() for name, content in contents.items()}
    sizes = {name: len(content) for name, content in contents.items()}
    manifest = KEY.sign(manifest_text("parentalite-bundle/1", dossier.id, digests, sizes), LOG).encode()
    with path.open("wb") as out:
        whole = {"manifest": manifest, **contents}
        write_archive(out, ((name, len(content), io.BytesIO(content)) for name, content in whole.items()))
    return path


def forged_with_map(
    path: Path, honest: Path, events: Sequence[StoredEvent], map_stream: UUID = MAP_ID, *, is_of_before: bool = False
) -> Path:
    """Write a bundle of today's format of these events and a map of them, which its last event commits.

    `is_of_before`: the commit does not say how many events told who has to sign.
    """
    contents = members(honest)
    shown = orjson.loads(contents["dossier.json"])
    dossier_id, records = UUID(shown["dossier_id"]), records_of(_leaves(events))
    stamp = {**events[0].state["stamp"], "actor": "system", "role": "system", "cause": "command:proofMapCommit"}
    stamp |= {"command_id": str(uuid4()), "structure_id": None, "territory": None}
    data = {"position": len(events), "root": "00" * 32} | ({} if is_of_before else {"signing_rules": 0})
    version = 1 if is_of_before else 2
    commit = StoredEvent(map_stream, "proof.map_committed", {"schema_version": version, "stamp": stamp, "data": data})
    (committed,) = records_of(_leaves([*events, commit])[-1:])
    values = expected_values(dossier_id, streams_of(dossier_id, records).animations, records, committed)
    values = {key.replace(str(MAP_ID), str(map_stream)): value for key, value in values.items()}
    tree = SparseTree()
    tree.apply(values)
    leaves = _leaves([*events, commit.with_data(root=tree.root.hex())])
    tree_hashes = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    lines = [_line(place, leaf, tree_hashes) for place, leaf in enumerate(leaves)]
    facts = facts_of(dossier_id, records) | {name: shown[name] for name in ("layout", "names")}
    origin = contents["checkpoint"].decode().split("\n")[0]
    member = completeness_member(tree, dict(sorted(values.items())), orjson.loads(lines[-1]))
    contents |= {
        "dossier.json": orjson.dumps(facts, option=orjson.OPT_INDENT_2),
        "events.jsonl": b"".join(lines[:-1]),
        "checkpoint": KEY.sign(Checkpoint(origin, len(leaves), _root(tree_hashes)).text, origin).encode(),
        "completeness.json": orjson.dumps(member),
    }
    return signed_again(path, contents)


def completeness_member(tree: SparseTree, values: Changes, committed: dict[str, Any]) -> dict[str, Any]:
    def entry(key: str, value: str | None) -> dict[str, Any]:
        proof = tree.prove(key)
        other = proof.other and {"path": _text(proof.other.path), "digest": _text(proof.other.digest)}
        return {"key": key, "value": value, "siblings": list(map(_text, proof.siblings)), "other": other}

    return {"committed": committed, "values": [entry(key, value) for key, value in values.items()]}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _leaves(events: Sequence[StoredEvent]) -> list[bytes]:
    versions: dict[UUID, int] = {}
    leaves = []
    for position, event in enumerate(events, start=1):
        versions[event.stream] = versions.get(event.stream, 0) + 1
        state = orjson.dumps(event.state)
        leaves.append(encode_leaf(Leaf(position, event.stream, versions[event.stream], event.topic, state)))
    return leaves


def _root(hashes: Sequence[bytes]) -> bytes:
    """RFC 9162, section 2.1.1."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1" + _root(hashes[:split]) + _root(hashes[split:])).digest()


def _path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if index < split:
        return [*_path(index, hashes[:split]), _root(hashes[split:])]
    return [*_path(index - split, hashes[split:]), _root(hashes[:split])]


def _line(index: int, leaf: bytes, hashes: Sequence[bytes]) -> bytes:
    proof = [base64.b64encode(node).decode() for node in _path(index, hashes)]
    entry = {"position": index + 1, "index": index, "leaf": base64.b64encode(leaf).decode(), "proof": proof}
    return orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)
