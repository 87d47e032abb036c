"""The log is append-only for everybody, and holds nothing that nobody can read; what is missing of that is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.errors import CheckViolation, InsufficientPrivilege, NotNullViolation

from application.application import open_application
from application.founding import found_database
from application.hosting.database import temporary_database
from application.proof.checkpoints import CHECKPOINTS, ON_REQUEST
from application.proof.notes import SigningKey
from application.proof.signer.naming import name_log
from application.proof.signing import make_checkpoint
from eventstore.bulk import append_rows
from eventstore.log import head
from eventstore.log_table import LOG, NotOwner, rights_over, unprotected
from tests.support.forging import insert_event, lift_protection
from tests.support.pages import Page
from tests.support.world import EVENT_KEYS, FOUNDED_AT, MASTER_KEY, World


@pytest.fixture
def conn(app) -> Iterator[Connection]:
    with psycopg.connect(app.pool.conninfo, autocommit=True) as own:
        make_checkpoint(own, SigningKey.from_seed(b"k" * 32), head(own), ON_REQUEST, FOUNDED_AT)
        yield own


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET state = state || ' '::bytea WHERE notification_id = 3",
        "UPDATE stored_events SET authenticator = NULL",
        "UPDATE stored_events SET notification_id = 0 WHERE notification_id = 3",
        "DELETE FROM stored_events WHERE notification_id = 3",
        "DELETE FROM stored_events WHERE false",
        "TRUNCATE stored_events",
        "WITH gone AS (DELETE FROM stored_events RETURNING *) SELECT count(*) FROM gone",
        "MERGE INTO stored_events USING (SELECT 3) AS one(at) ON notification_id = at WHEN MATCHED THEN DELETE",
        "INSERT INTO stored_events SELECT * FROM stored_events LIMIT 1 ON CONFLICT (originator_id, originator_version)"
        " DO UPDATE SET topic = 'x'",
        "UPDATE proof.checkpoints SET size = size + 1",
        "UPDATE proof.checkpoints SET root = '\\x00'",
        "UPDATE proof.checkpoints SET note = ''",
        "DELETE FROM proof.checkpoints",
        "TRUNCATE proof.checkpoints",
    ],
)
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_nobody_rewrites_the_log(conn: Connection, statement: LiteralString, role: LiteralString):
    """Not even the superuser of these tests, and not as a replica, where ordinary triggers are silent."""
    conn.execute(f"SET session_replication_role = {role}")
    with pytest.raises(InsufficientPrivilege, match="append-only"):
        conn.execute(statement)


def test_a_time_stamp_may_follow_a_checkpoint(conn: Connection):
    assert conn.execute("UPDATE proof.checkpoints SET stamp = 'stamp'").rowcount == 1


@pytest.mark.parametrize(
    "columns", [{"notification_id": 0}, {"notification_id": -1}, {"notification_id": -(2**63)}, {"state": None}]
)
def test_what_nobody_could_read_is_refused(conn: Connection, columns):
    with pytest.raises((CheckViolation, NotNullViolation)):
        insert_event(conn, "animation.published", **{"state": b"{}", **columns})


def test_everything_that_is_missing_is_named(conn: Connection):
    assert unprotected(conn, LOG, CHECKPOINTS) == []
    lift_protection(conn)
    assert unprotected(conn, LOG, CHECKPOINTS) == [
        "stored_events has no trigger that keeps it append-only",
        "proof.checkpoints has no trigger that keeps it append-only",
        "stored_events has no check of positions, topics and states",
    ]


@pytest.mark.parametrize(
    "weakened",
    [
        "ALTER TABLE stored_events DISABLE TRIGGER append_only",
        "ALTER TABLE stored_events ENABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON stored_events",
        "CREATE OR REPLACE FUNCTION refuse_to_rewrite() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE ON stored_events FOR EACH STATEMENT"
        " EXECUTE FUNCTION refuse_to_rewrite()",
        "CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OF topic OR DELETE OR TRUNCATE ON stored_events"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite()",
    ],
)
def test_a_weakened_trigger_is_named_and_made_again_at_the_next_start(conn: Connection, weakened: LiteralString):
    conn.execute(weakened)
    assert "stored_events has no trigger that keeps it append-only" in unprotected(conn, LOG)
    with open_application(conn.info.dsn, MASTER_KEY, EVENT_KEYS):
        assert unprotected(conn, LOG, CHECKPOINTS) == []


def test_a_start_that_was_ended_after_the_check_leaves_the_rest_to_the_next(conn: Connection):
    nullable = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'stored_events'::regclass AND NOT attnotnull"
    before = conn.execute(nullable).fetchone()
    conn.execute("ALTER TABLE stored_events ALTER COLUMN topic DROP NOT NULL")
    with open_application(conn.info.dsn, MASTER_KEY, EVENT_KEYS):
        assert conn.execute(nullable).fetchone() == before


def test_a_log_that_already_holds_what_nobody_can_read_opens_and_takes_no_more(conn: Connection, caplog):
    lift_protection(conn)
    insert_event(conn, "animation.published", None)
    with open_application(conn.info.dsn, MASTER_KEY, EVENT_KEYS) as app:
        assert "the log holds events that nobody can read" in caplog.text
        World(app).creates()
        with pytest.raises(CheckViolation):
            insert_event(conn, "animation.published", None)


@pytest.fixture
def owned_by_another(server_url: str, worker_id: str) -> Iterator[tuple[Connection, str]]:
    """A log as docs/operations.md gives it to an owner apart, by whom it is administered, and the application's URL."""
    name, owner = f"appending_{worker_id}", f"owning_{worker_id}"
    with temporary_database(server_url, name) as url, psycopg.connect(url, autocommit=True) as conn:
        for role in (name, owner):
            conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        conn.execute(sql.SQL("GRANT CREATE ON DATABASE {0} TO {0}").format(sql.Identifier(name)))
        conn.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(sql.Identifier(name)))
        try:
            yield conn, url.replace("postgres@", f"{name}@")
        finally:
            for role in (name, owner):
                conn.execute(sql.SQL("DROP OWNED BY {0} CASCADE; DROP ROLE {0}").format(sql.Identifier(role)))


