"""Who has lost a lease records nothing under it any more, on whatever session."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest

from application.application import Application
from eventstore.connections import connect
from eventstore.leasing.leased_work import Work, working_at
from eventstore.leasing.leases import EXPIRY_SECONDS, Lease, end_silent_holder, held_lease, holding, take, writing_on
from eventstore.locks import Lock
from eventstore.log import head
from eventstore.sessions.log_memory import LogMemory, LogWentBack, works_compare_with
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


def test_work_stands_still_while_the_log_lacks_what_its_process_has_seen(
    app: Application, world: World, fresh_url: str
):
    world.creates()
    memory, rounds = LogMemory(), 0

    def write_letters(conn: psycopg.Connection[Any]) -> float:
        nonlocal rounds
        rounds += 1
        return 0.01

    def wait_for_rounds(least: int) -> None:
        deadline = time.monotonic() + 10
        while rounds < least:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    with works_compare_with(memory), working_at(fresh_url, Work("mailer", Lock.MAILER, write_letters)):
        wait_for_rounds(2)
        memory.saw(log_head(app) + 1, b"an event that a standby never had")
        with app.pool.connection() as conn, pytest.raises(LogWentBack):
            memory.look(conn)
        before = rounds
        time.sleep(0.1)
        assert rounds <= before + 1
        # What was seen is there again: the work goes on by itself.
        memory.fault = None
        memory._seen, memory._recorded = type(memory.seen)(), None
        wait_for_rounds(before + 2)
