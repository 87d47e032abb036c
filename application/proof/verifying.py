"""Checking a bundle offline: no database, no network, nothing believed but the public key that was given."""

from __future__ import annotations

import base64
import binascii
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from application.proof import bundle as layout
from application.proof.archive import BadBundle, open_archive
from application.proof.bundle import manifest_text, records_of
from application.proof.dossier_facts import Facts, NotADossier, facts_of, file_digests
from application.proof.dossier_rules import broken_rules
from application.proof.leaves import Leaf, decode_leaf
from application.proof.merkle import leaf_hash, verifies_consistency, verifies_inclusion
from application.proof.notes import BadNote, Checkpoint, opened, parsed
from application.proof.stamping import BadStamp, check_stamp
from eventstore.records import UnreadableEvent
from eventstore.seals import is_sealed

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked. `text` says what and, when it is not `ok`, exactly what is wrong."""

    ok: bool
    text: str


class Wrong(Exception):
    """A check failed; the message says at what."""


#: What a check raises of a bundle that is forged or damaged.
_MALFORMED = (KeyError, TypeError, AttributeError, AssertionError)
_WRONG = (Wrong, BadNote, BadStamp, NotADossier, UnreadableEvent, ValueError, *_MALFORMED)


@dataclass(slots=True)
class _Bundle:
    archive: zipfile.ZipFile
    keys: Sequence[bytes]
    roots: bytes | None
    members: list[str] = field(default_factory=list)
    dossier_id: UUID = field(default_factory=lambda: UUID(int=0))
    checkpoint: Checkpoint = field(default_factory=lambda: Checkpoint("", 0, b""))
    leaves: list[bytes] = field(default_factory=list)
    facts: Facts = field(default_factory=dict)


def verify(path: Path, keys: Sequence[bytes], roots: bytes | None = None) -> Iterator[Check]:
    """Every check in turn, ending with the first that fails. `keys`: the public keys that are trusted.

    `roots`: root certificates (PEM) of time-stamping authorities; without them a time stamp is not checked.
    """
    try:
        with open_archive(path) as archive:
            bundle = _Bundle(archive, keys, roots)
            yield Check(True, f"archive: {len(archive.infolist())} members, nothing hidden, nothing compressed")
            for name, check in _CHECKS:
                try:
                    told = check(bundle)
                except _WRONG as wrong:
                    yield Check(False, f"{name}: {_said(wrong)}")
                    return
                if told is not None:
                    yield Check(True, f"{name}: {told}")
    except BadBundle as bad:
        yield Check(False, f"archive: {bad}")


def _said(wrong: Exception) -> str:
    return f"malformed ({wrong!r})" if isinstance(wrong, _MALFORMED) else str(wrong)


def _manifest(bundle: _Bundle) -> str:
    """Signed, complete, and every member as it says."""
    infos = bundle.archive.infolist()
    if not infos or infos[0].filename != layout.MANIFEST:
        raise Wrong("the first member is not the manifest")
    text, _ = opened(_text(bundle, layout.MANIFEST), bundle.keys)
    header, dossier_id, *lines = text.removesuffix("\n").split("\n")
    if header != layout.HEADER:
        raise Wrong(f"format {header!r}; this verifier knows {layout.HEADER}")
    bundle.dossier_id = UUID(dossier_id)
    bundle.members = [info.filename for info in infos[1:]]
    digests = {info.filename: _digest(bundle, info) for info in infos[1:]}
    expected = manifest_text(dossier_id, digests, {info.filename: info.file_size for info in infos[1:]})
    if text != expected:
        raise Wrong(_first_difference(lines, expected.split("\n")[2:-1]))
    return f"signed by the given key; {len(lines)} members have the digests that it says"


def _first_difference(promised: Sequence[str], found: Sequence[str]) -> str:
    for line in promised:
        if line not in found:
            return f"{line.rsplit(' ', 1)[-1]} is not what was signed"
    return "a member is there that was not signed, or in another place"


def _signed_tree(bundle: _Bundle) -> str:
    text, _ = opened(_text(bundle, layout.CHECKPOINT), bundle.keys)
    bundle.checkpoint = parsed(text)
    return f"signed by the given key: {bundle.checkpoint.size:,} events of {bundle.checkpoint.origin}"


def _time_stamp(bundle: _Bundle) -> str | None:
    """Somebody else's word for when the checkpoint was there."""
    if layout.STAMP not in bundle.members:
        return None
    if bundle.roots is None:
        return "there is one; it was not checked, since no root certificate was given"
    stamp, note = bundle.archive.read(layout.STAMP), bundle.archive.read(layout.CHECKPOINT)
    return f"the checkpoint was there on {check_stamp(stamp, note, bundle.roots)}"


def _events(bundle: _Bundle) -> str:
    """Each in the signed tree, in order; each stream whole from its first event."""
    versions: dict[UUID, int] = {}
    last = -1
    for line in bundle.archive.read(layout.EVENTS).splitlines():
        told = orjson.loads(line)
        data = _decoded(told["leaf"])
        leaf, index = decode_leaf(data), told["index"]
        where = f"event at position {leaf.position}"
        if leaf.position != told["position"] or index <= last:
            raise Wrong(f"{where}: out of order")
        proof = [_decoded(one) for one in told["proof"]]
        if not verifies_inclusion(leaf_hash(data), index, bundle.checkpoint.size, proof, bundle.checkpoint.root):
            raise Wrong(f"{where}: not in the signed tree")
        _check_version(versions, leaf, where)
        bundle.leaves.append(data)
        last = index
    if not bundle.leaves:
        raise Wrong("there are none")
    return f"{len(bundle.leaves):,} events of {len(versions)} streams are in the signed tree, none left out between"


