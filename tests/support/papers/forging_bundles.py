"""A bundle of any events, signed as whoever holds the key would: its tree holds them and nothing else.

It is of the first format, which shows nothing of what came after.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from application.papers.dossier_layouts.layouts import LAYOUTS
from application.proof.archive import write_archive
from application.proof.bundle import manifest_text, records_of
from application.proof.facts.dossier_facts import facts_of, file_digests
from application.proof.facts.first_format import in_first_format
from application.proof.leaves import Leaf, decode_leaf, encode_leaf
from application.proof.notes import Checkpoint, to_pem
from tests.support.papers.bundles import members
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
