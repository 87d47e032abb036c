"""PostgreSQL reads of a stored event's stamp what Python reads of it, and finds events by that."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest

from application.application import open_application
from eventstore.log import head, read_after
from eventstore.log_table import LOG, unprotected
from eventstore.records import decode
from tests.support.domain.builders import OURS
from tests.support.samples import SAMPLES
from tests.support.world import EVENT_KEYS, MASTER_KEY, World

_READ = "SELECT event_time(%(s)s), event_structure(%(s)s), event_territory(%(s)s)"
_OF_STRUCTURE = "SELECT notification_id FROM stored_events WHERE event_structure(state) = %s"
_VALID_INDEXES = "SELECT count(*) FROM pg_index WHERE indrelid = 'stored_events'::regclass AND indisvalid"
_OLD = b'{"schema_version":1,"stamp":{"recorded_at":"2026-09-01T08:00:00.5+02:00","actor":%s,"role":"national",'
_NEITHER = b'"command_id":"x","cause":"y","structure_id":null,"territory":null},"data":{"structure_id":"%s"}}'
_ACTOR = rb'"l\"structure_id\":\"1\",\"territory\":\"2\" \u00e9"'


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
        for unreadable in (b"", b"{}", b"\xff\x00", b'{"structure_id":'):
            assert conn.execute(_READ, {"s": unreadable}).fetchone() == (None, None, "")


@pytest.mark.parametrize(
    "broken",
    [
        "DROP FUNCTION event_time, event_structure, event_territory CASCADE",
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
