"""Keys of the embedded setup, as files under PARENTALITE_HOME."""

from __future__ import annotations

import os
from pathlib import Path


def write_key(path: Path, encoded: str) -> None:
    """Write durably, readable by the owner only."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(encoded + "\n")
        file.flush()
        os.fsync(file.fileno())


def replace_key(path: Path, encoded: str) -> None:
    """Replace the old key atomically."""
    draft = path.with_name(f".{path.name}.new")
    write_key(draft, encoded)
    os.replace(draft, path)
