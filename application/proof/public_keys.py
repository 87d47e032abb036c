"""The public keys as files: the current one and its predecessors. Never written from the database they judge."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from application.proof.notes import to_pem

IN_USE = "checkpoint.pub.pem"
_EARLIER = "checkpoint-{}.pub.pem"


def save_public_key(public: bytes, folder: Path) -> None:
    """Make the key the current one; rename the file of its predecessor after its fingerprint."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem, path = to_pem(public), folder / IN_USE
    if path.exists():
        before = path.read_text()
        if before == pem:
            return
        (folder / _EARLIER.format(sha256(before.encode()).hexdigest()[:16])).write_text(before)
    path.write_text(pem)


def list_public_keys(folder: Path) -> list[Path]:
    return sorted([*folder.glob(IN_USE), *folder.glob(_EARLIER.format("*"))])
