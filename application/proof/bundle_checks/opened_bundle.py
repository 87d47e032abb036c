"""A bundle under check: its archive, the trusted keys, the reader's demands, and what the checks have read so far."""

from __future__ import annotations

import base64
import binascii
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from application.proof.facts.dossier_facts import Facts
from application.proof.notes import Checkpoint
from application.proof.public_keys import PublicKey
from application.proof.witnessing.policy import Policy
from domain.kernel.actors import Role
from eventstore.records import Recorded
from eventstore.strict_reading import strict_json


class CheckFailed(Exception):
    """Raised when a check fails; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Demands:
    """The demands of a reader on a bundle beside its being genuine; by default none."""

    #: Root certificates (PEM) of time-stamping authorities; without them a time stamp is not checked.
    roots: bytes | None = None
    #: Statuses one of which the dossier must have.
    required: Sequence[str] = ()
    #: The note of a checkpoint from elsewhere, which must be of the same history.
    kept: str | None = None
    #: The witnesses that must have cosigned the checkpoint.
    policy: Policy | None = None
    #: Roles all of whose acts that move money must be signed by the person.
    signing: Sequence[Role] = ()
    #: Whether the bundle must prove that it leaves nothing out.
    complete: bool = False


NO_DEMANDS = Demands()


@dataclass(slots=True)
class OpenedBundle:
    """A bundle under check. `keys`: the trusted public keys. `warnings`: doubts that do not refuse it."""

    archive: zipfile.ZipFile
    keys: Sequence[PublicKey]
    demands: Demands = NO_DEMANDS
    members: list[str] = field(default_factory=list)
    format: int = 0
    dossier_id: UUID = field(default_factory=lambda: UUID(int=0))
    manifest_key: PublicKey = field(default_factory=lambda: PublicKey(b""))
    checkpoint_key: PublicKey = field(default_factory=lambda: PublicKey(b""))
    #: The trusted keys as they were given, before the bundle's own list narrows them.
    configured: Sequence[PublicKey] = ()
    stamped: str = "not stamped: nobody else says when it was there"
    checkpoint: Checkpoint = field(default_factory=lambda: Checkpoint("", 0, b""))
    leaves: list[bytes] = field(default_factory=list)
    records: list[Recorded] = field(default_factory=list)
    facts: Facts = field(default_factory=dict)
    #: The content of dossier.json: the facts, with encrypted texts in clear.
    shown: Facts = field(default_factory=dict)
    #: The layouts that the paper may have.
    layouts: Sequence[int] = ()
    warnings: list[str] = field(default_factory=list)
    #: Why it may leave something out that happened: whoever pays is warned, and may refuse it.
    gaps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.configured = self.keys

    @property
    def names_no_log(self) -> bool:
        """Return whether the key that signed was given without the name of its log."""
        return any(key.name is None for key in self.configured if key.public_key == self.checkpoint_key.public_key)

    def read(self, name: str) -> bytes:
        return self.archive.read(name)

    def text(self, name: str) -> str:
        try:
            return self.read(name).decode()
        except UnicodeDecodeError as error:
            raise CheckFailed(f"{name} is not UTF-8") from error


def json_object(content: bytes, names: Sequence[str], where: str) -> dict[str, Any]:
    """Parse an object of exactly these keys, in any order. Raises CheckFailed."""
    try:
        parsed = strict_json(content)
    except ValueError as error:
        raise CheckFailed(f"{where}: {error}") from error
    if not isinstance(parsed, dict) or set(parsed) != set(names):
        raise CheckFailed(f"{where}: it has not {', '.join(names[:-1])} and {names[-1]}, each once, and nothing else")
    return parsed


def whole_number(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise CheckFailed(f"{name} is not a whole number")
    return value


def from_base64(encoded: object) -> bytes:
    """Decode base64 in its one form. Raises CheckFailed."""
    try:
        if isinstance(encoded, str) and base64.b64encode(data := base64.b64decode(encoded)).decode() == encoded:
            return data
    except (binascii.Error, ValueError):
        pass
    raise CheckFailed("a value is not base64, or not in its one form")


def hashes(encoded: object) -> list[bytes]:
    """Decode the hashes of a proof. Raises CheckFailed."""
    if not isinstance(encoded, list):
        raise CheckFailed("a proof is not a list of hashes")
    return [from_base64(node) for node in encoded]
