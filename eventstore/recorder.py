"""Writing to the log: the library's PostgreSQL recorder, its table lock and NOTIFY, plus group commit.

Commands that arrive together are recorded in one transaction, each with its own version check, idempotency key and
outcome. Under the table lock the checks are exact: a decision is recorded only if no stream that it read has changed.
Positions are assigned in commit order, so a tailing reader misses none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from importlib.resources import files
from time import monotonic
from typing import Any
from uuid import UUID
from weakref import WeakSet

from eventsourcing.persistence import PersistenceError
from eventsourcing.postgres import ConnectionPool, PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection
from psycopg.errors import (
    InsufficientPrivilege,
    InvalidSqlStatementName,
    LockNotAvailable,
    ReadOnlySqlTransaction,
    UniqueViolation,
)
from psycopg.rows import DictRow
from psycopg_pool import PoolTimeout

from eventstore.authenticators import Chain, EventKeys, LastAuthenticators, MissingKey
from eventstore.connections import POOL_SECONDS, RECORDING
from eventstore.leasing.leases import Lease, is_lease_lost
from eventstore.log_table import NotOwner, log_exists, prepare_log
from eventstore.recording.batches import (
    EVENTS,
    KEYS,
    READS,
    VERDICT,
    Decided,
    Earlier,
    Outcome,
    Verdict,
    apart,
    last_events,
    parameters_of,
    streams_of,
    verdicts_on,
)
from eventstore.sessions.lending import lent
from eventstore.sessions.log_memory import LogMemory
from eventstore.unavailable import Unavailable, is_connection_lost, is_unavailable
from eventstore.wire import encoded, execute, prepare

EVENTS_TABLE = "stored_events"
#: The channel that the library notifies on every commit.
EVENTS_CHANNEL = EVENTS_TABLE

_OUTCOME = "SELECT content_digest, subject_id, position FROM command_outcomes WHERE idempotency_key = %s"
#: One look by the primary key for each. A join might be planned while the log is small, and read it whole later.
_AUTHENTICATORS = """
SELECT e.id AS originator_id, authenticator FROM unnest(%s::uuid[], %s::bigint[]) AS e(id, version)
    CROSS JOIN LATERAL (
        SELECT authenticator FROM stored_events WHERE originator_id = e.id AND originator_version = e.version LIMIT 1
    ) AS stored"""
_FUNCTION = (files("eventstore") / "record_decisions.sql").read_bytes()
_COLUMNS = ", ".join(f"${n}::{name}[]" for n, name in enumerate((*READS, *KEYS, *EVENTS), start=1))
_RECORD = f"SELECT place, position, outdated, digest, subject FROM pg_temp.record_decisions({_COLUMNS})"
_RECORD_LEASED = _RECORD.replace("record_decisions(", "record_leased($14::int4, $15::uuid, ")

#: The sessions that hold a lock which recording needs. Readers never block it.
_HOLDERS = """
SELECT pid, application_name, state, mode, xact_start, query_start
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE relation = 'stored_events'::regclass AND granted AND mode <> 'AccessShareLock' AND pid <> pg_backend_pid()"""

log = logging.getLogger(__name__)


class CommandRecorder(PostgresApplicationRecorder):
    """The library's application recorder, plus `record` for decided commands.

    Without `keys` it only reads.
    """

    keys: EventKeys | None = None
    #: The process's memory of the log, if it keeps one.
    memory: LogMemory | None = None
    #: When recording last failed; None once a later command was recorded. Shows faults that reading does not.
    _failed_at: float | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._authenticators = LastAuthenticators()
        self._with_function: WeakSet[Connection[DictRow]] = WeakSet()

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
            row = curs.execute(_OUTCOME, (key,)).fetchone()
        return Earlier(row["content_digest"], Outcome(row["subject_id"], row["position"])) if row else None

    def forget(self) -> None:
        """Forget what was recorded: another server may answer next, whose log lacks some of it."""
        self._authenticators.clear()

    @property
    def key(self) -> bytes:
        """The key in use. Raises MissingKey."""
        if self.keys is None:
            raise MissingKey("without the key of events nothing can be appended")
        return self.keys.current

    def record(self, batch: Sequence[Decided], lease: Lease | None = None) -> list[Verdict]:
        """Record, in one transaction, each decision of the batch that is still valid. Return verdicts in batch order.

        Under a `lease`, nothing is recorded once another process has it. Raise Unavailable if the database fails:
        nothing of the batch was recorded, or the connection was lost during commit (`maybe_recorded`). Repeating the
        commands with their idempotency keys is always safe.
        """
        try:
            return self._record(batch, lease)
        except Unavailable as unavailable:
            if unavailable.maybe_recorded or not is_connection_lost(unavailable):
                raise
        # The connection died in the pool, and others may have too. It sent nothing, so trying again is safe.
        self.datastore.pool.drain()
        return self._record(batch, lease)

    def _record(self, batch: Sequence[Decided], lease: Lease | None) -> list[Verdict]:
        sent = False
        verdicts, decisions = apart(batch)
        try:
            with lent(self.datastore.pool) as conn:
                if conn not in self._with_function:
                    self._equip(conn)
                chain = Chain(self.key, self._predecessors(conn, decisions.values()))
                parameters = parameters_of(decisions, chain)
                if lease is not None:
                    parameters += encoded(("int4", "uuid"), (lease.lock, lease.token))
                sent = True
                statement = b"record" if lease is None else b"record_leased"
                try:
                    rows = execute(conn, statement, parameters, VERDICT)
                except InvalidSqlStatementName:
                    # Deallocated with all others, as psycopg does after a rollback. Nothing was executed.
                    self._equip(conn)
                    rows = execute(conn, statement, parameters, VERDICT)
        except Exception as fault:
            if _position_taken(fault):  # The next command tries the next one: see `eventstore.sequence`.
                log.error("the sequence of positions is behind the log: restart a server, which puts it right")
                raise Unavailable("a position was handed out twice") from fault
            if not is_unavailable(fault):
                raise
            if is_lease_lost(fault):
                raise Unavailable("another process does this work now") from fault
            is_lost = is_connection_lost(fault)
            if is_lost:
                self.forget()
            if not is_lost and not isinstance(fault, LockNotAvailable | PoolTimeout):
                # A fault that readers do not notice, such as a full disk.
                self._failed_at = monotonic()
            self._log_holders(fault)
            maybe_recorded = sent and is_lost and not isinstance(fault, ReadOnlySqlTransaction)
            raise Unavailable("the log cannot be written now", maybe_recorded) from fault
        self._failed_at = None
        verdicts |= verdicts_on(decisions, rows)
        self._remember([(decisions[place], v) for place, v in verdicts.items() if isinstance(v, Outcome)], chain)
        return [verdicts[place] for place in range(len(batch))]

    def _remember(self, recorded: Sequence[tuple[Decided, Outcome]], chain: Chain) -> None:
        """Keep the authenticators of what was recorded, in the order of its positions, and what came last."""
        if not recorded:
            return
        self._authenticators.keep(
            {stream: last for decided, _ in recorded for stream, last in last_events(decided, chain)}
        )
        if self.memory is not None:
            decided, outcome = recorded[-1]
            self.memory.saw(outcome.position, decided.events[-1][3])

    def _equip(self, conn: Connection[DictRow]) -> None:
        """Create the functions that record, which are the session's own, and prepare their calls."""
        self._with_function.discard(conn)
        conn.execute(_FUNCTION)
        prepare(conn, b"record", _RECORD.encode())
        prepare(conn, b"record_leased", _RECORD_LEASED.encode())
        self._with_function.add(conn)

    def _log_holders(self, fault: BaseException) -> None:
        """Log the sessions that hold the log's table, if recording waited for it; never their data."""
        if not isinstance(fault, LockNotAvailable):
            return
        try:
            with self.datastore.cursor() as curs:
                holders = curs.execute(_HOLDERS).fetchall()
        except PersistenceError:
            holders = []
        log.error("the log is locked by another session", extra={"holders": holders})

    def _predecessors(self, conn: Connection[DictRow], decisions: Iterable[Decided]) -> dict[UUID, bytes | None]:
        """Return the authenticator of the event before each decision's first in a stream.

        What is kept is as good as a look under the lock: the event of a version never changes, and a decision that read
        another version is refused.
        """
        before = {s: decided.reads[s] for decided in decisions for s in streams_of(decided) if decided.reads[s]}
        predecessors = self._authenticators.at(before)
        if unknown := before.keys() - predecessors.keys():
            versions = [before[stream] for stream in unknown]
            rows = conn.execute(_AUTHENTICATORS, [list(unknown), versions], prepare=True).fetchall()
            predecessors |= {row["originator_id"]: row["authenticator"] for row in rows}
        return predecessors


