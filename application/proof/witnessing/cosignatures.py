"""Cosignatures of witnesses on checkpoints: https://c2sp.org/tlog-cosignature (Ed25519, cosignature/v1)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from application.proof.notes import (
    COSIGNATURE,
    BadNote,
    Signature,
    SigningKey,
    VerifierKey,
    key_id,
    split_note,
)

_TIME = struct.Struct(">Q")
_SIGNATURE_BYTES = 64
_LATEST_TIME = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A verified one: `at` is when the witness saw this as the largest tree of the log."""

    witness: VerifierKey
    at: datetime
    line: str


def witness_key(name: str, key: SigningKey) -> VerifierKey:
    return VerifierKey(name, key.public, COSIGNATURE)


def cosign(text: str, name: str, key: SigningKey, now: datetime) -> str:
    """Return the signature line of a witness on a checkpoint's text."""
    seconds = int(now.timestamp())
    signature = key.private.sign(_message(text, seconds))
    return Signature(name, key_id(name, key.public, COSIGNATURE), _TIME.pack(seconds) + signature).line


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosignatures(note: str, witnesses: Iterable[VerifierKey]) -> list[Cosignature]:
    """Return the valid cosignatures of these witnesses on a note. Raises BadNote if one of theirs does not fit.

    Signatures of others are passed over, as the specification asks.
    """
    text, signatures = split_note(note)
    return [valid for witness in witnesses for valid in _of(witness, text, signatures)]


def _of(witness: VerifierKey, text: str, signatures: Iterable[Signature]) -> Iterator[Cosignature]:
    expected = (witness.name, key_id(witness.name, witness.public, COSIGNATURE))
    for signature in signatures:
        if (signature.name, signature.key_id) == expected:
            yield Cosignature(witness, _verify(witness, text, signature.data), signature.line)
            return


def _verify(witness: VerifierKey, text: str, data: bytes) -> datetime:
    broken = f"the cosignature of {witness.name} does not fit the checkpoint"
    if len(data) != _TIME.size + _SIGNATURE_BYTES:
        raise BadNote(broken)
    (seconds,) = _TIME.unpack_from(data)
    if not 0 < seconds <= _LATEST_TIME:
        raise BadNote(broken)
    try:
        Ed25519PublicKey.from_public_bytes(witness.public).verify(data[_TIME.size :], _message(text, seconds))
        return datetime.fromtimestamp(seconds, UTC)
    except (InvalidSignature, ValueError, OverflowError, OSError):
        raise BadNote(broken) from None


def own_part(note: str, name: str) -> str:
    """Return the note with the signatures under this name alone, those of the log: what time stamps are made over."""
    text, signatures = split_note(note)
    return text + "\n" + "".join(signature.line for signature in signatures if signature.name == name)
