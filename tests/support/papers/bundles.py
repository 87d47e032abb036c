"""Bundles taken apart, altered, and put together again, as a forger would."""

from __future__ import annotations

import io
import zipfile
from hashlib import sha256
from pathlib import Path

from application.proof.archive import write_archive
from application.proof.bundle import manifest_text
from application.proof.notes import SigningKey, open_note
from application.proof.public_keys import PublicKey
from application.proof.verifying import Check, verify
from tests.support.papers.proved_dossiers import KEY


def checks(path: Path, *keys: SigningKey) -> list[Check]:
    return list(verify(path, [PublicKey(key.public) for key in keys or (KEY,)]))


def wrong(path: Path, *keys: SigningKey) -> str:
    """What the one check that failed says."""
    *passed, last = checks(path, *keys)
    assert all(check.ok for check in passed)
    assert not last.ok
    return last.text


def line_of(path: Path, step: str) -> str:
    """What the check of that step says, its warnings apart."""
    (line,) = [
        check.text for check in checks(path) if check.ok and not check.warning and check.text.startswith(f"{step}: ")
    ]
    return line


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path: Path, contents: dict[str, bytes]) -> Path:
    """A well-formed archive of these members."""
    with path.open("wb") as out:
        write_archive(out, ((name, len(content), io.BytesIO(content)) for name, content in contents.items()))
    return path


def signed_again(path: Path, contents: dict[str, bytes], key: SigningKey = KEY) -> Path:
    """As somebody who holds the key, or another one, would forge it."""
    text, _ = open_note(contents.pop("manifest").decode(), [KEY.public])
    header, dossier_id, *_ = text.split("\n")
    digests = {name: sha256(content).hexdigest() for name, content in contents.items()}
    sizes = {name: len(content) for name, content in contents.items()}
    name = contents["checkpoint"].decode().split("\n")[0]
    manifest = key.sign(manifest_text(header, dossier_id, digests, sizes), name).encode()
    return rewritten(path, {"manifest": manifest, **contents})
