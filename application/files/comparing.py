"""Compare the folder of files with the log: files that it misses, holds changed, or holds without an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from application.files.store import FileStore
from domain.files.stored_file import FileExpired
from domain.kernel.events import registered_events
from eventstore.log import head, stored_of_topics
from eventstore.records import decode

Conn = Connection[Any]
#: Called with (step, done, total).
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class FilesReport:
    """`missing`: by digest, the position of the event that handed the file in last. `stray`: files without an event."""

    named: int
    missing: Mapping[str, int]
    changed: tuple[str, ...]
    stray: tuple[str, ...]

    @property
    def differs(self) -> bool:
        return bool(self.missing or self.changed or self.stray)


def files_of_log(conn: Conn) -> dict[str, int]:
    """Return the digest of every file that the log says is kept, with the position where it was handed in last.

    `conn` is in autocommit mode.
    """
    named: dict[str, int] = {}
    with conn.transaction():
        for row in stored_of_topics(conn, _topics(), head(conn)):
            record = decode(*row)
            match record.event:
                case FileExpired(sha256=sha256):
                    named.pop(sha256, None)
                case event:
                    named[str(getattr(event, "sha256"))] = record.position  # noqa: B009
    return named


def compare_files(conn: Conn, store: FileStore, progress: Progress | None = None) -> FilesReport:
    """Compare every file with the log, and its bytes with its digest. Writes nothing; the site may stay open."""
    # The folder first: a file is in its place before its event is recorded.
    stored = set(store.stored())
    named = files_of_log(conn)
    changed = []
    present = sorted(stored & named.keys())
    for number, sha256 in enumerate(present, 1):
        if not store.is_whole(sha256):
            changed.append(sha256)
        if progress:
            progress("comparing", number, len(present))
    # A file may have come after the folder was listed.
    missing = {
        sha256: position for sha256, position in named.items() if sha256 not in stored and not store.holds(sha256)
    }
    return FilesReport(len(named), missing, tuple(changed), tuple(sorted(stored - named.keys())))


def _topics() -> list[str]:
    """Return the topics of the events that hand a file in, and of its end."""
    return [
        topic
        for topic, event in registered_events().items()
        if event is FileExpired or {"sha256", "size"} <= event.model_fields.keys()
    ]
