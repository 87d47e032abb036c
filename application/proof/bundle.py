"""The auditor's bundle: everything that proves one dossier, in one file. docs/proof.md describes its format."""

from __future__ import annotations

import base64
import io
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, BinaryIO
from uuid import UUID

import orjson
from psycopg import Connection

from application.papers.dossier_layouts.layouts import LATEST
from application.papers.dossier_of_facts import pdf_of_facts
from application.people.officials import is_by_mandate, name_lookup
from application.proof.archive import write_archive
from application.proof.checkpoints import ON_REQUEST, SignedCheckpoint, certified_before, keys, latest
from application.proof.completeness.committing import Commit, CommitMap
from application.proof.completeness.member import completeness_member, expected_values
from application.proof.completeness.signing import MOST_COMMITS, commit_and_sign, sign_with_map
from application.proof.dossier_streams import CannotBeProved, check_whole, expired_files, streams_of
from application.proof.facts.dossier_facts import Facts, facts_of, file_digests
from application.proof.leaves import decode_leaf, position_of, read_leaves, read_streams
from application.proof.members import (
    CHECKPOINT,
    COMPLETENESS,
    CONSISTENCY,
    DOSSIER,
    EVENTS,
    FILES,
    HEADER,
    KEY,
    KEYS,
    MANIFEST,
    PDF,
    PREVIOUS,
    STAMP,
)
from application.proof.merkle import consistency_proof, inclusion_proof, leaf_hash
from application.proof.notes import SigningKey
from application.proof.public_keys import sign_key_list, to_pem_file
from application.proof.signing import signing_transaction
from application.proof.stamping import Authority, stamped
from application.proof.tiles import StoredTree
from application.proof.witnessing.asking import cosigned_note, have_cosigned
from application.proof.witnessing.policy import Policy
from domain.kernel.identifiers import SIGNING_RULE_ID, file_id
from eventstore.log import head
from eventstore.records import Recorded, decode
from eventstore.vault import Vault

Conn = Connection[Any]
#: Returns the bytes of a stored file by its SHA-256; raises if it is missing or was changed.
ReadFile = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Prover:
    """The means of a proof: the keys of people and of the log; an authority and witnesses where there are any."""

    vault: Vault
    key: SigningKey
    commit_map: CommitMap
    authority: Authority | None = None
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class DossierProof:
    """A dossier's events as raw leaves in log order, the facts read from them, and the signed tree that holds them.

    `facts` have their sealed texts in clear. `completeness` shows that nothing was left out (docs/proof.md).
    `is_cosigned`: whether the quorum of witnesses has cosigned the checkpoint; None where there is none.
    """

    facts: Facts
    leaves: Sequence[bytes]
    checkpoint: SignedCheckpoint
    completeness: Mapping[str, Any]
    is_cosigned: bool | None = None


def facts_now(conn: Conn, prover: Prover, dossier_id: UUID, now: datetime) -> tuple[Facts, str]:
    """Return the dossier's facts, in clear, and the note of a checkpoint that covers them: the latest, or a new one.

    Raises NotADossier.
    """
    checkpoint = latest(conn)
    _, leaves = _facts_and_leaves(conn, dossier_id, head(conn))
    if checkpoint is None or checkpoint.position < position_of(leaves[-1]):
        checkpoint = sign_with_map(conn, prover.key, ON_REQUEST, now, prover.commit_map)
        assert checkpoint is not None, "a dossier has events"
        _, leaves = _facts_and_leaves(conn, dossier_id, checkpoint.position)
    return _clear_facts(conn, prover.vault, dossier_id, leaves), checkpoint.note


