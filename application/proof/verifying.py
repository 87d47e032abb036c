"""Check a bundle offline: no database, no network, no trust but in the public keys passed in."""

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
from application.proof.leaves import Leaf, decode_leaf
from application.proof.merkle import leaf_hash, verifies_consistency, verifies_inclusion
from application.proof.notes import BadNote, Checkpoint, open_note, parse_checkpoint
from application.proof.rules.bundles import findings_in
from application.proof.stamping import BadStamp, check_stamp
from eventstore.records import UnreadableEvent
from eventstore.seals import is_sealed

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check. `text` says what was checked and, when not `ok`, exactly what is wrong."""

    ok: bool
    text: str


class CheckFailed(Exception):
    """Raised when a check fails; the message says what is wrong."""


#: Raised while reading a forged or damaged bundle.
_MALFORMED = (KeyError, TypeError, AttributeError, AssertionError)
_FAILURES = (CheckFailed, BadNote, BadStamp, NotADossier, UnreadableEvent, ValueError, *_MALFORMED)


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
    """Yield the result of every check, ending with the first failure. `keys`: the trusted public keys.

    `roots`: root certificates (PEM) of time-stamping authorities; without them a time stamp is not checked.
    """
    try:
        with open_archive(path) as archive:
            bundle = _Bundle(archive, keys, roots)
            yield Check(True, f"archive: {len(archive.infolist())} members, nothing hidden, nothing compressed")
            for name, check in _CHECKS:
                try:
                    result = check(bundle)
                except _FAILURES as error:
                    yield Check(False, f"{name}: {_describe(error)}")
                    return
                if result is not None:
                    yield Check(True, f"{name}: {result}")
    except BadBundle as bad:
        yield Check(False, f"archive: {bad}")


def _describe(error: Exception) -> str:
    return f"malformed ({error!r})" if isinstance(error, _MALFORMED) else str(error)


def _manifest(bundle: _Bundle) -> str:
    """Check that the manifest is signed, complete, and that every member matches it."""
    infos = bundle.archive.infolist()
    if not infos or infos[0].filename != layout.MANIFEST:
        raise CheckFailed("the first member is not the manifest")
    text, _ = open_note(_text(bundle, layout.MANIFEST), bundle.keys)
    header, dossier_id, *lines = text.removesuffix("\n").split("\n")
    if header != layout.HEADER:
        raise CheckFailed(f"format {header!r}; this verifier knows {layout.HEADER}")
    bundle.dossier_id = UUID(dossier_id)
    bundle.members = [info.filename for info in infos[1:]]
    digests = {info.filename: _digest(bundle, info) for info in infos[1:]}
    expected = manifest_text(dossier_id, digests, {info.filename: info.file_size for info in infos[1:]})
    if text != expected:
        raise CheckFailed(_first_difference(lines, expected.split("\n")[2:-1]))
    return f"signed by the given key; {len(lines)} members have the digests that it says"


def _first_difference(signed: Sequence[str], computed: Sequence[str]) -> str:
    for line in signed:
        if line not in computed:
            return f"{line.rsplit(' ', 1)[-1]} is not what was signed"
    return "a member is there that was not signed, or in another place"


def _signed_tree(bundle: _Bundle) -> str:
    text, _ = open_note(_text(bundle, layout.CHECKPOINT), bundle.keys)
    bundle.checkpoint = parse_checkpoint(text)
    return f"signed by the given key: {bundle.checkpoint.size:,} events of {bundle.checkpoint.origin}"


def _time_stamp(bundle: _Bundle) -> str | None:
    """Check an independent authority's word for when the checkpoint existed."""
    if layout.STAMP not in bundle.members:
        return None
    if bundle.roots is None:
        return "there is one; it was not checked, since no root certificate was given"
    stamp, note = bundle.archive.read(layout.STAMP), bundle.archive.read(layout.CHECKPOINT)
    return f"the checkpoint was there on {check_stamp(stamp, note, bundle.roots)}"


def _events(bundle: _Bundle) -> str:
    """Check that each event is in the signed tree, in order, and that each stream starts with its first event and has
    no gap.
    """
    versions: dict[UUID, int] = {}
    last = -1
    for line in bundle.archive.read(layout.EVENTS).splitlines():
        entry = orjson.loads(line)
        data = _from_base64(entry["leaf"])
        leaf, index = decode_leaf(data), entry["index"]
        where = f"event at position {leaf.position}"
        if leaf.position != entry["position"] or index <= last:
            raise CheckFailed(f"{where}: out of order")
        proof = [_from_base64(node) for node in entry["proof"]]
        if not verifies_inclusion(leaf_hash(data), index, bundle.checkpoint.size, proof, bundle.checkpoint.root):
            raise CheckFailed(f"{where}: not in the signed tree")
        _check_version(versions, leaf, where)
        bundle.leaves.append(data)
        last = index
    if not bundle.leaves:
        raise CheckFailed("there are none")
    return f"{len(bundle.leaves):,} events of {len(versions)} streams are in the signed tree, none left out between"


