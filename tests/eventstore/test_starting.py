"""A server starts while others are at work on the same database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from application.application import open_application
from tests.support.conditions import until
from tests.support.world import EVENT_KEYS, MASTER_KEY

_WAITS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'parentalite-tables' AND wait_event_type = 'Lock'"""
_HELD = """
SELECT c.relname FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
WHERE l.pid = %s AND l.granted AND c.relnamespace <> 'pg_catalog'::regnamespace"""


@pytest.mark.parametrize("table", ["proof.checkpoints", "mail_subscriptions"])
def test_a_start_holds_no_table_while_it_waits_for_another(fresh_url: str, table: LiteralString) -> None:
    with (
        psycopg.connect(fresh_url, autocommit=True) as watch,
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(fresh_url) as worker,
    ):
        worker.execute(sql.SQL("LOCK TABLE {} IN ROW EXCLUSIVE MODE").format(sql.SQL(table)))
        start = pool.submit(_start, fresh_url)
        until(lambda: watch.execute(_WAITS).fetchone() is not None or start.done())
        waiting = watch.execute(_WAITS).fetchone()
        assert waiting is not None
        # Who works with this table and then with one that the start holds would never get it.
        assert watch.execute(_HELD, waiting).fetchall() == []
        worker.rollback()
        start.result(30)


def _start(url: str) -> None:
    with open_application(url, MASTER_KEY, EVENT_KEYS):
        pass


def test_a_start_opens_one_session_for_recording(fresh_url: str) -> None:
    with open_application(fresh_url, MASTER_KEY, EVENT_KEYS) as app:
        assert app.recorder.datastore.pool.get_stats()["connections_num"] == 1
