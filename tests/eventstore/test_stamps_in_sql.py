"""PostgreSQL reads of a stored event's stamp what Python reads of it, and finds events by that."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import datetimes, just, sampled_from, uuids

from application.application import open_application
from eventstore.log import head, read_after
from eventstore.log_table import LOG, index_stamps, unprotected
from eventstore.records import decode
from eventstore.stamps import INDEXES, MISSING
from tests.support.domain.builders import OURS
from tests.support.samples import SAMPLES
from tests.support.world import EVENT_KEYS, MASTER_KEY, World

Conn = psycopg.Connection[Any]

_READ = "SELECT event_time(%(s)s), event_structure(%(s)s), event_territory(%(s)s)"
_OF_STRUCTURE = "SELECT notification_id FROM stored_events WHERE event_structure(state) = %s"
_VALID_INDEXES = "SELECT count(*) FROM pg_index WHERE indrelid = 'stored_events'::regclass AND indisvalid"
_INDEXES = "SELECT relname, oid FROM pg_class WHERE relname LIKE 'stored_events_of_%'"
_WAITING = """
SELECT count(*) FROM pg_locks
WHERE relation = 'stored_events'::regclass AND NOT granted AND database = (
    SELECT oid FROM pg_database WHERE datname = current_database())"""
_OLD = b'{"schema_version":1,"stamp":{"recorded_at":"2026-09-01T08:00:00.5+02:00","actor":%s,"role":"national",'
_NEITHER = b'"command_id":"x","cause":"y","structure_id":null,"territory":null},"data":{"structure_id":"%s"}}'
#: Days that there are not, and what looks like a time.
_NO_TIMES = [
    b'"recorded_at":"%s"' % text
    for text in (b"", b"2026-02-29T08:00:00Z", b"2026-04-31T08:00:00Z", b"2026-09-01T24:00:00Z", b"now", b"infinity")
]
_NO_IDS = [b'"structure_id":"%s"' % text for text in (b"", b"-" * 36, b"g" * 36)]
_ACTOR = rb'"l\"structure_id\":\"1\",\"territory\":\"2\" \u00e9"'


@pytest.fixture
def connection(world: World) -> Iterator[Conn]:
    with world.app.pool.connection() as conn:
        yield conn


def test_of_every_event_ever_stored_it_reads_the_stamp(world: World) -> None:
    with world.app.pool.connection() as conn:
        for name, state in SAMPLES.items():
            stamp = decode(1, UUID(int=1), 1, name.rpartition(".v")[0], state).stamp
            expected = (stamp.recorded_at, stamp.structure_id, stamp.territory or "")
            assert conn.execute(_READ, {"s": state}).fetchone() == expected, name
        # Of nobody's event, though its texts and data name what looks like it; with a time that is not in UTC.
        hostile = _OLD % _ACTOR + _NEITHER % str(OURS).encode()
        row = conn.execute(_READ, {"s": hostile}).fetchone()
        assert row is not None
        assert (row[0].timestamp() % 60, row[1], row[2]) == (0.5, None, "")
        for unreadable in (b"", b"{}", b"\xff\x00", b'{"structure_id":', b"x" * 14 + b'"' * 30, *_NO_TIMES, *_NO_IDS):
            assert conn.execute(_READ, {"s": unreadable}).fetchone() == (None, None, ""), unreadable


@given(
    moment=datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=just(UTC)),
    structure=uuids(),
    spaces=sampled_from((b"", b" ")),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
def test_it_reads_every_moment_and_structure(
    connection: Conn, moment: datetime, structure: UUID, spaces: bytes
) -> None:
    fields = {"recorded_at": moment.isoformat(), "structure_id": str(structure), "territory": "971"}
    state = b",".join(b'"%s":%s"%s"' % (name.encode(), spaces, text.encode()) for name, text in fields.items())
    assert connection.execute(_READ, {"s": state}).fetchone() == (moment, structure, "971")


@pytest.mark.parametrize(
    "broken",
    [
        # The table first, as its readers do.
        "LOCK TABLE stored_events; DROP FUNCTION event_time, event_structure, event_territory CASCADE",
        "CREATE OR REPLACE FUNCTION event_structure(state bytea) RETURNS uuid IMMUTABLE LANGUAGE sql RETURN NULL::uuid;"
        "REINDEX INDEX stored_events_of_structure",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'stored_events_of_day'::regclass",
    ],
)
def test_what_is_missing_or_another_is_made_at_the_next_start(fresh_url: str, world: World, broken: str) -> None:
    world.creates()
    with psycopg.connect(fresh_url, autocommit=True) as conn:
        before = conn.execute(_VALID_INDEXES).fetchone()
        conn.execute(broken.encode())
        assert conn.execute(_VALID_INDEXES).fetchone() != before or unprotected(conn, LOG)
        with open_application(fresh_url, MASTER_KEY, EVENT_KEYS):
            assert conn.execute(_VALID_INDEXES).fetchone() == before
            assert unprotected(conn, LOG) == []
        conn.execute("SET enable_seqscan = off")
        last = read_after(conn, head(conn) - 1, 1)[0]
        rows = conn.execute(_OF_STRUCTURE, (last.stamp.structure_id,)).fetchall()
        assert last.position in {row[0] for row in rows}


def test_of_a_function_that_is_another_its_own_indexes_alone_are_made_anew(fresh_url: str, world: World) -> None:
    with psycopg.connect(fresh_url, autocommit=True) as conn:
        before: dict[str, int] = dict(conn.execute(_INDEXES).fetchall())
        conn.execute(
            "CREATE OR REPLACE FUNCTION event_structure(state bytea) RETURNS uuid LANGUAGE sql RETURN NULL::uuid"
        )
        with open_application(fresh_url, MASTER_KEY, EVENT_KEYS):
            after: dict[str, int] = dict(conn.execute(_INDEXES).fetchall())
    assert after.keys() == before.keys()
    assert [name for name, number in after.items() if number != before[name]] == ["stored_events_of_structure"]


def test_a_command_that_waits_for_an_index_to_be_made_is_recorded(fresh_url: str, world: World) -> None:
    def until_waiting(number: int) -> None:
        deadline = time.monotonic() + 10
        while conn.execute(_WAITING).fetchone() != (number,):
            assert time.monotonic() < deadline, f"{number} sessions should wait"
            time.sleep(0.01)

    with (
        psycopg.connect(fresh_url, autocommit=True) as conn,
        psycopg.connect(fresh_url, autocommit=True) as indexing,
        ThreadPoolExecutor(2) as pool,
        # Last, so that it lets go before the threads are waited for, however this ends.
        psycopg.connect(fresh_url) as recording,
    ):
        conn.execute("DROP INDEX stored_events_of_structure")
        recording.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
        index = pool.submit(index_stamps, indexing)
        until_waiting(1)
        command = pool.submit(world.creates)
        until_waiting(2)
        recording.rollback()
        index.result(10)
        command.result(10)
        assert conn.execute(MISSING, (list(INDEXES),)).fetchall() == []
