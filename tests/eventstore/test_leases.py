"""Who has lost a lease records nothing under it any more, on whatever session."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest

from application.application import Application
from eventstore.connections import connect
from eventstore.leasing.leases import EXPIRY_SECONDS, Lease, end_silent_holder, held_lease, holding, take, writing_on
from eventstore.locks import Lock
from eventstore.log import head
from eventstore.unavailable import Unavailable
from tests.support.world import World


def take_soon(conn: psycopg.Connection[Any]) -> Lease:
    deadline = time.monotonic() + 10
    while (lease := take(conn, Lock.SCHEDULER, "scheduler")) is None:
        assert time.monotonic() < deadline, "the session of the silent holder goes on"
    return lease


def log_head(app: Application) -> int:
    with app.pool.connection() as conn:
        return head(conn)


def test_a_holder_that_was_silent_records_nothing_when_it_wakes_up(app: Application, world: World, fresh_url: str):
    with connect(fresh_url, "first") as first, connect(fresh_url, "second") as second:
        lease = take(first, Lock.SCHEDULER, "scheduler")
        assert lease is not None
        with holding(lease, fresh_url):
            world.creates()
            end_silent_holder(second, Lock.SCHEDULER)
            assert take(second, Lock.SCHEDULER, "scheduler") is None
            second.execute("UPDATE leases SET heard_at = heard_at - make_interval(secs => %s)", (EXPIRY_SECONDS,))
            end_silent_holder(second, Lock.SCHEDULER)
            taken = take_soon(second)
            before = log_head(app)
            with pytest.raises(Unavailable, match="another process"):
                world.creates()
            with pytest.raises(psycopg.OperationalError), writing_on(app.pool) as conn:
                conn.execute("DELETE FROM job_runs")
            assert log_head(app) == before
        with holding(taken, fresh_url):
            world.creates()
        assert held_lease() is None
        world.creates()
