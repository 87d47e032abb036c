"""This log as a persistence module of the library eventsourcing: PERSISTENCE_MODULE=eventstore.persistence.

The library's applications and projections read, follow and append to the log as it is. See
docs/guides/eventsourcing-library.md.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from threading import local
from typing import Any, NoReturn, TypeVar
from uuid import UUID

# Import the module: the library takes the first factory among this module's names.
from eventsourcing import postgres
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactoryError,
    IntegrityError,
    Mapper,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    Transcoder,
)
from eventsourcing.utils import Environment, EnvType
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from eventstore.authenticators import EventKeys, columns, read_event_keys
from eventstore.connections import STARTING, connect, followers_pool
from eventstore.locks import Lock, acquire
from eventstore.log import LAST_EVENTS
from eventstore.log_table import LOG, log_exists, prepare_log, protect
from eventstore.mapper import AppendRefused, LogMapper, LogTranscoder
from eventstore.recorder import CommandRecorder, open_datastore
from eventstore.vault import DDL as VAULT_DDL
from eventstore.vault import Vault

R = TypeVar("R", bound=CommandRecorder)

#: Array parameters (`authenticators.columns`) instead of the library's composites: thousands of rows stay linear.
_INSERT_EVENTS = """
INSERT INTO stored_events (originator_id, originator_version, topic, state, authenticator)
SELECT id, version, topic, state, authenticator
FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::bytea[])
     WITH ORDINALITY AS e(id, version, topic, state, authenticator, place)
