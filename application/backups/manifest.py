"""The manifest of a backup: what was copied, as of which position, and the digest of each file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from application.files.store import fsync_folder

MANIFEST, ITS_DIGEST = "manifest.json", "manifest.sha256"
DATABASE, FILES, ERASURES = "database", "files", "erasures.jsonl"
#: Files of the secrets in a backup of keys, as in the embedded setup.
KEY_FILES = {
    "master_key": "master-key",
    "checkpoint_key": "checkpoint-key",
    "event_key": "event-key",
    "token_secret": "token-secret",
}
#: Called with (step, done, total).
Progress = Callable[[str, int, int], None]


class BadBackup(Exception):
    """Raised where a folder holds no whole backup. The message says in one line what is wrong."""


class FileEntry(BaseModel):
    """A file of the backup: its size in bytes, and its SHA-256 in hexadecimal."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class Checkpoint(BaseModel):
    """The last signed checkpoint in the database: the tree's size, its last position, and the note that others keep."""

    model_config = ConfigDict(frozen=True)

    size: int
    position: int
    note: str


class Manifest(BaseModel):
    """Everything of the log up to `position` is in the backup; a few events after it may be, recorded meanwhile.

    A backup of keys has no database: those fields are None.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal[1] = 1
    holds: Literal["data", "keys"]
    made_at: AwareDatetime
    parentalite: str
    postgresql: str | None = None
    system_identifier: str | None = None
    position: int | None = None
    log: str | None = None
    checkpoint: Checkpoint | None = None
    files: Mapping[str, FileEntry]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest durably, last of all: a folder without one holds no backup."""
    content = manifest.model_dump_json(indent=1).encode() + b"\n"
    digest = hashlib.sha256(content).hexdigest()
    # In the form that sha256sum --check reads.
    for name, text in ((ITS_DIGEST, f"{digest}  {MANIFEST}\n".encode()), (MANIFEST, content)):
        with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    fsync_folder(folder)


def read_manifest(folder: Path, holds: Literal["data", "keys"] | None = "data") -> Manifest:
    """Return the manifest of a backup of that kind, or of any. Raises BadBackup."""
    try:
        content = (folder / MANIFEST).read_bytes()
        digest = (folder / ITS_DIGEST).read_text(encoding="ascii").split()[0]
        if hashlib.sha256(content).hexdigest() != digest:
            raise BadBackup(f"{folder / MANIFEST} is damaged: it is not what {ITS_DIGEST} is of")
        manifest = Manifest.model_validate_json(content)
    except FileNotFoundError as error:
        raise BadBackup(f"{folder} holds no whole backup: {Path(error.filename).name} is missing") from None
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise BadBackup(f"{folder} cannot be read: {error}") from None
    except ValidationError as error:
        raise BadBackup(f"{folder / MANIFEST} is of another version: {error.error_count()} fields differ") from None
    if holds is not None and manifest.holds != holds:
        raise BadBackup(f"{folder} holds a backup of {manifest.holds}, not of {holds}")
    return manifest


def paths_in(folder: Path) -> Iterator[str]:
    """Yield every file under the folder, by its path from there."""
    for place, _, names in os.walk(folder):
        for name in names:
            yield str(Path(place, name).relative_to(folder))


def entry_of(path: Path) -> FileEntry:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileEntry(size=file.tell(), sha256=digest)


def damages(folder: Path, manifest: Manifest, progress: Progress) -> list[str]:
    """Return what differs from the manifest, a line for each file: missing, changed, or not in it."""
    faults = []
    total = sum(entry.size for entry in manifest.files.values())
    bytes_read = 0
    for name, entry in manifest.files.items():
        try:
            if entry_of(folder / name) != entry:
                faults.append(f"{name}: changed")
        except FileNotFoundError:
            faults.append(f"{name}: missing")
        except OSError as error:
            faults.append(f"{name}: {error.strerror}")
        bytes_read += entry.size
        progress("verifying", bytes_read // 1024, total // 1024)
    others = set(paths_in(folder)) - manifest.files.keys() - {MANIFEST, ITS_DIGEST}
    return [*faults, *(f"{name}: not in the manifest" for name in sorted(others))]
