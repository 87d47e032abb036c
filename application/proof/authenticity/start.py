"""Where authenticators begin: a log of an earlier version holds events that were recorded before there were any.

They end at one position, which stands in a small signed file beside the key of events, out of the database, with the
root of the tree of all events up to it. Without the file every event must carry a valid authenticator.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from application.files.store import fsync_folder
from application.proof.merkle import HASH_BYTES
from application.proof.notes import BadNote, SigningKey, open_note
from application.proof.signer_memory import SigningRefused

HEADER = "parentalite-event-start/1"


class BadStart(SigningRefused):
    """Raised when the file cannot be believed; the message says why."""


@dataclass(frozen=True, slots=True)
class EventStart:
    """Events up to `position` need no authenticator: the tree of the first `size` events has this root."""

    position: int = 0
    size: int = 0
    root: bytes = b""

    @property
    def text(self) -> str:
        root = base64.b64encode(self.root).decode()
        return f"{HEADER}\n{self.position}\n{self.size}\n{root}\n"


#: Every event has one.
FROM_THE_BEGINNING = EventStart()


@dataclass(frozen=True, slots=True)
class StartFile:
    path: Path

    def read(self, trusted: Sequence[bytes]) -> EventStart | None:
        """Return what the file says, None if there is none. Raises BadStart unless one of the keys signed it."""
        try:
            note = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            raise BadStart(f"{self.path} cannot be read ({reason}); put it back from a backup of the keys") from error
        try:
            return _parse(open_note(note, trusted)[0])
        except BadNote as bad:
            raise BadStart(f"{self.path} does not hold ({bad}); put it back from a backup of the keys") from bad

    def write(self, start: EventStart, key: SigningKey, log_name: str) -> None:
        """Replace the file, whole or not at all; it is on the disk when this returns."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            with draft.open("x", encoding="utf-8") as file:
                file.write(key.sign(start.text, log_name))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        fsync_folder(self.path.parent)


def _parse(text: str) -> EventStart:
    try:
        header, position, size, root, end = text.split("\n")
        start = EventStart(int(position), int(size), base64.b64decode(root, validate=True))
    except ValueError as error:
        raise BadNote("not where authenticators begin") from error
    fits = len(start.root) == (HASH_BYTES if start.size else 0) and 0 <= start.size <= start.position
    if (header, end) != (HEADER, "") or start.text != text or not fits:
        raise BadNote("not where authenticators begin")
    return start
