"""A witness: cosigns each tree of a log that continues the last one it saw, and no other. https://c2sp.org/tlog-witness

Its state is one file. Of two trees that exclude each other it cosigns the first alone, whatever happens to the log.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock

import orjson

from application.files.store import fsync_folder
from application.proof.merkle import EMPTY_ROOT, HASH_BYTES, verifies_consistency
from application.proof.notes import BadNote, Checkpoint, SigningKey, VerifierKey, parse_checkpoint, split_note
from application.proof.public_keys import PublicKey, open_signed
from application.proof.witnessing.cosignatures import cosign, own_part

MAX_PROOF = 63
#: Sixty-three hashes and a checkpoint with several signatures are far below.
MAX_BODY_BYTES = 64 * 1024
PLAIN, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str
    media_type: str = PLAIN


class BadRequest(Exception):
    """Raised for a body that is no request."""


@dataclass(frozen=True, slots=True)
class Request:
    old: int
    proof: Sequence[bytes]
    note: str
    checkpoint: Checkpoint


def parse_request(body: bytes) -> Request:
    """Parse the body of add-checkpoint. Raises BadRequest."""
    try:
        head, gap, note = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        match = _OLD.fullmatch(first)
        if match is None or not gap or len(lines) > MAX_PROOF:
            raise BadRequest("old SIZE, a line for each hash, an empty line and a checkpoint are needed")
        proof = [base64.b64decode(line, validate=True) for line in lines]
        checkpoint = parse_checkpoint(split_note(note)[0])
    except (UnicodeDecodeError, binascii.Error, ValueError, BadNote) as error:
        raise BadRequest(str(error)) from None
    if any(len(node) != HASH_BYTES for node in proof):
        raise BadRequest("a hash has 32 bytes")
    request = Request(int(match[1]), proof, note, checkpoint)
    if request.old > checkpoint.size:
        raise BadRequest("the old size is larger than the checkpoint's")
    return request


def format_request(old: int, proof: Sequence[bytes], note: str) -> bytes:
    lines = [f"old {old}", *(base64.b64encode(node).decode() for node in proof), "", note]
    return "\n".join(lines).encode()


@dataclass(slots=True)
class WitnessState:
    """The last checkpoint of each log, by its name, in a file that is replaced whole."""

    path: Path
    notes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> WitnessState:
        """Raises ValueError if there is a file that is no state: forgetting it would let a fork be cosigned."""
        try:
            content = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            return cls(path)
        if not isinstance(content, dict) or not all(isinstance(note, str) for note in content.values()):
            raise ValueError(f"{path} holds no state of a witness")
        for note in content.values():
            parse_checkpoint(split_note(note)[0])
        return cls(path, content)

    @classmethod
    @contextmanager
    def held(cls, path: Path) -> Iterator[WitnessState]:
        """Read the state, and keep other processes from it meanwhile: each would cosign what it alone remembers.

        Raises ValueError as `read` does, and if another process holds it.
        """
        with path.with_name(f"{path.name}.lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ValueError("another witness runs with this state") from None
            yield cls.read(path)

    def last(self, log: str) -> Checkpoint | None:
        note = self.notes.get(log)
        return None if note is None else parse_checkpoint(split_note(note)[0])

    def keep(self, log: str, note: str) -> None:
        """The file is on the disk when this returns."""
        content = {**self.notes, log: note}
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.path)
        fsync_folder(self.path.absolute().parent)
        self.notes = content


def _now() -> datetime:
    return datetime.now(UTC)


class WitnessServer:
    """Answers `add-checkpoint` and the retrieval for monitors; one request at a time decides and is kept."""

    def __init__(
        self,
        name: str,
        key: SigningKey,
        logs: Sequence[VerifierKey],
        state: WitnessState,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._name, self._key, self._state, self._clock = name, key, state, clock
        self._logs: dict[str, list[PublicKey]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(PublicKey(log.public, name=log.name))
        self._lock = Lock()

    def add_checkpoint(self, body: bytes) -> Answer:
        try:
            request = parse_request(body)
        except BadRequest as bad:
            return Answer(400, f"{bad}\n")
        origin = request.checkpoint.origin
        if origin not in self._logs:
            return Answer(404, f"the log {origin} is not known here\n")
        try:
            open_signed(request.note, self._logs[origin], origin)
        except BadNote as bad:
            return Answer(403, f"{bad}\n")
        with self._lock:
            return self._refused(request) or self._cosigned(request)

    def _refused(self, request: Request) -> Answer | None:
        new = request.checkpoint
        last = self._state.last(new.origin)
        size = last.size if last else 0
        if request.old != size:
            return Answer(409, f"{size}\n", SIZE)
        if new.size == 0 and new.root != EMPTY_ROOT:
            return Answer(422, "a tree of no leaves has the root of the empty tree\n")
        if size == 0:
            return Answer(422, "from size 0 the proof is empty\n") if request.proof else None
        assert last is not None
        if verifies_consistency(size, new.size, request.proof, last.root, new.root):
            return None
        return Answer(422, f"the tree of {new.size} does not begin with that of {size} which was cosigned here\n")

    def _cosigned(self, request: Request) -> Answer:
        text, _ = split_note(request.note)
        line = cosign(text, self._name, self._key, self._clock())
        self._state.keep(request.checkpoint.origin, own_part(request.note, request.checkpoint.origin) + line)
        return Answer(200, line)

    def checkpoint(self, origin_hash: str) -> Answer:
        """Return the last checkpoint cosigned of the log with this SHA-256 of its name, for monitors."""
        for origin, note in self._state.notes.items():
            if sha256(origin.encode()).hexdigest() == origin_hash:
                return Answer(200, note)
        return Answer(404, "nothing was cosigned of that log\n")
