"""Keys of the embedded setup as files under PARENTALITE_HOME."""

from __future__ import annotations

import os
from pathlib import Path


def write_key(path: Path, encoded: str) -> None:
    """Durable once it returns, and readable by nobody else."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(encoded + "\n")
        file.flush()
        os.fsync(file.fileno())


def replace_key(path: Path, encoded: str) -> None:
    """The new key in the place of the old: one of both is there at any moment."""
    draft = path.with_name(f".{path.name}.new")
    write_key(draft, encoded)
    os.replace(draft, path)
