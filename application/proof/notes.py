"""Signed notes, and checkpoints written as such: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint

A note is a text that ends with a newline, an empty line, and a line for each signature: an em dash, the key's name, and
base64 of the key's id (4 bytes) and the Ed25519 signature of the text.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)

from application.proof.merkle import HASH_BYTES

_ED25519 = b"\1"
_DASH = "— "


class BadNote(Exception):
    """Raised when a note or a key is malformed or not trusted; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree at one moment: `origin` names the log, `size` counts its leaves."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 private key; `seed` is its 32 bytes, never shown in a `repr`."""

    private: Ed25519PrivateKey

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def seed(self) -> bytes:
        return self.private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())

    def sign(self, text: str, name: str) -> str:
        """Return the signed note of a text, which must end with a newline."""
        signature = key_id(name, self.public) + self.private.sign(text.encode())
        return f"{text}\n{_DASH}{name} {base64.b64encode(signature).decode()}\n"


def key_id(name: str, public: bytes) -> bytes:
    """Return the four bytes that identify a key in notes; they depend on the log's name too."""
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def to_pem(public: bytes) -> str:
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def from_pem(pem: str) -> bytes:
    """Return the 32 bytes of an Ed25519 public key. Raises BadNote if the text is not one."""
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise BadNote(
            "not a public key in PEM: a text that begins with -----BEGIN PUBLIC KEY----- is needed"
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadNote("not an Ed25519 key: checkpoints are signed with Ed25519")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def open_note(note: str, trusted: Iterable[bytes]) -> tuple[str, bytes]:
    """Return a note's text and the trusted public key that signed it.

    Raises BadNote if the note is malformed, no trusted key signed it, or the signature does not fit.
    """
    text, gap, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not gap or not text or lines[-1] or not lines[:-1]:
        raise BadNote("not a signed note: a text, an empty line and its signatures are needed")
    text += "\n"
    trusted = list(trusted)
    for line in lines[:-1]:
        name, signature = _signature(line)
        for public in trusted:
            if signature[:4] == key_id(name, public):
                _verify(public, signature[4:], text)
                return text, public
    raise BadNote("signed by an unknown key: none of its signatures is by a key that is trusted here")


def _signature(line: str) -> tuple[str, bytes]:
    name, space, encoded = line.removeprefix(_DASH).rpartition(" ")
    try:
        signature = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise BadNote("a signature line is not base64") from error
    # Base64 has several spellings for the same bytes; accept one, so that a note cannot be altered unnoticed.
    if not line.startswith(_DASH) or not space or not name or base64.b64encode(signature).decode() != encoded:
        raise BadNote("a signature line is malformed")
    return name, signature


def _verify(public: bytes, signature: bytes, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except InvalidSignature:
        raise BadNote("the signature does not fit the text") from None


def parse_checkpoint(text: str) -> Checkpoint:
    """Parse a note's text as a checkpoint. Raises BadNote if it is not one."""
    try:
        origin, size, encoded, end = text.split("\n")
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(encoded, validate=True))
    except (ValueError, binascii.Error) as error:
        raise BadNote("not a checkpoint: origin, size and root are needed, a line each") from error
    if end or checkpoint.text != text or len(checkpoint.root) != HASH_BYTES or checkpoint.size < 0:
        raise BadNote("not a checkpoint: origin, size and root are needed, a line each")
    return checkpoint