def gather_proof(conn: Conn, prover: Prover, dossier_id: UUID, now: datetime) -> DossierProof:
    """Read the dossier's events and sign the log that holds them. Raises NotADossier, MapDoesNotFit."""
    # Before anything is recorded: there may be no such dossier.
    streams_of(dossier_id, records_of(list(read_streams(conn, [dossier_id], head(conn)))))
    with signing_transaction(conn, prover.key):
        signed = commit_and_sign(conn, prover.key, ON_REQUEST, now, prover.commit_map, MOST_COMMITS)
        assert signed is not None, "a dossier has events"
        commit, checkpoint = signed
        # Read as of the map, which shows that nothing was left out.
        _, leaves = _facts_and_leaves(conn, dossier_id, commit.map_position)
        completeness = _completeness(conn, dossier_id, leaves, commit, checkpoint.size)
    return DossierProof(_clear_facts(conn, prover.vault, dossier_id, leaves), leaves, checkpoint, completeness)


def _completeness(
    conn: Conn, dossier_id: UUID, leaves: Sequence[bytes], commit: Commit, size: int
) -> Mapping[str, Any]:
    records = records_of(leaves)
    (leaf,) = read_leaves(conn, commit.position - 1, commit.position)
    (committed,) = records_of([leaf])
    values = expected_values(dossier_id, streams_of(dossier_id, records).animations, records, committed)
    return completeness_member(conn, commit.root, values, _event_entry(StoredTree(conn), leaf, size))


def _clear_facts(conn: Conn, vault: Vault, dossier_id: UUID, leaves: Sequence[bytes]) -> Facts:
    check_whole(map(decode_leaf, leaves))
    facts = facts_of(dossier_id, vault.open(conn, records_of(leaves)))
    return facts | {"layout": LATEST, "names": _names(facts, name_lookup(conn, vault))}


def _names(facts: Facts, name_of: Callable[[str, str], str]) -> dict[str, str]:
    """Return the names of those who acted by a mandate, as far as they can be read still, by actor."""
    agents = sorted({(entry["actor"], entry["role"]) for entry in facts["timeline"]})
    named = [(actor, name_of(actor, role)) for actor, role in agents if is_by_mandate(actor, role)]
    return {actor: name for actor, name in named if name != actor}


def records_of(leaves: Sequence[bytes]) -> list[Recorded]:
    """Decode the events in these leaves. Raises ValueError for a bad leaf, UnreadableEvent for an unknown event."""
    decoded = [decode_leaf(data) for data in leaves]
    return [decode(leaf.position, leaf.aggregate_id, leaf.version, leaf.topic, leaf.state) for leaf in decoded]


def _facts_and_leaves(conn: Conn, dossier_id: UUID, until: int) -> tuple[Facts, list[bytes]]:
    streams = [*streams_of(dossier_id, records_of(list(read_streams(conn, [dossier_id], until)))), SIGNING_RULE_ID]
    leaves = list(read_streams(conn, streams, until))
    if signers := streams_of(dossier_id, records_of(leaves)).passkeys:
        streams += signers
        leaves = list(read_streams(conn, streams, until))
    facts = facts_of(dossier_id, records_of(leaves))
    if expiries := _expiry_streams(conn, facts, until):
        leaves = list(read_streams(conn, [*streams, *expiries], until))
        facts = facts_of(dossier_id, records_of(leaves))
    return facts, leaves


def _expiry_streams(conn: Conn, facts: Facts, until: int) -> list[UUID]:
    """Return the streams of those of the dossier's files whose retention has ended."""
    files = [file_id(digest) for digest in file_digests(facts)]
    return list({UUID(str(decode_leaf(leaf).aggregate_id)) for leaf in read_streams(conn, files, until)})


def write_bundle(
    out: BinaryIO, conn: Conn, key: SigningKey, proof: DossierProof, pdf: bytes, read_file: ReadFile
) -> None:
    """Write the bundle's members, preceded by a signed manifest."""
    members: dict[str, bytes] = {
        DOSSIER: orjson.dumps(proof.facts, option=orjson.OPT_INDENT_2),
        PDF: pdf,
        **_tree_members(conn, proof),
        **_key_members(conn, key, proof.checkpoint),
    }
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        expired = expired_files(records_of(proof.leaves))
        retained = sorted(digest for digest in file_digests(proof.facts) if digest not in expired)
        files = {f"{FILES}{digest}": _unpack(read_file, digest, Path(folder)) for digest in retained}
        sizes = {name: len(content) for name, content in members.items()}
        sizes |= {name: path.stat().st_size for name, path in files.items()}
        digests = {name: sha256(content).hexdigest() for name, content in members.items()}
        digests |= {name: name.removeprefix(FILES) for name in files}
        manifest = manifest_text(HEADER, proof.facts["dossier_id"], digests, sizes)
        signed = key.sign(manifest, proof.checkpoint.log_name).encode()

        def content(name: str) -> IO[bytes]:
            return stack.enter_context(files[name].open("rb")) if name in files else io.BytesIO(members[name])

        first: tuple[str, int, IO[bytes]] = (MANIFEST, len(signed), io.BytesIO(signed))
        write_archive(out, [first, *((name, sizes[name], content(name)) for name in sizes)])


