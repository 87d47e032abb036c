"""A sequence that a careless restore has left behind is put right at the start, and costs no write."""

from __future__ import annotations

import logging

import psycopg
import pytest

from application.application import open_application
from eventstore.log import head
from tests.support.world import EVENT_KEYS, MASTER_KEY, World

_BEHIND = """
SELECT setval(pg_get_serial_sequence('stored_events', 'notification_id'),
    (SELECT max(notification_id) - 8 FROM stored_events))"""


def test_a_sequence_that_is_behind_the_log_is_put_right_before_anything_is_recorded(
    fresh_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(fresh_url, autocommit=True) as conn:
        last = head(conn)
        conn.execute(_BEHIND)
        with caplog.at_level(logging.WARNING), open_application(fresh_url, MASTER_KEY, EVENT_KEYS) as app:
            World(app).creates()
        assert head(conn) == last + 1
    (warning,) = [record for record in caplog.records if record.message == "a sequence was behind the log"]
    assert vars(warning)["sequence"] == "public.stored_events_notification_id_seq"


def test_a_sequence_that_is_right_or_ahead_is_left_as_it_is(fresh_url: str, database_url: str) -> None:
    with psycopg.connect(fresh_url, autocommit=True) as conn:
        last = head(conn)
        conn.execute("SELECT nextval(pg_get_serial_sequence('stored_events', 'notification_id'))")
        with open_application(fresh_url, MASTER_KEY, EVENT_KEYS) as app:
            World(app).creates()
        assert head(conn) == last + 2
    # Nothing was ever handed out by that of an empty log.
    with open_application(database_url, MASTER_KEY, EVENT_KEYS) as app, app.pool.connection() as conn:
        assert conn.execute("SELECT last_value, is_called FROM stored_events_notification_id_seq").fetchone() == (
            1,
            False,
        )
