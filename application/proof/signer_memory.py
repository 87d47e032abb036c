"""The signer's memory: what the checkpoint key has signed, in a small file beside it and outside the database.

A database that was rolled back, or rewritten by whoever can write in it, cannot make the key sign a second history:
only what is proved consistent with the last signed tree is signed.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import orjson
from psycopg import Connection

from application.files.held_lock import HeldTooLong, holding
from application.files.store import fsync_folder
from application.proof.merkle import HASH_BYTES
from application.proof.notes import SigningKey
from application.proof.public_keys import PublicKey

_VERSION = 1


class SigningRefused(Exception):
    """Raised when the key must not sign the log as it stands; the message says why and what to do."""


class LogUnnamed(SigningRefused):
    """Raised when the log has no name yet, so that nothing can be signed."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree that was signed. `position`: of its last event; 0 where an older memory does not tell."""

    size: int
    root: bytes
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class EndedLog:
    """A log that went on under another name: what was last signed under the old one, by which keys, why it ended."""

    name: str
    signed: Tree | None
    reason: str
    keys: tuple[PublicKey, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """The content of the file. `signed`: the last tree whose checkpoint is stored. `pending`: one that was to be signed
    after it; whether its signature left is unknown until it is stored.

    `statements_since`: every checkpoint of a larger size carries a signed statement of its reason and time.
    """

    log: str
    signed: Tree | None = None
    pending: Tree | None = None
    keys: tuple[PublicKey, ...] = ()
    statements_since: int = 0
    ended: tuple[EndedLog, ...] = ()

    @property
    def trees(self) -> tuple[Tree, ...]:
        """Return the trees that every later one must begin with."""
        return tuple(tree for tree in (self.signed, self.pending) if tree is not None)

    @property
    def size(self) -> int:
        return max((tree.size for tree in self.trees), default=0)

    @property
    def position(self) -> int:
        """Return the last position known to be signed; of older memories at least the number of events."""
        trees = (*self.trees, *(ended.signed for ended in self.ended if ended.signed))
        return max((max(tree.position, tree.size) for tree in trees), default=0)

    def names(self) -> frozenset[str]:
        return frozenset((self.log, *(ended.name for ended in self.ended)))

    def every_key(self) -> list[PublicKey]:
        """Return every key that ever signed, those of ended logs first."""
        return [key for keys in (*(ended.keys for ended in self.ended), self.keys) for key in keys]


@dataclass(frozen=True, slots=True)
class SignerMemory:
    path: Path

    def read(self) -> Record | None:
        """Return the record, or None if there is none yet. Raises SigningRefused if it cannot be read."""
        try:
            return _decode(orjson.loads(self.path.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is damaged"
            raise SigningRefused(
                f"the signer's memory {self.path} cannot be read ({why}); put it back from a backup of the keys"
            ) from error

    def write(self, record: Record) -> None:
        """Replace the record, whole or not at all; it is on the disk when this returns."""
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(orjson.dumps(_encode(record), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self.path)
        except OSError as error:
            raise SigningRefused(
                f"the signer's memory {self.path} cannot be written ({error.strerror}): nothing is signed without it"
            ) from error
        finally:
            draft.unlink(missing_ok=True)
        fsync_folder(self.path.parent)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Keep other signers out, in other threads and processes. Yield whether this is the outermost hold.

        Raises SigningRefused if another one takes too long.
        """
        with ExitStack() as stack:
            try:
                outermost = stack.enter_context(holding(self.path))
            except HeldTooLong as held:
                raise SigningRefused(
                    f"{held.holder or 'another process'} has held the signer's memory {self.path} for too long: "
                    "nothing is signed until it goes on or is ended"
                ) from None
            except OSError as error:
                raise SigningRefused(
                    f"the signer's memory {self.path} cannot be held ({error.strerror}): nothing is signed without it"
                ) from error
            yield outermost


class Guard(Protocol):
    """Judges the events before a key signs them."""

    def check(self, conn: Connection[Any], size: int, until: int, *, signing: bool = True) -> None:
        """Raise SigningRefused unless every event after the first `size` ones, up to position `until`, is sound.

        Before `signing`, the first ones too, where nothing vouches for them.
        """

    def lost_start(self) -> str | None:
        """Return what is wrong with the file that tells where authenticators begin, None if nothing is."""


@dataclass(frozen=True, slots=True)
class RememberingKey(SigningKey):
    """A signing key with its memory and its guard: the only kind that signs a log in real use."""

    memory: SignerMemory = field(kw_only=True)
    guard: Guard | None = field(default=None, kw_only=True)

    @classmethod
    def beside(cls, seed: bytes, memory: Path, guard: Guard | None = None) -> RememberingKey:
        return cls(SigningKey.from_seed(seed).private, memory=SignerMemory(memory), guard=guard)


def memory_of(key: SigningKey) -> SignerMemory | None:
    """Return the memory of a key that has one; one that is made for a moment, as in tests, has none."""
    return key.memory if isinstance(key, RememberingKey) else None


def check_events(conn: Connection[Any], key: SigningKey, size: int, until: int, *, signing: bool = True) -> None:
    """Let the key's guard, if it has one, judge the events: see `Guard.check`."""
    if isinstance(key, RememberingKey) and key.guard is not None:
        key.guard.check(conn, size, until, signing=signing)


def lost_start(key: SigningKey) -> str | None:
    """Return what the key's guard, if it has one, misses of what it judges by: see `Guard.lost_start`."""
    return key.guard.lost_start() if isinstance(key, RememberingKey) and key.guard is not None else None


def with_key(record: Record, public: bytes) -> Record:
    """Return the record with `public` as the key in use; the one before ends at the last signed size.

    Raises SigningRefused if `public` was replaced earlier.
    """
    for key in record.every_key():
        if key.public_key == public and key.until_size is not None:
            raise KeyRetired(
                f"the checkpoint key was replaced at tree size {key.until_size}: use the key that took its place"
            )
    if record.keys and record.keys[-1].public_key == public:
        return record
    earlier = tuple(replace(key, until_size=record.size) if key.until_size is None else key for key in record.keys)
    since = record.size + 1 if record.size else 0
    return replace(record, keys=(*earlier, PublicKey(public, since)))


class KeyRetired(SigningRefused):
    """Raised when the configured key was replaced earlier; nobody would believe its signatures now."""


def _encode(record: Record) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "log": record.log,
        "signed": _tree(record.signed),
        "pending": _tree(record.pending),
        "statements_since": record.statements_since,
        "keys": _keys(record.keys),
        "ended": [
            {"log": ended.name, "signed": _tree(ended.signed), "reason": ended.reason, "keys": _keys(ended.keys)}
            for ended in record.ended
        ],
    }


def _keys(keys: Sequence[PublicKey]) -> list[dict[str, Any]]:
    return [{"public_key": _text(key.public_key), "since": key.since_size, "until": key.until_size} for key in keys]


def _tree(tree: Tree | None) -> dict[str, Any] | None:
    return None if tree is None else {"size": tree.size, "root": _text(tree.root), "position": tree.position}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(content: dict[str, Any]) -> Record:
    if content["version"] != _VERSION:
        raise ValueError("of another version")
    return Record(
        log=str(content["log"]),
        signed=_read_tree(content["signed"]),
        pending=_read_tree(content["pending"]),
        statements_since=int(content["statements_since"]),
        keys=_read_keys(content["keys"]),
        ended=tuple(
            EndedLog(ended["log"], _read_tree(ended["signed"]), ended["reason"], _read_keys(ended["keys"]))
            for ended in content["ended"]
        ),
    )


def _read_keys(content: list[dict[str, Any]]) -> tuple[PublicKey, ...]:
    return tuple(
        PublicKey(base64.b64decode(key["public_key"], validate=True), key["since"], key["until"]) for key in content
    )


def _read_tree(content: dict[str, Any] | None) -> Tree | None:
    if content is None:
        return None
    tree = Tree(int(content["size"]), base64.b64decode(content["root"], validate=True), int(content.get("position", 0)))
    if tree.size < 1 or len(tree.root) != HASH_BYTES:
        raise ValueError("no tree")
    return tree
