"""Files that people hand in, stored outside the log under the SHA-256 of their content.

A stored file is never changed. Reading compares it with its name: an altered file is reported, not served.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import time
from typing import BinaryIO

log = logging.getLogger(__name__)

_CHUNK = 256 * 1024
_A_DAY = 24 * 3600
_DIGEST = re.compile("[0-9a-f]{64}")


class BadStoredFile(Exception):
    """Raised when a stored file cannot be returned. The message (French) says why, without its content."""


class FileChanged(BadStoredFile):
    """Raised when the bytes on the disk are no longer those handed in."""


class FileMissing(BadStoredFile):
    """Raised when the file is not in its place."""


class FileExpired(BadStoredFile):
    """Raised when the file was deleted at the end of its retention, as recorded in the log."""


@dataclass
class Draft:
    """A file on the disk that disappears with the end of `FileStore.draft`, unless `keep` is called."""

    path: Path
    sha256: str
    size: int
    _place: Path

    def keep(self) -> None:
        """Move the file to its place durably. May be called again."""
        if not self.path.exists():
            return
        for folder in (self._place.parent.parent, self._place.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Also over an existing file of that name, which may be damaged.
        os.replace(self.path, self._place)
        for folder in list(self._place.parents)[:3]:
            fsync_folder(folder)


class NoDraft(Draft):
    """A placeholder for a file that nobody has looked at yet."""

    def __init__(self) -> None:
        super().__init__(Path(os.devnull), "0" * 64, 1, Path(os.devnull))

    def keep(self) -> None:
        pass


class FileStore:
    """Stores files in a folder that processes on several machines may share. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._drafts = folder / "drafts"
        self._sweep()

    @contextmanager
    def draft(self, source: BinaryIO) -> Iterator[Draft]:
        """Copy the rest of `source` to a file, computing its digest, for the length of the `with`."""
        self._drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._drafts)
        path = Path(name)
        try:
            digest, size = hashlib.sha256(), 0
            with open(descriptor, "wb") as file:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            yield Draft(path, digest.hexdigest(), size, self._place(digest.hexdigest()))
        finally:
            path.unlink(missing_ok=True)

    def read(self, sha256: str) -> bytes:
        """Return the bytes handed in. Raises FileChanged or FileMissing, logged as errors."""
        try:
            content = self._place(sha256).read_bytes()
        except FileNotFoundError:
            if self._tombstone(sha256).exists():
                raise FileExpired(
                    "Ce fichier a été supprimé au terme de sa conservation ; son empreinte reste dans l'historique."
                ) from None
            log.error("stored file missing", extra={"sha256": sha256})
            raise FileMissing("Le fichier conservé est introuvable ; l'incident est signalé.") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            log.error("stored file changed", extra={"sha256": sha256})
            raise FileChanged(
                "Le fichier conservé ne correspond plus à son empreinte : il n'est pas remis ; l'incident est signalé."
            )
        return content

    def stored(self) -> Iterator[str]:
        """Yield the SHA-256 of every file that is there."""
        return (digest for digest, _ in self._files())

    def stored_before(self, moment: datetime) -> Iterator[str]:
        """Yield the SHA-256 of every file stored before that moment, by the disk's clock."""
        return (digest for digest, path in self._files() if path.stat().st_mtime < moment.timestamp())

    def holds(self, sha256: str) -> bool:
        return self._place(sha256).exists()

    def path(self, sha256: str) -> Path:
        """Return the place of a file, whether it is there or not."""
        return self._place(sha256)

    def is_whole(self, sha256: str) -> bool:
        """Return whether the bytes of a file that is there are those handed in."""
        with self._place(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    def _files(self) -> Iterator[tuple[str, Path]]:
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            digest = path.parent.name + path.name
            if _DIGEST.fullmatch(digest) is not None:
                yield digest, path

    def remove(self, sha256: str) -> None:
        """Delete a file whose expiry is recorded. May be called again; handing the file in again restores it."""
        place = self._place(sha256)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._tombstone(sha256).touch(mode=0o600)
        place.unlink(missing_ok=True)
        fsync_folder(place.parent)

    def _tombstone(self, sha256: str) -> Path:
        return self._place(sha256).with_suffix(".expired")

    def _sweep(self) -> None:
        """Remove drafts left behind by killed processes."""
        for draft in self._drafts.glob("*"):
            with suppress(FileNotFoundError):
                if draft.stat().st_mtime < time() - _A_DAY:
                    draft.unlink()

    def _place(self, sha256: str) -> Path:
        if _DIGEST.fullmatch(sha256) is None:
            raise ValueError(f"64 hexadecimal digits are needed, not {sha256!r}")
        return self._folder / sha256[:2] / sha256[2:]


def fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