def _check_version(versions: dict[UUID, int], leaf: Leaf, where: str) -> None:
    expected = versions.get(leaf.aggregate_id, 0) + 1
    if leaf.version != expected:
        raise CheckFailed(f"{where}: version {leaf.version} of {leaf.aggregate_id} where {expected} is expected")
    versions[leaf.aggregate_id] = leaf.version


def _consistency(bundle: _Bundle) -> str | None:
    """Check that the previous certified checkpoint begins the signed tree."""
    if layout.PREVIOUS not in bundle.members:
        return "there is no earlier checkpoint of a certification to begin it"
    previous = parse_checkpoint(open_note(_text(bundle, layout.PREVIOUS), bundle.keys)[0])
    consistency = orjson.loads(bundle.archive.read(layout.CONSISTENCY))
    proof = [_from_base64(node) for node in consistency["proof"]]
    if (consistency["first"], consistency["second"]) != (previous.size, bundle.checkpoint.size):
        raise CheckFailed("the proof is about other sizes than the two checkpoints")
    if previous.origin != bundle.checkpoint.origin:
        raise CheckFailed("the previous checkpoint is that of another log")
    roots = (previous.root, bundle.checkpoint.root)
    if not verifies_consistency(previous.size, bundle.checkpoint.size, proof, *roots):
        raise CheckFailed(f"the tree of {previous.size:,} events does not begin the signed one: history was rewritten")
    return f"the tree of {previous.size:,} events, certified before, begins this one"


def _dossier(bundle: _Bundle) -> str:
    """Check that dossier.json follows from the events."""
    bundle.facts = facts_of(bundle.dossier_id, records_of(bundle.leaves))
    text = bundle.archive.read(layout.DOSSIER)
    if orjson.dumps(_with_clear_texts(bundle.facts, orjson.loads(text)), option=orjson.OPT_INDENT_2) != text:
        raise CheckFailed("dossier.json does not say what the events say")
    facts = bundle.facts
    summary = f"{facts['status']}, {len(facts['lines'])} animations"
    return (
        f"{summary}, {facts['amount']} euros, as the events say" if facts["amount"] else f"{summary}, as the events say"
    )


def _with_clear_texts(fact: Any, shown: Any) -> Any:
    """Return the fact with each sealed text replaced by the one shown, which only the signer can decrypt."""
    if is_sealed(fact) and isinstance(shown, str):
        return shown
    if isinstance(fact, dict) and isinstance(shown, dict):
        return {name: _with_clear_texts(value, shown.get(name)) for name, value in fact.items()}
    if isinstance(fact, list) and isinstance(shown, list):
        return [
            _with_clear_texts(value, shown[place] if place < len(shown) else None) for place, value in enumerate(fact)
        ]
    return fact


def _rules(bundle: _Bundle) -> str | None:
    """Check that every event is one that the domain would have recorded there: rights, transitions and figures."""
    certified = bundle.facts["certified"]
    for finding in findings_in(bundle.leaves):
        if not finding.warning:
            raise CheckFailed(str(finding))
    if certified is None:
        return None
    sum_ = f"{certified['animations']} animations × {certified['rate_per_animation']} = {certified['amount']} euros"
    return f"{sum_}; rate, plan, attendance and sheets are those of the convention and of the attestations"


def _files(bundle: _Bundle) -> str:
    """Check that every file named by the events is there, unless its retention ended, and nothing else."""
    expired = layout.expired_files(records_of(bundle.leaves))
    expected = {f"{layout.FILES}{digest}" for digest in file_digests(bundle.facts)}
    present = {name for name in bundle.members if name.startswith(layout.FILES)}
    expired_absent = {f"{layout.FILES}{digest}" for digest in expired} & (expected - present)
    if missing := sorted(expected - present - expired_absent):
        raise CheckFailed(f"{missing[0]} is named by the events and missing")
    if unknown := sorted(present - expected):
        raise CheckFailed(f"{unknown[0]} is named by no event")
    summary = f"{len(present)} attached sheets and pieces have the digests that the events say"
    return (
        f"{summary}; {len(expired_absent)} expired: deleted at the end of their retention, as the events tell"
        if expired_absent
        else summary
    )


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
    actual = digest.hexdigest()
    if info.filename.startswith(layout.FILES) and info.filename != f"{layout.FILES}{actual}":
        raise CheckFailed(f"{info.filename} was changed: its digest is {actual}")
    return actual


def _text(bundle: _Bundle, name: str) -> str:
    return bundle.archive.read(name).decode()


def _from_base64(encoded: Any) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise CheckFailed(f"not base64: {error}") from error
