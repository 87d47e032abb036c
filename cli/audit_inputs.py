"""Files that the audit commands read: public keys, notes, certificates."""

from __future__ import annotations

from pathlib import Path

from application.proof.notes import BadNote
from application.proof.public_keys import PublicKey, read_public_keys
from cli.console import Refused


def read_keys(values: list[str]) -> list[PublicKey]:
    """Return every public key in these files, and the verifier keys among the values. Raises BadNote, naming it."""
    keys: list[PublicKey] = []
    for value in values:
        is_key = "+" in value and not Path(value).exists()
        try:
            keys += read_public_keys(value if is_key else read_text(Path(value)))
        except BadNote as bad:
            raise BadNote(f"--key {value}: {bad}") from None
    return keys


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})") from None
