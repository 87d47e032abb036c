"""The log's table beyond what the library makes of it: the column of authenticators, and what keeps it append-only.

What PostgreSQL refuses here it refuses everybody, the owner too, until somebody with rights over the table lifts it.
That is no proof, which authenticators and checkpoints are; it keeps mistakes and stolen passwords from being one
statement away from the log.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import Connection, sql
from psycopg.errors import CheckViolation, InsufficientPrivilege, LockNotAvailable, QueryCanceled

from eventstore.locks import Lock, holders, releasing, try_acquire
from eventstore.sessions.ddl import create_missing
from eventstore.stamps import BODIES, FUNCTIONS, INDEXES, MISSING

Conn = Connection[Any]
log = logging.getLogger(__name__)

_OUTCOMES_DDL = """
CREATE TABLE IF NOT EXISTS command_outcomes (
    idempotency_key uuid PRIMARY KEY,
    content_digest bytea NOT NULL,
    subject_id uuid NOT NULL,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
)"""

_COLUMN = "ALTER TABLE stored_events ADD COLUMN authenticator bytea"
#: Servers older than authenticators hold the lock of a lease, but have no row for it.
_WRITTEN_BESIDE = f"""
SELECT (SELECT max(notification_id) FROM stored_events) IS NOT NULL
    AND EXISTS (SELECT FROM {holders(Lock.PROJECTOR)} AS holder)"""
# NOT VALID passes over the rows that are there.
_CHECK = """
ALTER TABLE stored_events ADD CONSTRAINT stored_events_can_be_read
    CHECK (notification_id > 0 AND topic IS NOT NULL AND state IS NOT NULL) NOT VALID"""
# Readers and commands go on meanwhile; that the columns are never null then follows without another look.
_VALIDATE = """
ALTER TABLE stored_events VALIDATE CONSTRAINT stored_events_can_be_read;
ALTER TABLE stored_events ALTER COLUMN topic SET NOT NULL, ALTER COLUMN state SET NOT NULL"""
_STATE = """
SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'authenticator' AND NOT attisdropped),
    con.oid IS NOT NULL, con.convalidated IS TRUE AND NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname IN ('topic', 'state') AND NOT attnotnull)
FROM pg_class AS c LEFT JOIN pg_constraint AS con
    ON con.conrelid = c.oid AND con.conname = 'stored_events_can_be_read' AND con.contype = 'c'
WHERE c.oid = 'stored_events'::regclass"""

_REFUSAL = """
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END """
_FUNCTION = f"CREATE OR REPLACE FUNCTION refuse_to_rewrite() RETURNS trigger LANGUAGE plpgsql AS $${_REFUSAL}$$"
_HAS_FUNCTION = "SELECT FROM pg_proc WHERE oid = to_regproc('refuse_to_rewrite') AND prosrc = %s"
#: Before each statement with UPDATE, DELETE or TRUNCATE, whoever sends it: 2 | 16 | 8 | 32.
_TRIGGER = """
SELECT EXISTS (
    SELECT FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgrelid = %(table)s::regclass AND tgname = 'append_only' AND tgenabled = 'A' AND tgtype & 59 = 58
        AND prosrc = %(body)s AND tgqual IS NULL
        AND ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = tgrelid AND attnum = ANY(tgattr)
                  ORDER BY attname) = %(columns)s::text[])"""
_RIGHTS = """
SELECT pg_has_role(relowner, 'USAGE'), relowner::regrole::text, ARRAY(
    SELECT privilege FROM unnest('{UPDATE,DELETE,TRUNCATE}'::text[]) AS privilege
    WHERE has_table_privilege(c.oid, privilege))
FROM pg_class AS c WHERE c.oid = %s::regclass"""


@dataclass(frozen=True, slots=True)
class AppendOnly:
    """A table whose rows are never deleted and, in `columns` (none: in all), never altered."""

    name: LiteralString
    columns: tuple[LiteralString, ...] = ()

    def is_kept(self, conn: Conn) -> bool:
        """Return whether a trigger refuses everybody to rewrite it."""
        values = {"table": self.name, "body": _REFUSAL, "columns": sorted(self.columns)}
        row = conn.execute(_TRIGGER, values).fetchone()
        return bool(row and row[0])

    def keep(self, conn: Conn) -> None:
        """Make the trigger. Needs the owner of the table."""
        row = conn.execute(_HAS_FUNCTION, (_REFUSAL,)).fetchone()
        if row is None:
            conn.execute(_FUNCTION)
        conn.execute(self.ddl)

    @property
    def ddl(self) -> LiteralString:
        columns: LiteralString = f" OF {', '.join(self.columns)}" if self.columns else ""
        return f"""
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE{columns} OR DELETE OR TRUNCATE ON {self.name}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();
ALTER TABLE {self.name} ENABLE ALWAYS TRIGGER append_only"""


LOG = AppendOnly("stored_events")


class NotOwner(Exception):
    """Raised when a table must be altered by its owner first; the message says which, and how."""


class WrittenWithoutAuthenticators(Exception):
    """Raised while a server is at work that records without authenticators."""

    def __init__(self) -> None:
        super().__init__(
            "a server of 0.2.0 or before is at work on this database: stop it first, and go on as docs/operations.md "
            "has it under 'Taking over a database of an older version'"
        )


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of the role at work over a table: whether it has those of the owner, and what it may rewrite with."""

    owns: bool
    owner: str
    rewriting: tuple[str, ...]


def log_exists(conn: Conn) -> bool:
    row = conn.execute("SELECT to_regclass('stored_events') IS NOT NULL").fetchone()
    return bool(row and row[0])


