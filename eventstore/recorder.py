"""Writing to the log: the library's PostgreSQL recorder, its table lock and NOTIFY, plus group commit.

Commands that arrive together are recorded in one transaction, each with its own version check, idempotency key and
outcome. Under the table lock the checks are exact: a decision is recorded only if no stream that it read has changed.
Positions are assigned in commit order, so a tailing reader misses none.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from time import monotonic
from typing import Any
from uuid import UUID

from eventsourcing.persistence import PersistenceError, StoredEvent
from eventsourcing.postgres import ConnectionPool, PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection
from psycopg.errors import LockNotAvailable, ReadOnlySqlTransaction, UniqueViolation
from psycopg.rows import DictRow
from psycopg_pool import PoolTimeout

from eventstore.authenticators import EventKeys, MissingKey, columns
from eventstore.connections import RECORDING, recorder_pool
from eventstore.log import LAST_EVENTS
from eventstore.log_table import log_exists, prepare_log
from eventstore.unavailable import Unavailable, is_connection_lost, is_unavailable

EVENTS_TABLE = "stored_events"
#: The channel that the library notifies on every commit.
EVENTS_CHANNEL = EVENTS_TABLE

_OUTCOMES = (
    "SELECT idempotency_key, content_digest, subject_id, position FROM command_outcomes WHERE idempotency_key = ANY(%s)"
)
#: Array parameters (`authenticators.columns`) instead of the library's composites: thousands of rows stay linear.
INSERT_EVENTS = """
INSERT INTO stored_events (originator_id, originator_version, topic, state, authenticator)
SELECT id, version, topic, state, authenticator
FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::bytea[])
     WITH ORDINALITY AS e(id, version, topic, state, authenticator, place)
ORDER BY place
RETURNING notification_id"""
# Each stored outcome has the position of the command's last event.
_INSERT = f"""
WITH inserted AS (
    {INSERT_EVENTS}, originator_id, originator_version
), kept AS (
    INSERT INTO command_outcomes (idempotency_key, content_digest, subject_id, position)
    SELECT key, digest, subject, notification_id
    FROM unnest(%s::uuid[], %s::bytea[], %s::uuid[], %s::uuid[], %s::bigint[]) AS k(key, digest, subject, id, version)
         JOIN inserted ON (originator_id, originator_version) = (k.id, k.version)
)
SELECT notification_id FROM inserted ORDER BY notification_id"""


#: The sessions that hold a lock which recording needs. Readers never block it.
_HOLDERS = """
SELECT pid, application_name, state, mode, xact_start, query_start
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE relation = 'stored_events'::regclass AND granted AND mode <> 'AccessShareLock' AND pid <> pg_backend_pid()"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's key for one command, and the digest of the command's content."""

    key: UUID
    content_digest: bytes


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision to record: its events, and every stream that it read with its version then (0: no events)."""

    subject_id: UUID
    events: Sequence[StoredEvent]
    reads: Mapping[UUID, int]
    idempotency: Idempotency | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a command: the thing it was about, and the log position of its last event."""

    subject_id: UUID
    position: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """The idempotency key was used before: the digest of the first content, and its outcome."""

    content_digest: bytes
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Outdated:
    """A stream that the decision read has changed: decide again."""

    streams: Sequence[UUID]


Verdict = Outcome | Earlier | Outdated


@dataclass(slots=True)
class _Batch:
    versions: dict[UUID, int]
    #: That of each stream's last event, where it has one.
    authenticators: dict[UUID, bytes | None]
    earlier: dict[UUID, Earlier]
    accepted: list[Decided] = field(default_factory=list)