def _key_members(conn: Conn, key: SigningKey, checkpoint: SignedCheckpoint) -> dict[str, bytes]:
    listed, name = keys(conn), checkpoint.log_name
    return {KEY: to_pem_file(listed, name).encode(), KEYS: sign_key_list(listed, key, name).encode()}


def _tree_members(conn: Conn, dossier: DossierProof) -> dict[str, bytes]:
    tree, checkpoint = StoredTree(conn), dossier.checkpoint
    lines = [_event_entry(tree, leaf, checkpoint.size) for leaf in dossier.leaves]
    members = {
        EVENTS: b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines),
        CHECKPOINT: cosigned_note(conn, checkpoint).encode(),
    }
    if checkpoint.stamp is not None:
        members[STAMP] = checkpoint.stamp
    if (previous := certified_before(conn, checkpoint.size)) is not None:
        path = [_to_base64(node) for node in consistency_proof(previous.size, checkpoint.size, tree.subtree)]
        consistency = {"first": previous.size, "second": checkpoint.size, "proof": path}
        members |= {PREVIOUS: previous.note.encode(), CONSISTENCY: orjson.dumps(consistency)}
    return members | {COMPLETENESS: orjson.dumps(dossier.completeness)}


def _event_entry(tree: StoredTree, leaf: bytes, size: int) -> dict[str, Any]:
    position = decode_leaf(leaf).position
    index = tree.index_of(position)
    if index is None:
        raise CannotBeProved(f"the event at position {position} is not in the signed tree")
    if tree.leaf_hashes(index, index + 1) != [leaf_hash(leaf)]:
        raise CannotBeProved(f"the event at position {position} is not as it was signed")
    proof = [_to_base64(node) for node in inclusion_proof(index, size, tree.subtree)]
    return {"position": position, "index": index, "leaf": _to_base64(leaf), "proof": proof}


def manifest_text(header: str, dossier_id: str, digests: Mapping[str, str], sizes: Mapping[str, int]) -> str:
    """Return the text to sign: format, dossier, then digest, size and name of every other member in order."""
    lines = [header, dossier_id, *(f"{digests[name]} {size} {name}" for name, size in sizes.items())]
    return "\n".join(lines) + "\n"


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unpack(read_file: ReadFile, digest: str, folder: Path) -> Path:
    # One file at a time in memory: all sheets of a dossier together may be gigabytes.
    path = folder / digest
    path.write_bytes(read_file(digest))
    return path


def export_bundle(
    path: Path, conn: Conn, prover: Prover, dossier_id: UUID, now: datetime, read_file: ReadFile
) -> DossierProof:
    """Write the bundle to `path`, whole or not at all.

    Its checkpoint is stamped by the authority and cosigned by the quorum of witnesses, if these answer in time.

    Raises NotADossier, MapDoesNotFit, SigningRefused, BadStoredFile, OSError.
    """
    proof = gather_proof(conn, prover, dossier_id, now)
    if prover.authority is not None:
        proof = replace(proof, checkpoint=stamped(conn, prover.authority, proof.checkpoint))
    if prover.policy is not None:
        proof = replace(proof, is_cosigned=have_cosigned(conn, prover.policy, proof.checkpoint, now))
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("xb") as out:
            write_bundle(out, conn, prover.key, proof, pdf_of_facts(proof.facts, proof.checkpoint.note), read_file)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return proof