ORDER BY place
RETURNING notification_id"""

#: Settings of the library that this log does not leave open.
_ONE_WAY = (
    *("TRANSCODER_TOPIC", "MAPPER_TOPIC", "COMPRESSOR_TOPIC", "CIPHER_TOPIC", "CIPHER_KEY"),
    *("APPLICATION_RECORDER_TOPIC", "PROCESS_RECORDER_TOPIC"),
)
#: Each subscription keeps a connection.
MOST_CONNECTIONS = 10


class _Subscription(postgres.PostgresSubscription):
    """The library's, which also tells of what is recorded after its first look and before it listens.

    Nobody is notified of that: the library's own would wait until something more is recorded, for ever if it is not.
    """

    def _listen(self) -> None:
        try:
            with self._recorder.datastore.get_connection() as conn:
                conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._recorder.channel_name)))
                self._has_been_notified.set()
                while not self._has_been_stopped and not self._thread_error:
                    # Its end is looked for as often as in the library.
                    if list(conn.notifies(timeout=0.1, stop_after=1)):
                        self._has_been_notified.set()
        except BaseException as error:
            self._thread_error = self._thread_error or error
            self.stop()


class LogRecorder(CommandRecorder):
    """Its `insert_events` refuses events that do not follow the last of their stream, and authenticates the others."""

    #: The authenticator of each stream's last event, read under the lock for the transaction at work in this thread.
    _last: local

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last = local()

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        return _Subscription(recorder=self, gt=gt, topics=topics)

    def _insert_events(self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        # The library calls this first in its transaction; what is raised here leaves nothing behind.
        super()._insert_events(curs, stored_events, **kwargs)
        if not stored_events:
            return
        if self.keys is None:
            raise AppendRefused(
                "without PARENTALITE_EVENT_KEY or PARENTALITE_MASTER_KEY nothing can be authenticated and appended"
            )
        self._lock_table(curs)
        streams = list({UUID(str(stored.originator_id)) for stored in stored_events})
        rows = curs.execute(LAST_EVENTS, [streams]).fetchall()
        versions = {row["id"]: row["version"] for row in rows}
        for stored in stored_events:
            stream = UUID(str(stored.originator_id))
            last = versions[stream]
            # The library's own tests begin streams at 0, which our mapper refuses.
            if stored.originator_version not in ((0, 1) if last is None else (last + 1,)):
                raise IntegrityError(f"version {stored.originator_version} does not follow {last or 0} in {stream}")
            versions[stream] = stored.originator_version
        self._last.authenticators = {row["id"]: row["authenticator"] for row in rows}

    def _insert_stored_events(self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        self._notify_channel(curs)
        curs.execute(_INSERT_EVENTS, columns(self.key, stored_events, self._last.authenticators), prepare=True)


class LogProcessRecorder(postgres.PostgresProcessRecorder, LogRecorder):
    """The same, and in the same transaction the position of the event that was processed."""


class Factory(postgres.PostgresFactory):
    """Opens the log at DATABASE_URL, its personal fields where there is PARENTALITE_MASTER_KEY.

    Events can be appended by PARENTALITE_EVENT_KEY or, without it, the key that follows from the master key.
    """

    DATABASE_URL = "DATABASE_URL"
    MASTER_KEY = "PARENTALITE_MASTER_KEY"
    EVENT_KEY = "PARENTALITE_EVENT_KEY"

    def __init__(self, env: Environment | EnvType | None) -> None:
        # Skip `PostgresFactory.__init__`, which wants variables of its own.
        super(postgres.BasePostgresFactory, self).__init__(env)
        self._database_url = self.env.get(self.DATABASE_URL) or self._refuse(self.DATABASE_URL, "names no database")
        self._vault = self._open_vault()
        self._keys = self._event_keys()
        self.datastore = open_datastore(followers_pool(self._database_url, MOST_CONNECTIONS))

    def transcoder(self) -> Transcoder:
        return LogTranscoder()

    def mapper(
        self, transcoder: Transcoder | None = None, mapper_class: type[Mapper[Any]] | None = None
    ) -> Mapper[Any]:
        for name in _ONE_WAY:
            if self.env.get(name):
                self._refuse(name, "this log is written in one way alone")
        if mapper_class is not None or not isinstance(transcoder, LogTranscoder | None):
            self._refuse(self.PERSISTENCE_MODULE, "this log has its own mapper and transcoder")
        return LogMapper(self.datastore, self._vault, transcoder or self.transcoder())

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        self._refuse(self.IS_SNAPSHOTTING_ENABLED, f"this log keeps no {purpose} beside the application's")

    def application_recorder(self) -> ApplicationRecorder:
        return self._created(LogRecorder(self.datastore))

    def process_recorder(self) -> ProcessRecorder:
        name = self.env.name.lower() or "notification"
        return self._created(LogProcessRecorder(self.datastore, tracking_table_name=f"{name}_tracking"))

    def _created(self, recorder: R) -> R:
        """Create the tables that are missing, unless CREATE_TABLE says no. A log that is there stays as it is."""
        recorder.keys = self._keys
        if self.env_create_table():
            with connect(self._database_url, "parentalite-tables", STARTING) as conn:
                acquire(conn, Lock.TABLES)
                is_new = not log_exists(conn)
                if is_new or isinstance(recorder, ProcessRecorder):
                    recorder.create_table()
                if is_new:
                    prepare_log(conn)
                    protect(conn, LOG, new=True)
                    conn.execute(VAULT_DDL)
        return recorder

    def _open_vault(self) -> Vault | None:
        key = self.env.get(self.MASTER_KEY)
        try:
            return Vault(b64decode(key, validate=True)) if key else None
        except ValueError:
            self._refuse(self.MASTER_KEY, "base64 of exactly 32 bytes is needed")

    def _event_keys(self) -> EventKeys | None:
        text = self.env.get(self.EVENT_KEY)
        try:
            if text or self._vault is None:
                return read_event_keys(text) if text else None
            return EventKeys.derived(b64decode(self.env[self.MASTER_KEY]))
        except ValueError as error:
            self._refuse(self.EVENT_KEY, str(error))

    def _refuse(self, name: str, why: str) -> NoReturn:
        raise InfrastructureFactoryError(f"{name}: {why}")