def _give_away(conn: Connection, url: str) -> None:
    (grants,) = (block for block in Page("docs/operations.md").blocks("sql") if "OWNER TO" in block)
    name = conn.info.dbname
    grants = grants.replace("CREATE ROLE log_owner NOLOGIN;", "")
    statements = grants.replace("log_owner", f'"{name.replace("appending", "owning")}"').replace(
        " parentalite;", f' "{name}";'
    )
    conn.execute(statements.encode())


def test_an_application_that_may_only_append_works_and_rewrites_nothing(owned_by_another):
    conn, url = owned_by_another
    with open_application(url, MASTER_KEY, EVENT_KEYS):
        pass
    _give_away(conn, url)
    with open_application(url, MASTER_KEY, EVENT_KEYS) as app, psycopg.connect(url, autocommit=True) as own:
        found_database(app, FOUNDED_AT)
        World(app).sign()
        append_rows(own, EVENT_KEYS, [(UUID(int=1), 1, "animation.published", b"{}")])
        name_log(own, "example.org/log")
        make_checkpoint(own, SigningKey.from_seed(b"k" * 32), head(own), ON_REQUEST, FOUNDED_AT)
        assert (rights_over(own, LOG).owns, rights_over(own, LOG).rewriting) == (False, ())
        assert unprotected(own, LOG, CHECKPOINTS) == []
        for statement in (
            "UPDATE stored_events SET topic = 'x'",
            "DELETE FROM stored_events",
            "TRUNCATE stored_events",
            "ALTER TABLE stored_events DISABLE TRIGGER append_only",
            "DROP TABLE stored_events",
        ):
            with pytest.raises(InsufficientPrivilege, match=r"permission denied|must be owner"):
                own.execute(statement.encode())


def test_a_role_that_is_not_the_owner_is_told_what_the_owner_must_do(owned_by_another, caplog):
    conn, url = owned_by_another
    with open_application(url, MASTER_KEY, EVENT_KEYS):
        pass
    _give_away(conn, url)
    conn.execute("ALTER TABLE stored_events DISABLE TRIGGER append_only")
    with open_application(url, MASTER_KEY, EVENT_KEYS):
        assert "this role may not make it so" in caplog.text
    conn.execute("ALTER TABLE stored_events DROP COLUMN authenticator")
    with pytest.raises(NotOwner, match="ADD COLUMN authenticator"), open_application(url, MASTER_KEY, EVENT_KEYS):
        pass


def test_a_role_without_functions_of_its_own_is_told_what_it_needs(owned_by_another):
    conn, url = owned_by_another
    conn.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(conn.info.dbname)))
    with pytest.raises(NotOwner, match="GRANT TEMPORARY"), open_application(url, MASTER_KEY, EVENT_KEYS):
        pass


def test_nobody_can_put_another_function_in_the_place_of_the_one_that_records(app, world):
    animation_id = world.creates()
    with psycopg.connect(app.pool.conninfo, autocommit=True) as other:
        other.execute("CREATE FUNCTION record_decisions() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        before = head(other)
        world.publishes(animation_id)
        assert head(other) == before + 1


def test_a_rollback_on_a_connection_that_records_keeps_no_command_from_being_recorded(app, world):
    # As often as each connection of the pool has its turn.
    animations = [world.creates() for _ in range(6)]
    for _ in animations:
        with app.recorder.datastore.get_connection() as conn, conn.transaction(force_rollback=True):
            # What psycopg has prepared itself, it deallocates then, with all that is prepared.
            conn.execute("SELECT 1", prepare=True)
    for animation_id in animations:
        world.publishes(animation_id)
