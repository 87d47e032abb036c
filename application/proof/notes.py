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

KEY_BYTES = 32

#: Signature types of C2SP signed-note: Ed25519 over a text, and a witness's cosignature with its time.
ED25519, COSIGNATURE = b"\1", b"\4"
_DASH = "— "
#: A note may carry this many signatures: the log's, and those of witnesses.
MAX_SIGNATURES = 64


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


def key_id(name: str, public: bytes, kind: bytes = ED25519) -> bytes:
    """Return the four bytes that identify a key in notes; they depend on its name and the signature's type too."""
    return sha256(name.encode() + b"\n" + kind + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name it signs under, as in C2SP signed-note: `NAME+HEXID+BASE64`."""

    name: str
    public: bytes
    kind: bytes = ED25519

    def __str__(self) -> str:
        identifier = key_id(self.name, self.public, self.kind).hex()
        return f"{self.name}+{identifier}+{base64.b64encode(self.kind + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises BadNote unless the text is a verifier key of Ed25519."""
        needed = "not a verifier key: NAME+HEXID+BASE64 is needed, as C2SP signed-note writes it"
        try:
            name, identifier, encoded = text.split("+", 2)
            material = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error) as error:
            raise BadNote(needed) from error
        key = cls(name, material[1:], material[:1])
        if not is_key_name(name) or len(key.public) != KEY_BYTES or key.kind not in (ED25519, COSIGNATURE):
            raise BadNote(f"{needed}, for a key of Ed25519")
        if str(key) != text:
            raise BadNote(f"not a verifier key: its middle part {identifier!r} does not follow from the others")
        return key


def is_key_name(name: str) -> bool:
    """Return whether notes may be signed under this name: no spaces, no plus, no control characters."""
    return bool(name) and "+" not in name and name.isprintable() and not any(char.isspace() for char in name)


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


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line of a note, not yet verified. `key_id` is its first four bytes, `data` the others."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.data).decode()}\n"


def split_note(note: str) -> tuple[str, list[Signature]]:
    """Return a note's text, with its last newline, and its signatures. Raises BadNote if it is malformed."""
    text, gap, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not gap or not text or lines[-1] or not lines[:-1]:
        raise BadNote("not a signed note: a text, an empty line and its signatures are needed")
    if len(lines) > MAX_SIGNATURES:
        raise BadNote(f"not a signed note that is read here: it has more than {MAX_SIGNATURES - 1} signatures")
    if any(ord(char) < 0x20 and char != "\n" for char in note):
        raise BadNote("not a signed note: it holds control characters")
    return f"{text}\n", [parse_signature(line) for line in lines[:-1]]


def open_note(note: str, trusted: Iterable[bytes], name: str | None = None) -> tuple[str, bytes]:
    """Return a note's text and the trusted public key that signed it, under `name` where one is expected.

    Raises BadNote if the note is malformed, no trusted key signed it, or the signature does not fit.
    """
    text, signatures = split_note(note)
    trusted = list(trusted)
    others: list[str] = []
    for signature in signatures:
        for public in trusted:
            if signature.key_id == key_id(signature.name, public):
                if name not in (None, signature.name):
                    others.append(signature.name)
                    continue
                _verify(public, signature.data, text)
                return text, public
    if others:
        raise BadNote(f"signed under another name: {others[0]}, not {name}")
    raise BadNote("signed by an unknown key: none of its signatures is by a key that is trusted here")


def parse_signature(line: str) -> Signature:
    """Parse a signature line without its newline. Raises BadNote."""
    name, space, encoded = line.removeprefix(_DASH).rpartition(" ")
    try:
        signature = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadNote("a signature line is not base64") from error
    # Base64 has several spellings for the same bytes; accept one, so that a note cannot be altered unnoticed.
    if not line.startswith(_DASH) or not space or base64.b64encode(signature).decode() != encoded:
        raise BadNote("a signature line is malformed")
    if not is_key_name(name) or len(signature) < 5:
        raise BadNote("a signature line is malformed")
    return Signature(name, signature[:4], signature[4:])


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
