"""Secrets in files: those that an operator names, and those that the embedded setup makes for itself."""

from __future__ import annotations

import base64
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from application.files.store import fsync_folder


def make_key() -> str:
    """Return a new random key of 32 bytes, as it is configured and kept."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def make_token_secret() -> str:
    return secrets.token_urlsafe(48)


def read_secret(path: Path) -> str:
    """Return what the file holds. Raises ValueError where it cannot be read, or everybody may."""
    try:
        if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            raise ValueError(f"everybody on this machine may read or write {path}; chmod o-rwx it")
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "no text"
        raise ValueError(f"a file that can be read is needed; {path}: {reason}") from None


def kept_or_made(value: Any, make: Callable[[], str]) -> Any:
    """Return what the file holds where `value` is a path, else `value`. Makes the file where there is none."""
    if not isinstance(value, Path):
        return value
    try:
        if not value.exists():
            _create(value, make())
        return value.read_text(encoding="utf-8", errors="replace").strip()
    except OSError as error:
        raise ValueError(
            f"not set, and it cannot be kept in {value} ({error.strerror}); "
            "set PARENTALITE_HOME to a folder that can be written"
        ) from None


def lost(key: Path, beside: Path) -> str | None:
    """Return what to do where a key is missing though what it was used for is there.

    A new one would start well, and leave every name in the database unreadable, or every event unauthenticated.
    """
    if key.exists() or not beside.exists():
        return None
    home = key.parent.parent
    return (
        f"{home} holds a database, and its key {key} is missing; put that file back, set the variable to the key in "
        f"use, or remove {home / 'postgres'} to start afresh"
    )


def _create(path: Path, secret: str) -> None:
    """Of two processes at once, one wins for both. The name is on the disk before anything is encrypted with it."""
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, not a rename: it never replaces the key another process may have begun to encrypt with.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    fsync_folder(path.parent)