def prepare_log(conn: Conn) -> None:
    """Create what is missing. Asks first: ALTER TABLE waits for every reader, also where it has nothing to do.

    Raises NotOwner where events cannot be recorded without it, and WrittenWithoutAuthenticators.
    """
    has_column, has_check, is_valid = _state(conn)
    if not has_column and conn.execute(_WRITTEN_BESIDE).fetchone() == (True,):
        raise WrittenWithoutAuthenticators
    conn.execute(_OUTCOMES_DDL)
    rights = rights_over(conn, LOG)
    if not has_column:
        if not rights.owns:
            raise NotOwner(f"stored_events lacks the column authenticator; as its owner, {rights.owner}: {_COLUMN}")
        conn.execute(_COLUMN)
    if rights.owns and not has_check:
        conn.execute(_CHECK)
    if rights.owns and not is_valid:
        _validate(conn)


def _validate(conn: Conn) -> None:
    try:
        create_missing(conn, _VALIDATE)
    except CheckViolation:
        # The constraint refuses new ones nonetheless.
        log.error("the log holds events that nobody can read: parentalite audit check names them")


def has_authenticators(conn: Conn) -> bool:
    return _state(conn)[0]


def _state(conn: Conn) -> tuple[bool, bool, bool]:
    """Return whether there is the column, the check, and whether every row passes it, and so no column is null."""
    row = conn.execute(_STATE).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def index_log(conn: Conn, name: str, statement: LiteralString) -> None:
    """Create an index on the log if it is missing and this role may; without it, reading takes longer."""
    row = conn.execute("SELECT to_regclass(%s) IS NOT NULL", (name,)).fetchone()
    if row and row[0]:
        return
    if rights_over(conn, LOG).owns:
        conn.execute(statement)
    else:
        log.warning("an index of the log is missing, and this role may not make it", extra={"index": name})


def read_stamps(conn: Conn) -> None:
    """Create the functions that read stamps if they are missing or others. Raise NotOwner where this role may not."""
    stored = _stored_bodies(conn)
    for name, (kind, body) in FUNCTIONS.items():
        if stored.get(name) == body:
            continue
        if name in stored:
            # These indexes hold what the former function read.
            outdated = [index for index, columns in INDEXES.items() if f"{name}(" in columns]
            conn.execute(sql.SQL(f"DROP INDEX IF EXISTS {', '.join(outdated)}"))
        statement = f"""CREATE OR REPLACE FUNCTION {name}(state bytea) RETURNS {kind}
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $${body}$$"""
        try:
            conn.execute(sql.SQL(statement))
        except InsufficientPrivilege as refusal:
            raise NotOwner(f"the function {name} is missing, or another; as its owner: {statement}") from refusal


def _stored_bodies(conn: Conn) -> dict[str, str]:
    return dict(conn.execute(BODIES, list(FUNCTIONS)).fetchall())


def index_stamps(conn: Conn) -> None:
    """Create the indexes by which the history is found, while readers go on and commands wait. In autocommit mode.

    One process at a time makes them, and none waits for it. Not CONCURRENTLY: commands lock the log against that too,
    for twice as long, and it waits in turn for the snapshots of those that wait.
    """
    missing = [row[0] for row in conn.execute(MISSING, (list(INDEXES),))]
    if missing and not rights_over(conn, LOG).owns:
        log.warning("indexes of the log are missing, and this role may not make them", extra={"indexes": missing})
        return
    if not missing or not try_acquire(conn, Lock.INDEXES):
        return
    with releasing(conn, Lock.INDEXES):
        # Commands wait meanwhile.
        conn.execute("SET maintenance_work_mem = '256MB'")
        for name in missing:
            try:
                # An interrupted CREATE INDEX leaves an index that nothing uses.
                conn.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(name)))
                conn.execute(sql.SQL(f"CREATE INDEX {name} ON stored_events {INDEXES[name]}"))
            except (LockNotAvailable, QueryCanceled) as waited:
                log.warning(
                    "an index of the log was not made, the next start tries again",
                    extra={"index": name, "reason": type(waited).__name__},
                )
                return
        # Statistics of the expressions tell PostgreSQL how few events a structure has.
        conn.execute("ANALYZE stored_events")


def protect(conn: Conn, *tables: AppendOnly, new: bool = False) -> None:
    """Make the tables append-only if this role may; see `unprotected`. What should have been so is logged."""
    for table in tables:
        if table.is_kept(conn):
            continue
        if rights_over(conn, table).owns:
            table.keep(conn)
            log.log(
                logging.DEBUG if new else logging.WARNING,
                "a table was not append-only, and is now",
                extra={"table": table.name},
            )
        else:
            log.warning("a table is not append-only, and this role may not make it so", extra={"table": table.name})


def rights_over(conn: Conn, table: AppendOnly) -> Rights:
    row = conn.execute(_RIGHTS, (table.name,)).fetchone()
    assert row is not None
    return Rights(row[0], row[1], tuple(row[2]))


def unprotected(conn: Conn, *tables: AppendOnly) -> list[str]:
    """Return what keeps the log from being rewritten and is missing here, in words for an operator."""
    missing = [f"{table.name} has no trigger that keeps it append-only" for table in tables if not table.is_kept(conn)]
    if LOG in tables and not _state(conn)[1]:
        missing.append("stored_events has no check of positions, topics and states")
    if LOG in tables and _stored_bodies(conn) != {name: body for name, (_, body) in FUNCTIONS.items()}:
        missing.append("the functions that read the stamps of events are missing, or others")
    return missing