class CommandRecorder(PostgresApplicationRecorder):
    """The library's application recorder, plus `record` for decided commands.

    Without `keys` it only reads.
    """

    keys: EventKeys | None = None
    #: When recording last failed; None once a later command was recorded. Shows faults that reading does not.
    _failed_at: float | None = None

    def failed_within(self, seconds: float) -> bool:
        """Return whether the last command failed to be recorded, within the last `seconds`."""
        failed_at = self._failed_at
        return failed_at is not None and monotonic() - failed_at < seconds

    def note_failure(self) -> None:
        """Note that a command failed before it reached the log, for instance at the table of keys."""
        self._failed_at = monotonic()

    def earlier_outcome(self, key: UUID) -> Earlier | None:
        """Return the former use of the idempotency key, or None."""
        with self.datastore.cursor() as curs:
            return _earlier(curs.execute(_OUTCOMES, [[key]]).fetchall()).get(key)

    @property
    def key(self) -> bytes:
        """The key in use. Raises MissingKey."""
        if self.keys is None:
            raise MissingKey("without the key of events nothing can be appended")
        return self.keys.current

    def record(self, batch: Sequence[Decided]) -> list[Verdict]:
        """Record, in one transaction, each decision of the batch that is still valid. Return verdicts in batch order.

        Raise Unavailable if the database fails: nothing of the batch was recorded, or the connection was lost during
        commit (`maybe_recorded`). Repeating the commands with their idempotency keys is always safe.
        """
        try:
            return self._record(batch)
        except Unavailable as unavailable:
            if unavailable.maybe_recorded or not is_connection_lost(unavailable):
                raise
        # The connection died in the pool, and others may have too. It sent nothing, so trying again is safe.
        self.datastore.pool.drain()
        return self._record(batch)

    def _record(self, batch: Sequence[Decided]) -> list[Verdict]:
        sent = False
        try:
            with self.datastore.get_connection() as conn, conn.cursor() as insertion:
                # Two round trips: the checks, then the writes with their commit.
                with conn.pipeline(), conn.transaction():
                    state = self._lock_and_read(conn, batch)
                    places = [self._judge(decided, state) for decided in batch]
                    if state.accepted:
                        sent = True
                        insertion.execute(_INSERT, _insertion(self.key, state), prepare=True)
                        with conn.cursor() as notifying:
                            self._notify_channel(notifying)
                positions = [row["notification_id"] for row in insertion.fetchall()] if state.accepted else []
        except Exception as fault:
            if _position_taken(fault):
                # The next command tries the next position: see `eventstore.sequence`.
                log.error("the sequence of positions is behind the log: restart a server, which puts it right")
                raise Unavailable("a position was handed out twice") from fault
            if not is_unavailable(fault):
                raise
            is_lost = is_connection_lost(fault)
            if not is_lost and not isinstance(fault.__cause__, LockNotAvailable | PoolTimeout):
                # A fault that readers do not notice, such as a full disk.
                self._failed_at = monotonic()
            self._log_holders(fault)
            maybe_recorded = sent and is_lost and not isinstance(fault.__cause__, ReadOnlySqlTransaction)
            raise Unavailable("the log cannot be written now", maybe_recorded) from fault
        self._failed_at = None
        outcomes = _outcomes(state.accepted, positions)
        return [outcomes[place] if isinstance(place, int) else place for place in places]

    def _log_holders(self, fault: BaseException) -> None:
        """Log the sessions that hold the log's table, if recording waited for it; never their data."""
        if not isinstance(fault.__cause__, LockNotAvailable):
            return
        try:
            with self.datastore.cursor() as curs:
                holders = curs.execute(_HOLDERS).fetchall()
        except PersistenceError:
            holders = []
        log.error("the log is locked by another session", extra={"holders": holders})

    def _lock_and_read(self, conn: Connection[DictRow], batch: Sequence[Decided]) -> _Batch:
        streams = list({stream for decided in batch for stream in decided.reads})
        keys = [decided.idempotency.key for decided in batch if decided.idempotency]
        with conn.cursor() as locking, conn.cursor() as last, conn.cursor() as earlier:
            self._lock_table(locking)
            last.execute(LAST_EVENTS, [streams], prepare=True)
            if keys:
                earlier.execute(_OUTCOMES, [keys], prepare=True)
            rows = last.fetchall()
            return _Batch(
                {row["id"]: row["version"] or 0 for row in rows},
                {row["id"]: row["authenticator"] for row in rows},
                _earlier(earlier.fetchall() if keys else []),
            )

    @staticmethod
    def _judge(decided: Decided, state: _Batch) -> int | Verdict:
        """Return the decision's place among the accepted, or why it is refused. Later ones see its effect."""
        if decided.idempotency and (earlier := state.earlier.get(decided.idempotency.key)):
            return earlier
        moved = [stream for stream, version in decided.reads.items() if state.versions.get(stream, 0) != version]
        if moved or (decided.idempotency and _key_in(decided.idempotency.key, state.accepted)):
            return Outdated(moved)
        for stored in decided.events:
            state.versions[UUID(str(stored.originator_id))] = stored.originator_version
        state.accepted.append(decided)
        return len(state.accepted) - 1


def _position_taken(fault: BaseException) -> bool:
    cause = fault.__cause__ if fault.__cause__ is not None else fault
    return isinstance(cause, UniqueViolation) and "notification_id" in (cause.diag.constraint_name or "")


def _key_in(key: UUID, accepted: Sequence[Decided]) -> bool:
    return any(decided.idempotency is not None and decided.idempotency.key == key for decided in accepted)


def _earlier(rows: Sequence[DictRow]) -> dict[UUID, Earlier]:
    return {
        row["idempotency_key"]: Earlier(bytes(row["content_digest"]), Outcome(row["subject_id"], row["position"]))
        for row in rows
    }


def _insertion(key: bytes, state: _Batch) -> list[list[Any]]:
    """Return the parameters of `_INSERT`: columns of events, then columns of outcomes to store."""
    events = [stored for decided in state.accepted for stored in decided.events]
    keyed = [(decided.idempotency, decided) for decided in state.accepted if decided.idempotency]
    return [
        *columns(key, events, state.authenticators),
        [idempotency.key for idempotency, _ in keyed],
        [idempotency.content_digest for idempotency, _ in keyed],
        [decided.subject_id for _, decided in keyed],
        [decided.events[-1].originator_id for _, decided in keyed],
        [decided.events[-1].originator_version for _, decided in keyed],
    ]


def _outcomes(accepted: Sequence[Decided], positions: Sequence[int]) -> list[Outcome]:
    """Return the outcome of each decision, with the position of its last event."""
    reached = accumulate(len(decided.events) for decided in accepted)
    return [Outcome(decided.subject_id, positions[last - 1]) for decided, last in zip(accepted, reached, strict=True)]


def open_datastore(pool: ConnectionPool[Connection[Any]]) -> PostgresDatastore:
    """Return the library's datastore, on a pool of ours."""
    # The library sets its own lock timeout before it locks, and 0 would lift the connection's.
    datastore = PostgresDatastore("", "", "", "", "", lock_timeout=RECORDING.lock)
    datastore.pool = pool
    return datastore


def open_recorder(conn: Connection[Any], database_url: str, keys: EventKeys) -> CommandRecorder:
    """Open a recorder on the database and create missing tables on `conn`. Raises NotOwner."""
    recorder = CommandRecorder(open_datastore(recorder_pool(database_url, 2)))
    recorder.keys = keys
    if not log_exists(conn):
        recorder.create_table()
    prepare_log(conn)
    return recorder
