"""A pool waits as long as its database is busy, and no longer where it gets no connection that it may lend."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from eventstore.connections import commands_pool, connect
from eventstore.unavailable import Unavailable
from tests.support.conditions import until


def test_a_pool_whose_connections_are_all_refused_is_not_taken_for_busy(fresh_url: str) -> None:
    def refuse(conn: psycopg.Connection[Any]) -> None:
        raise Unavailable("the log went back")

    with commands_pool(fresh_url, 2, refuse) as pool:
        began = time.monotonic()
        with pytest.raises(PoolTimeout):
            pool.getconn(timeout=0.5)
        assert time.monotonic() - began < 5


def test_after_a_crowd_the_same_session_is_lent_again_and_again(fresh_url: str) -> None:
    with commands_pool(fresh_url, 4) as pool:
        crowd = [pool.getconn() for _ in range(4)]
        for conn in crowd:
            pool.putconn(conn)
        sessions = []
        for _ in range(8):
            with pool.connection() as conn:
                sessions.append(conn.info.backend_pid)
        assert len(set(sessions[1:])) == 1


def test_many_threads_share_few_connections_of_which_none_is_kept_from_who_waits(fresh_url: str) -> None:
    lent: set[int] = set()

    def work(_: int) -> None:
        conn = pool.getconn(timeout=5)
        assert id(conn) not in lent
        lent.add(id(conn))
        time.sleep(0.0002)
        lent.remove(id(conn))
        pool.putconn(conn)

    with commands_pool(fresh_url, 2) as pool, ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(1_500)))
        assert pool.get_stats()["connections_num"] == 2


@pytest.mark.parametrize("is_lent", [True, False])
def test_what_was_lent_before_a_pool_was_drained_is_not_lent_again(fresh_url: str, is_lent: bool) -> None:
    with commands_pool(fresh_url, 1) as pool:
        conn = pool.getconn()
        if not is_lent:
            pool.putconn(conn)
        pool.drain()
        if is_lent:
            pool.putconn(conn)
        assert conn.closed
        with pool.connection() as another:
            assert another is not conn


@pytest.mark.parametrize("is_lent", [True, False])
def test_a_closed_pool_leaves_no_connection_open(fresh_url: str, is_lent: bool) -> None:
    pool = commands_pool(fresh_url, 1)
    pool.open()
    conn = pool.getconn()
    if not is_lent:
        pool.putconn(conn)
    pool.close()
    if is_lent:
        pool.putconn(conn)
    assert conn.closed


def test_a_session_that_ended_is_replaced(fresh_url: str) -> None:
    with commands_pool(fresh_url, 1) as pool, psycopg.connect(fresh_url, autocommit=True) as killer:
        with pool.connection() as conn:
            pass
        killer.execute("SELECT pg_terminate_backend(%s, 5000)", (conn.info.backend_pid,))
        with pool.connection() as another:
            assert another.execute("SELECT 1").fetchone() == (1,)
        assert conn.closed


def test_the_pool_sees_its_favourite_again_after_a_while(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventstore.sessions.lending.FAVOURED_SECONDS", 0.0)
    with commands_pool(fresh_url, 1) as pool:
        pool.putconn(pool.getconn())
        assert pool.get_stats()["pool_available"] == 1


def test_another_is_favoured_once_the_pool_closed_the_favourite_where_somebody_waits(fresh_url: str) -> None:
    with commands_pool(fresh_url, 1) as pool, ThreadPoolExecutor(1) as thread:
        conn = pool.getconn()
        waiting = thread.submit(pool.getconn)
        until(lambda: pool.get_stats()["requests_waiting"] == 1)
        conn.close()
        pool.putconn(conn)
        another = waiting.result(timeout=10)
        pool.putconn(another)
        assert another is not conn
        assert pool.get_stats()["pool_available"] == 0, "it lies with its pool's favourite, not in the pool"


def test_a_server_that_freezes_after_it_accepted_a_connection_is_hung_up_on(
    fresh_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventstore.connections.POOL_SECONDS", 0.3)
    monkeypatch.setattr("eventstore.connections._SERVERS_LIVELINESS", "SELECT pg_sleep(20)")
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        connect(fresh_url, "parentalite-test")

    def freeze(conn: psycopg.Connection[Any]) -> None:
        conn.execute("SELECT pg_sleep(20)")

    with commands_pool(fresh_url, 1, freeze) as pool, pytest.raises(PoolTimeout):
        pool.getconn(timeout=2)
    assert pool.refused > 0
    assert time.monotonic() - began < 10
