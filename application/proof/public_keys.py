"""The public keys as files, for whoever wants to check: the one in use, and those that were."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from psycopg import Connection

from application.proof.checkpoints import PublicKey, keys
from application.proof.notes import to_pem

IN_USE = "checkpoint.pub.pem"


def write_public_keys(conn: Connection[Any], folder: Path) -> None:
    """`checkpoint.pub.pem` and, for each key that was replaced, `checkpoint-<fingerprint>.pub.pem`."""
    for key in keys(conn):
        pem, path = to_pem(key.public_key), folder / _file_name(key)
        if not path.exists() or path.read_text() != pem:
            path.write_text(pem)


def _file_name(key: PublicKey) -> str:
    if key.until_size is None:
        return IN_USE
    return f"checkpoint-{sha256(key.public_key).hexdigest()[:16]}.pub.pem"
