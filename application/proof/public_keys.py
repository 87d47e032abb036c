"""The public keys as files: the one in use, and those before it. Never written from the database, which they judge."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from application.proof.notes import to_pem

IN_USE = "checkpoint.pub.pem"
_EARLIER = "checkpoint-{}.pub.pem"


def keep_public_key(public: bytes, folder: Path) -> None:
    """Makes the key the one in use; another that was there before is kept under its fingerprint."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem, path = to_pem(public), folder / IN_USE
    if path.exists():
        before = path.read_text()
        if before == pem:
            return
        (folder / _EARLIER.format(sha256(before.encode()).hexdigest()[:16])).write_text(before)
    path.write_text(pem)


def kept_public_keys(folder: Path) -> list[Path]:
    return sorted([*folder.glob(IN_USE), *folder.glob(_EARLIER.format("*"))])