def _position_taken(fault: BaseException) -> bool:
    return isinstance(fault, UniqueViolation) and "notification_id" in (fault.diag.constraint_name or "")


def open_datastore(pool: ConnectionPool[Connection[Any]]) -> PostgresDatastore:
    """Return the library's datastore, on a pool of ours."""
    # The library sets its own lock timeout before it locks, and 0 would lift the connection's.
    datastore = PostgresDatastore("", "", "", "", "", lock_timeout=RECORDING.lock)
    datastore.pool = pool
    return datastore


def open_recorder(conn: Connection[Any], pool: ConnectionPool[Connection[Any]], keys: EventKeys) -> CommandRecorder:
    """Open a recorder on the database and create missing tables on `conn`. Raises NotOwner."""
    # The library asks for a session at once. Before the first is there it would get a second, and commands would use
    # both in turn, each with cold caches.
    pool.open(wait=True, timeout=POOL_SECONDS)
    recorder = CommandRecorder(open_datastore(pool))
    recorder.keys = keys
    try:
        conn.execute(_FUNCTION)
    except InsufficientPrivilege as refusal:
        raise NotOwner(f"to record, this role needs: GRANT TEMPORARY ON DATABASE {conn.info.dbname}") from refusal
    if not log_exists(conn):
        recorder.create_table()
    prepare_log(conn)
    return recorder
