"""Check what is signed: the manifest with every member's digest, the checkpoint, the one before it, the time stamp."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from application.proof.bundle import manifest_text
from application.proof.bundle_checks.opened_bundle import (
    CheckFailed,
    OpenedBundle,
    hashes,
    json_object,
    whole_number,
)
from application.proof.members import CHECKPOINT, CONSISTENCY, FILES, HEADERS, KEYS, MANIFEST, PREVIOUS, STAMP
from application.proof.merkle import verifies_consistency
from application.proof.notes import BadNote, key_id, split_note
from application.proof.public_keys import narrowed, open_checkpoint, open_key_list, open_signed
from application.proof.stamping import check_stamp
from application.proof.witnessing.cosignatures import own_part

_CHUNK = 1 << 20


def check_manifest(bundle: OpenedBundle) -> str:
    """Check that the manifest is signed, and that every member matches it."""
    infos = bundle.archive.infolist()
    text, bundle.manifest_key = open_signed(bundle.text(MANIFEST), bundle.keys, _log_name(bundle))
    if len(split_note(bundle.text(MANIFEST))[1]) > 1:
        # What signs nothing could hold anything: it would be hidden in the archive.
        raise CheckFailed("the manifest has other signatures than that of the log")
    header, dossier_id, *lines = text.removesuffix("\n").split("\n")
    if header not in HEADERS:
        raise CheckFailed(f"format {header[:60]!a}; this verifier knows {' and '.join(HEADERS)}")
    bundle.format = HEADERS[header]
    bundle.dossier_id = _dossier_id(dossier_id)
    bundle.members = [info.filename for info in infos[1:]]
    digests = {info.filename: _digest(bundle, info) for info in infos[1:]}
    expected = manifest_text(header, dossier_id, digests, {info.filename: info.file_size for info in infos[1:]})
    if text != expected:
        raise CheckFailed(_first_difference(lines, expected.split("\n")[2:-1]))
    if KEYS in bundle.members:
        _narrow_keys(bundle)
    return f"signed by the given key; {len(lines)} members have the digests that it says"


def _narrow_keys(bundle: OpenedBundle) -> None:
    """Hold the trusted keys to the sizes that the signed list of keys leaves them."""
    listed = open_key_list(bundle.text(KEYS), bundle.keys)
    if listed[-1].name != _log_name(bundle):
        raise CheckFailed(f"the list of keys is that of another log, {listed[-1].name}")
    bundle.keys = narrowed(bundle.keys, listed)
    (bundle.manifest_key,) = narrowed([bundle.manifest_key], listed)


def _log_name(bundle: OpenedBundle) -> str:
    """Return the name that the checkpoint is signed under by a trusted key; whether it is the log's is checked next."""
    note = bundle.text(CHECKPOINT)
    try:
        signatures = split_note(note)[1]
    except BadNote:
        signatures = []
    for signature in signatures:
        if any(signature.key_id == key_id(signature.name, key.public_key) for key in bundle.keys):
            return signature.name
    return note.split("\n", 1)[0]


def _dossier_id(text: str) -> UUID:
    try:
        dossier_id = UUID(text)
    except ValueError as error:
        raise CheckFailed("its second line is no dossier's id") from error
    if str(dossier_id) != text:
        raise CheckFailed("the dossier's id is not written in its one form")
    return dossier_id


def _first_difference(signed: Sequence[str], computed: Sequence[str]) -> str:
    for line in signed:
        if line not in computed:
            return f"{line.rsplit(' ', 1)[-1]} is not what was signed"
    return "a member is there that was not signed, or in another place"


def _digest(bundle: OpenedBundle, info: zipfile.ZipInfo) -> str:
    digest = sha256()
    with bundle.archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            digest.update(chunk)
    actual = digest.hexdigest()
    if info.filename.startswith(FILES) and info.filename != f"{FILES}{actual}":
        raise CheckFailed(f"{info.filename} was changed: its digest is {actual}")
    return actual


def check_checkpoint(bundle: OpenedBundle) -> str:
    bundle.checkpoint, bundle.checkpoint_key = open_checkpoint(bundle.text(CHECKPOINT), bundle.keys)
    if bundle.manifest_key.ended_before(bundle.checkpoint.size):
        until = bundle.manifest_key.until_size
        raise CheckFailed(f"the manifest is signed by a key that ended at size {until}, before this checkpoint")
    if bundle.names_no_log:
        bundle.warnings.append(f"the given key names no log: compare {bundle.checkpoint.origin} with the one you know")
    signed = f"signed by the given key: {bundle.checkpoint.size:,} events of {bundle.checkpoint.origin}"
    return f"{signed}{_cosigned(bundle)}"


def _cosigned(bundle: OpenedBundle) -> str:
    """Hold the checkpoint to the policy, if there is one; say who has cosigned it."""
    policy = bundle.demands.policy
    if policy is None:
        others = len(split_note(bundle.text(CHECKPOINT))[1]) - 1
        return f"; {others} cosignatures, not checked without a policy" if others else ""
    _, cosigned = policy.check(bundle.text(CHECKPOINT), bundle.keys)
    names = ", ".join(f"{each.witness.name} ({each.at:%Y-%m-%d %H:%M} UTC)" for each in cosigned) or "nobody"
    return f"; the policy's quorum {policy.quorum} is met, cosigned by {names}"


def check_time_stamp(bundle: OpenedBundle) -> str | None:
    """Check an independent authority's word for when the checkpoint existed."""
    if STAMP not in bundle.members:
        return None
    roots = bundle.demands.roots
    if roots is None:
        bundle.stamped = "its time stamp was not checked"
        return "there is one; it was not checked, since no root certificate was given"
    at = check_stamp(bundle.read(STAMP), own_part(bundle.text(CHECKPOINT), bundle.checkpoint.origin).encode(), roots)
    bundle.stamped = f"stamped {at}"
    return f"the checkpoint was there on {at}"


def check_consistency(bundle: OpenedBundle) -> str:
    """Check that the previous certified checkpoint begins the signed tree."""
    if PREVIOUS not in bundle.members:
        return "no earlier checkpoint is shown, so nothing is proved of what was signed before this one"
    previous, _ = open_checkpoint(bundle.text(PREVIOUS), bundle.keys)
    consistency = json_object(bundle.read(CONSISTENCY), ("first", "second", "proof"), CONSISTENCY)
    sizes = whole_number(consistency["first"], "first"), whole_number(consistency["second"], "second")
    if sizes != (previous.size, bundle.checkpoint.size):
        raise CheckFailed("the proof is about other sizes than the two checkpoints")
    if previous.origin != bundle.checkpoint.origin:
        raise CheckFailed("the previous checkpoint is that of another log")
    roots = (previous.root, bundle.checkpoint.root)
    if not verifies_consistency(*sizes, hashes(consistency["proof"]), *roots):
        raise CheckFailed(f"the tree of {previous.size:,} events does not begin the signed one: history was rewritten")
    return f"the tree of {previous.size:,} events, signed before, begins this one"
