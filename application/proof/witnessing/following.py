"""Follow a log from outside: keep its last tree, prove that each new one continues it, and name a fork."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import orjson

from application.files.store import fsync_folder
from application.proof.merkle import EMPTY_ROOT, consistency_proof, root, verifies_consistency
from application.proof.notes import BadNote, Checkpoint, VerifierKey, parse_checkpoint, split_note
from application.proof.public_keys import PublicKey, open_checkpoint
from application.proof.witnessing.policy import Policy
from application.proof.witnessing.tile_paths import BadTile, FetchedTree

_VERSION = 1


class ForkFound(Exception):
    """Raised when the log shows a tree that excludes one which it signed before. Both notes are the evidence."""

    def __init__(self, why: str, kept: str, shown: str) -> None:
        super().__init__(why)
        self.kept, self.shown = kept, shown


class CannotFollow(Exception):
    """Raised when the log cannot be read, or its checkpoint is not believed; nothing is known of its history then."""


class Site(Protocol):
    """The files of a log: bytes by paths, as in C2SP tlog-tiles."""

    def get(self, path: str) -> bytes:
        """Raises CannotFollow."""
        ...


@dataclass(frozen=True, slots=True)
class Followed:
    """The state: the keys that are believed, and the last checkpoint that was proved."""

    keys: tuple[PublicKey, ...]
    note: str | None = None

    @property
    def checkpoint(self) -> Checkpoint | None:
        return None if self.note is None else parse_checkpoint(split_note(self.note)[0])


def read_state(path: Path) -> Followed | None:
    """Raises CannotFollow if the file is no state: starting anew would forget what was seen."""
    try:
        content = orjson.loads(path.read_bytes())
        if content["version"] != _VERSION:
            raise ValueError("of another version")
        keys = tuple(_key(text) for text in content["keys"])
        # Changed by hand it would be shown as the evidence of a fork.
        open_checkpoint(content["checkpoint"], keys)
        return Followed(keys, content["checkpoint"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, AssertionError, BadNote) as error:
        raise CannotFollow(f"{path} is no state of a followed log ({error}); name another file to begin anew") from None


def _key(text: str) -> PublicKey:
    key = VerifierKey.parse(text)
    return PublicKey(key.public, name=key.name)


def write_state(path: Path, followed: Followed) -> None:
    """Replace the file, whole; it is on the disk when this returns. Raises CannotFollow if it cannot be written."""
    try:
        _write_state(path, followed)
    except OSError as error:
        raise CannotFollow(f"--state {path}: {error.strerror}") from None


def _write_state(path: Path, followed: Followed) -> None:
    checkpoint = followed.checkpoint
    assert checkpoint is not None
    keys = [key.verifier_key(key.name or checkpoint.origin) for key in followed.keys]
    content = {"version": _VERSION, "log": checkpoint.origin, "keys": keys, "checkpoint": followed.note}
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with draft.open("xb") as file:
        file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    fsync_folder(path.absolute().parent)


def follow(site: Site, state: Followed, policy: Policy | None = None) -> Followed:
    """Fetch the log's checkpoint and prove that it continues the last one. Return the state to keep.

    Raises ForkFound, CannotFollow.
    """
    note = _text(site.get("checkpoint"))
    new = _open(note, state.keys, policy)
    old = state.checkpoint
    if old is not None:
        _compare(site, state, old, new, note)
    elif _root(site, new) != new.root:
        raise CannotFollow(f"the tiles of the tree of {new.size} have another root than its checkpoint")
    return Followed(state.keys, note)


def _open(note: str, keys: Sequence[PublicKey], policy: Policy | None) -> Checkpoint:
    try:
        checkpoint, _ = open_checkpoint(note, keys)
        if policy is not None:
            policy.check(note, keys)
        return checkpoint
    except BadNote as bad:
        raise CannotFollow(f"/checkpoint is not believed: {bad}") from None


def _compare(site: Site, state: Followed, old: Checkpoint, new: Checkpoint, note: str) -> None:
    assert state.note is not None
    if new.origin != old.origin:
        raise ForkFound(f"another log is shown: {new.origin}, and {old.origin} was followed", state.note, note)
    if new.size < old.size:
        why = f"the log was rolled back: a tree of {new.size} is shown, and one of {old.size} was signed before"
        raise ForkFound(why, state.note, note)
    if new.size == old.size:
        if new.root != old.root:
            raise ForkFound(f"two trees of {new.size} have different roots, both signed", state.note, note)
        return
    tree = FetchedTree(new.size, site.get)
    try:
        proof = consistency_proof(old.size, new.size, tree.subtree) if old.size else []
    except BadTile as bad:
        raise CannotFollow(str(bad)) from None
    if old.size and not verifies_consistency(old.size, new.size, proof, old.root, new.root):
        # Wrong tiles are no proof of a fork yet: the new tree must be theirs.
        if _root(site, new) != new.root:
            raise CannotFollow(f"the tiles of the tree of {new.size} have another root than its checkpoint")
        why = f"the tree of {new.size} does not begin with that of {old.size}, both signed: history was rewritten"
        raise ForkFound(why, state.note, note)


def _root(site: Site, checkpoint: Checkpoint) -> bytes:
    if checkpoint.size == 0:
        return EMPTY_ROOT
    try:
        return root(0, checkpoint.size, FetchedTree(checkpoint.size, site.get).subtree)
    except BadTile as bad:
        raise CannotFollow(str(bad)) from None


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise CannotFollow("/checkpoint is no text") from None