def _check_version(versions: dict[UUID, int], leaf: Leaf, where: str) -> None:
    expected = versions.get(leaf.aggregate_id, 0) + 1
    if leaf.version != expected:
        raise Wrong(f"{where}: version {leaf.version} of {leaf.aggregate_id} where {expected} is expected")
    versions[leaf.aggregate_id] = leaf.version


def _consistency(bundle: _Bundle) -> str | None:
    """The previous certified checkpoint begins the signed tree."""
    if layout.PREVIOUS not in bundle.members:
        return "there is no earlier checkpoint of a certification to begin it"
    previous = parsed(opened(_text(bundle, layout.PREVIOUS), bundle.keys)[0])
    told = orjson.loads(bundle.archive.read(layout.CONSISTENCY))
    proof = [_decoded(one) for one in told["proof"]]
    if (told["first"], told["second"]) != (previous.size, bundle.checkpoint.size):
        raise Wrong("the proof is about other sizes than the two checkpoints")
    if previous.origin != bundle.checkpoint.origin:
        raise Wrong("the previous checkpoint is that of another log")
    roots = (previous.root, bundle.checkpoint.root)
    if not verifies_consistency(previous.size, bundle.checkpoint.size, proof, *roots):
        raise Wrong(f"the tree of {previous.size:,} events does not begin the signed one: history was rewritten")
    return f"the tree of {previous.size:,} events, certified before, begins this one"


def _dossier(bundle: _Bundle) -> str:
    """What the dossier says is what the events say, and its sum is right."""
    bundle.facts = facts_of(bundle.dossier_id, records_of(bundle.leaves))
    text = bundle.archive.read(layout.DOSSIER)
    if orjson.dumps(_unsealed(bundle.facts, orjson.loads(text)), option=orjson.OPT_INDENT_2) != text:
        raise Wrong("dossier.json does not say what the events say")
    facts = bundle.facts
    said = f"{facts['status']}, {len(facts['lines'])} animations"
    return f"{said}, {facts['amount']} euros, as the events say" if facts["amount"] else f"{said}, as the events say"


def _unsealed(fact: Any, told: Any) -> Any:
    """The fact with what is told in the place of each sealed text: its words are the signer's to open, and no one's
    else.
    """
    if is_sealed(fact) and isinstance(told, str):
        return told
    if isinstance(fact, dict) and isinstance(told, dict):
        return {name: _unsealed(value, told.get(name)) for name, value in fact.items()}
    if isinstance(fact, list) and isinstance(told, list):
        return [_unsealed(value, told[place] if place < len(told) else None) for place, value in enumerate(fact)]
    return fact


def _rules(bundle: _Bundle) -> str | None:
    """What was submitted and certified follows from the convention's and the animations' own events."""
    certified = bundle.facts["certified"]
    for broken in broken_rules(bundle.dossier_id, records_of(bundle.leaves)):
        raise Wrong(broken)
    if certified is None:
        return None
    sum_ = f"{certified['animations']} animations × {certified['rate_per_animation']} = {certified['amount']} euros"
    return f"{sum_}; rate, plan, attendance and sheets are those of the convention and of the attestations"


def _files(bundle: _Bundle) -> str:
    """Every sheet and piece that the events name is there, unless they tell its retention's end; and nothing else."""
    expired = layout.expired_files(records_of(bundle.leaves))
    named = {f"{layout.FILES}{digest}" for digest in file_digests(bundle.facts)}
    there = {name for name in bundle.members if name.startswith(layout.FILES)}
    gone = {f"{layout.FILES}{digest}" for digest in expired} & (named - there)
    if missing := sorted(named - there - gone):
        raise Wrong(f"{missing[0]} is named by the events and missing")
    if unknown := sorted(there - named):
        raise Wrong(f"{unknown[0]} is named by no event")
    said = f"{len(there)} attached sheets and pieces have the digests that the events say"
    return f"{said}; {len(gone)} expired: deleted at the end of their retention, as the events tell" if gone else said


_CHECKS: tuple[tuple[str, Callable[[_Bundle], str | None]], ...] = (
    ("manifest", _manifest),
    ("checkpoint", _signed_tree),
    ("time stamp", _time_stamp),
    ("events", _events),
    ("consistency", _consistency),
    ("dossier", _dossier),
    ("rules", _rules),
    ("files", _files),
)


def _digest(bundle: _Bundle, info: zipfile.ZipInfo) -> str:
    digest = sha256()
    with bundle.archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            digest.update(chunk)
    found = digest.hexdigest()
    if info.filename.startswith(layout.FILES) and info.filename != f"{layout.FILES}{found}":
        raise Wrong(f"{info.filename} was changed: its digest is {found}")
    return found


def _text(bundle: _Bundle, name: str) -> str:
    return bundle.archive.read(name).decode()


def _decoded(encoded: Any) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise Wrong(f"not base64: {error}") from error
