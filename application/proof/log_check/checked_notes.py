"""Check the signatures of checkpoints, of what is kept beside them, and of copies that others kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection

from application.proof import checkpoints
from application.proof.checkpoints import SignedCheckpoint, statement_text
from application.proof.log_check.expected_roots import OWN_RECORD, Copy
from application.proof.notes import BadNote, Checkpoint, open_note, parse_checkpoint, split_note
from application.proof.public_keys import PublicKey
from application.proof.signer.naming import log_name
from application.proof.signer_memory import Record, Tree

Conn = Connection[Any]


def check_notes(
    tiles: Conn, signed: Sequence[SignedCheckpoint], trusted: Sequence[bytes], record: Record | None
) -> Iterator[str]:
    """Yield the checkpoints whose note contradicts its columns or was signed by the wrong key."""
    name, keys = log_name(tiles), checkpoints.keys(tiles)
    if signed and not keys:
        yield f"the keys that signed {len(signed)} checkpoints are gone from the database"
    periods = _KeyPeriods(record.keys if record else keys)
    yield from periods.unknown(trusted)
    names = record.names() if record else {name}
    for mark in signed:
        try:
            checkpoint, key = _opened(mark.note, trusted)
        except BadNote as bad:
            yield f"checkpoint of size {mark.size}: {bad}"
            continue
        if (checkpoint.size, checkpoint.root) != (mark.size, mark.root) or checkpoint.origin not in names:
            yield f"checkpoint of size {mark.size}: its signed text says something else than what is kept beside it"
        if record is None or checkpoint.origin == record.log:
            yield from periods.misuses(key, mark.size)
        yield from _statement(mark, checkpoint, trusted, record)


def _opened(note: str, trusted: Sequence[bytes]) -> tuple[Checkpoint, bytes]:
    checkpoint = parse_checkpoint(split_note(note)[0])
    return checkpoint, open_note(note, trusted, checkpoint.origin)[1]


def _statement(
    mark: SignedCheckpoint, checkpoint: Checkpoint, trusted: Sequence[bytes], record: Record | None
) -> Iterator[str]:
    """Yield what is wrong with what is kept beside the checkpoint: its position, reason and time."""
    where = f"checkpoint of size {mark.size}: its position, reason and time"
    if mark.statement is None:
        if record is not None and checkpoint.origin == record.log and mark.size > record.statements_since:
            yield f"{where} are not signed"
        return
    statement = statement_text(checkpoint.origin, Tree(mark.size, mark.root), mark.position, mark.reason, mark.made_at)
    try:
        text, _ = open_note(mark.statement, trusted, checkpoint.origin)
    except BadNote as bad:
        yield f"{where}: {bad}"
        return
    if text != statement:
        _, _, _, _, position, reason, made_at, *_ = [*text.split("\n"), *[""] * 7]
        yield f"{where} are not what was signed: position {position}, {reason}, {made_at}"


def check_record(tiles: Conn, signed: Sequence[SignedCheckpoint], record: Record) -> Iterator[str]:
    """Yield where the database says something else than the key's own record."""
    name = log_name(tiles)
    if name != record.log:
        yield f"the log is {record.log}, {OWN_RECORD}; " + (
            f"the database says that it is {name}" if name else "the database has no name for it"
        )
    if record.signed and not any((mark.size, mark.root) == (record.signed.size, record.signed.root) for mark in signed):
        yield f"{record.signed.size} events were signed, {OWN_RECORD}: the checkpoint of that size is gone"
    stored_keys = {(key.public_key, key.since_size, key.until_size) for key in checkpoints.keys(tiles)}
    if stored_keys != {(key.public_key, key.since_size, key.until_size) for key in record.keys}:
        yield f"the keys in the database are not those that signed, {OWN_RECORD}"


class _KeyPeriods:
    """When each key may sign: from the end of the one before, and never again once another has signed."""

    def __init__(self, keys: Sequence[PublicKey]) -> None:
        self._keys = {key.public_key: key for key in keys}
        self._current: bytes | None = None
        self._ended: dict[bytes, int] = {}

    def unknown(self, trusted: Sequence[bytes]) -> Iterator[str]:
        for key in self._keys.values():
            if key.public_key not in trusted:
                since = f"the key in use since size {key.since_size}"
                yield f"{since} is unknown here: if it is yours, name its public half with --key"

    def misuses(self, key: bytes, size: int) -> Iterator[str]:
        """Checkpoints must come in the order of their sizes."""
        if key in self._ended:
            yield _rolled_back_key(size, f"ended at size {self._ended[key]}")
            return
        if self._current not in (None, key):
            self._ended[self._current] = size - 1
        self._current = key
        period = self._keys.get(key)
        if period is not None and not period.may_sign(size):
            ended = period.until_size is not None and size > period.until_size
            why = f"ended at size {period.until_size}" if ended else f"began at size {period.since_size}"
            yield _rolled_back_key(size, why)


def _rolled_back_key(size: int, why: str) -> str:
    return f"checkpoint of size {size}: signed by a rolled-back key, which {why}"


def check_copies(tiles: Conn, copies: Sequence[Copy], trusted: Sequence[bytes], record: Record | None) -> Iterator[str]:
    names = record.names() if record else {log_name(tiles)}
    for copy in copies:
        try:
            if _opened(copy.note, trusted)[0].origin not in names:
                yield f"checkpoint, {copy.name}: it is that of another log"
        except BadNote as bad:
            yield f"checkpoint, {copy.name}: {bad}"
