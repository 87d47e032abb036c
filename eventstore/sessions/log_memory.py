"""Remember what this process has seen of the log, to notice a log that went back (a restore, a lossy fail-over).

A position that was given to an event which is gone may be given again, to another one. States that were folded, answers
that wait and readers that were told a position would then speak of events that nobody has.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
from psycopg import Connection
from psycopg.errors import UndefinedTable
from psycopg.rows import dict_row

from eventstore.unavailable import Unavailable

log = logging.getLogger(__name__)

#: In PARENTALITE_HOME.
SEEN_FILE = "log-seen.json"
RESTORED_TOPIC = "log.restored"
#: The operator's way on.
WAY_ON = 'parentalite went-back --why "…" lets the service go on without what is gone'

#: Reads by the primary key, and the end of the log that this process has not seen yet. With nothing seen, nothing is
#: compared: the whole log would be read.
LOOK = f"""
SELECT pg_postmaster_start_time() AS started, (SELECT system_identifier FROM pg_control_system()) AS cluster,
    current_database() AS database, last.notification_id AS position, sha256(last.state) AS digest,
    %(seen)s::bigint AS looked_for,
    (SELECT sha256(state) FROM stored_events WHERE notification_id = %(seen)s) AS seen_digest,
    %(seen)s::bigint > 0 AND EXISTS (
        SELECT FROM stored_events WHERE notification_id > %(seen)s AND topic = '{RESTORED_TOPIC}'
    ) AS restored
FROM (SELECT) AS always LEFT JOIN LATERAL (
    SELECT notification_id, state FROM stored_events ORDER BY notification_id DESC LIMIT 1) AS last ON true"""


class LogWentBack(Unavailable):
    """The log lacks an event that this process has seen."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A position of the log, and the SHA-256 of what was stored there."""

    position: int = 0
    digest: bytes = b""


class LogMemory:
    """Thread-safe. `on_change` are called when another server answers or the log went back: they forget states."""

    def __init__(self) -> None:
        self.on_change: list[Callable[[], None]] = []
        #: The fault, for as long as it lasts.
        self.fault: LogWentBack | None = None
        self._seen = Seen()
        #: Recorded after that. Its digest is made once somebody compares it: the client waits meanwhile.
        self._recorded: tuple[int, bytes] | None = None
        self._started: datetime | None = None
        #: The database that was seen, for the file.
        self._database: tuple[int, str] | None = None
        self._file: Path | None = None
        self._kept = Seen()
        self._guard = Lock()

    @property
    def seen(self) -> Seen:
        with self._guard:
            return self._latest()

    def _latest(self) -> Seen:
        if self._recorded is not None:
            position, state = self._recorded
            self._seen, self._recorded = Seen(position, sha256(state).digest()), None
        return self._seen

    def saw(self, position: int, state: bytes) -> None:
        """Remember an event that was recorded."""
        with self._guard:
            if position > self._seen.position and (self._recorded is None or position > self._recorded[0]):
                self._recorded = position, state

    def raise_fault(self) -> None:
        """Raise LogWentBack if the log went back."""
        if self.fault is not None:
            raise LogWentBack(str(self.fault))

    def look(self, conn: Connection[Any]) -> None:
        """Compare the log behind a connection, if there is one yet, with what was seen. Raises LogWentBack."""
        with suppress(UndefinedTable), conn.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(LOOK, {"seen": self.seen.position}).fetchone()
            assert row is not None
            self.compare(row)

    def compare(self, row: Mapping[str, Any]) -> None:
        """Take up a row of LOOK. Raises LogWentBack."""
        with self._guard:
            forgets = self._compare(row)
            self._keep()
        for forget in self.on_change if forgets else ():
            forget()
        self.raise_fault()

    def _compare(self, row: Mapping[str, Any]) -> bool:
        """Return whether states have to be forgotten."""
        is_other = self._started not in (None, row["started"])
        self._started, self._database = row["started"], (row["cluster"], row["database"])
        seen, head = self._latest(), Seen(row["position"] or 0, row["digest"] or b"")
        if row["looked_for"] != seen.position:
            # Something was recorded meanwhile: the next look compares it.
            return is_other
        if seen.position and (row["seen_digest"] or b"") != seen.digest and not row["restored"]:
            if self.fault is None:
                self.fault = LogWentBack(
                    f"the log went back: event {seen.position}, which was seen here, is gone or another, and the "
                    f"last is {head.position}; {WAY_ON}"
                )
                log.error(str(self.fault))
                return True
            return is_other
        was_wrong, self.fault = self.fault is not None, None
        if head.position > seen.position or row["restored"]:
            self._seen = head
        return is_other or was_wrong

    def keep_in(self, file: Path, conn: Connection[Any]) -> None:
        """Take up what earlier processes have seen, and keep in the file what this one sees. Raises LogWentBack.

        The file is of one database: the memory of another one is left out.
        """
        self.look(conn)
        remembered = read_seen(file)
        if remembered is not None and remembered[0] == self._database:
            self._seen, self._recorded = remembered[1], None
            self.look(conn)
        self._file = file
        self._keep()

    def _keep(self) -> None:
        if self._file is None or self._database is None or self._seen == self._kept or self.fault is not None:
            return
        cluster, database = self._database
        content = {"cluster": cluster, "database": database, "position": self._seen.position}
        draft = self._file.with_name(f".{self._file.name}.{secrets.token_hex(4)}")
        try:
            draft.write_bytes(orjson.dumps({**content, "digest": self._seen.digest.hex()}))
            draft.replace(self._file)
        except OSError as error:
            log.warning("what was seen of the log cannot be kept", extra={"reason": error.strerror})
        self._kept = self._seen


#: The memory that works begun in this context compare the log with.
works_memory: ContextVar[LogMemory | None] = ContextVar("works_memory", default=None)


@contextmanager
def works_compare_with(memory: LogMemory) -> Iterator[None]:
    """Let works that begin in this context stand still while the log lacks what was seen here."""
    before = works_memory.set(memory)
    try:
        yield
    finally:
        works_memory.reset(before)


def read_seen(file: Path) -> tuple[tuple[int, str], Seen] | None:
    """Return the database of the file, and what was seen of its log; None where there is nothing to read."""
    try:
        content = orjson.loads(file.read_bytes())
        seen = Seen(int(content["position"]), bytes.fromhex(content["digest"]))
        return (int(content["cluster"]), str(content["database"])), seen
    except (OSError, ValueError, KeyError, TypeError):
        return None


def last_seen(home: Path) -> int:
    """Return the last position that processes of this home have seen; 0 where none did."""
    remembered = read_seen(home / SEEN_FILE)
    return remembered[1].position if remembered else 0
