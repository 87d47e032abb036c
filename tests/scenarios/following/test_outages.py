"""The database away, locked or lost at the worst moment: told in time, safe to repeat, and over when it is over."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import httpx
import psycopg
import pytest
from eventsourcing.persistence import PersistenceError
from websockets.exceptions import ConnectionClosed

from api.core.context import Context
from domain.kernel.actors import PUBLIC
from eventstore.connections import Bounds, reading_pool
from projections.engine.reading import AsyncPool, snapshot
from projections.engine.waiting import PositionWaiter
from projections.registry import relations
from tests.scenarios.following.test_subscriptions import opened, subscribe
from tests.support.conditions import started
from tests.support.network.outages import log_locked, proxied, terminate_all
from tests.support.people import ANIMATION, NATIONAL, STRUCTURE, People
from tests.support.server import Clock, Server, running_server

NEWER = "application/graphql-response+json"
DECLARE = """
mutation($input: AnimationCreateInput!) {
  animationCreate(input: $input) { animation { id } position errors { code message } }
}"""


def declare(server: Server, **changes: object) -> httpx.Response:
    return server.post({"query": DECLARE, "variables": {"input": ANIMATION | changes}}, STRUCTURE)


def is_unavailable(answer: httpx.Response) -> str:
    """Checks the form of the answer; returns its message."""
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    message: str = error["message"]
    return message


def test_while_the_database_is_away_all_say_so_in_time_and_the_first_after_its_return_succeeds(
    founded_url: str, clock: Clock
) -> None:
    with proxied(founded_url) as proxy, running_server(proxy.url, clock) as server:
        people = People(server)
        people.sign()
        people.declare()
        assert server.http.get("/animations.csv").status_code == 200
        proxy.cut()
        files = ("animations.csv", "animations.xlsx", "animations.ics", "animations.atom", "animations.jsonld")
        questions = [
            lambda: server.post({"query": "{ position }"}),
            lambda: server.post({"query": "{ animations { nodes { id } } }"}, accept=NEWER),
            lambda: server.post({"query": "{ position typology { themes { code } } }"}, NATIONAL),
            lambda: declare(server),
            *(lambda path=path: server.http.get(f"/{path}") for path in (*files, "checkpoint")),
        ]
        with ThreadPoolExecutor(len(questions)) as clients:
            began = time.monotonic()
            for answer in clients.map(lambda question: question(), questions):
                is_unavailable(answer)
            assert time.monotonic() - began < 8
        with opened(server) as socket:
            subscribe(socket, "{ position }")
            (error,) = json.loads(socket.recv(timeout=10))["payload"]["errors"]
            assert error["extensions"] == {"code": "UNAVAILABLE"}
        with pytest.raises(ConnectionClosed) as closed, opened(server, NATIONAL):
            pass
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
        assert server.http.get("/health").status_code == 503
        assert server.http.get("/ready").status_code == 503
        proxy.restore()
        answer = declare(server).json()
        assert "errors" not in answer, answer
        assert answer["data"]["animationCreate"]["errors"] == []
        assert server.http.get("/ready").status_code == 200


def test_when_all_sessions_were_ended_no_request_pays_for_it(people: People, founded_url: str) -> None:
    people.sign()
    server = people.server
    # As many connections as may be.
    with ThreadPoolExecutor(8) as clients:
        list(clients.map(lambda _: server.post({"query": "{ animations { totalCount } }"}, NATIONAL), range(32)))
    terminate_all(founded_url, "parentalite-%")
    for _ in range(20):
        assert server.ask("{ animations { totalCount } position }", NATIONAL)
        assert server.http.get("/ready").status_code in (200, 503)
    for _ in range(3):
        people.declare()


def test_a_lock_that_somebody_holds_is_told_to_writers_in_time_and_nothing_is_recorded_later(
    people: People, founded_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    people.sign()
    server, key = people.server, str(uuid4())
    reached = server.log_head()
    with log_locked(founded_url), ThreadPoolExecutor(12) as clients, caplog.at_level(logging.ERROR):
        began = time.monotonic()
        answers = list(clients.map(lambda _: declare(server, idempotencyKey=key), range(12)))
        assert time.monotonic() - began < 10
        for answer in answers:
            assert "avec la même clé" in is_unavailable(answer)
        # Who only reads is not concerned.
        assert server.ask("{ position }")["position"] == reached
    (held, *_) = [record for record in caplog.records if record.message == "the log is locked by another session"]
    assert [holder["application_name"] for holder in vars(held)["holders"]] == ["somebody-idle"]
    assert server.log_head() == reached
    answer = declare(server, idempotencyKey=key).json()
    assert answer["data"]["animationCreate"]["errors"] == []
    assert server.log_head() == reached + 1


def test_when_the_answer_to_the_commit_is_lost_the_same_key_gives_the_first_outcome_once(
    founded_url: str, clock: Clock
) -> None:
    with running_server(founded_url, clock) as other:
        People(other).sign()
    with proxied(founded_url) as proxy, running_server(proxy.url, clock) as server:
        reached, key = server.log_head(), str(uuid4())
        proxy.swallow = (b"record_decisions", b"animation.created")
        message = is_unavailable(declare(server, idempotencyKey=key))
        assert proxy.swallowed.is_set()
        assert "peut-être" in message
        assert "avec la même clé" in message
        assert server.log_head() == reached + 1
        answers = [declare(server, idempotencyKey=key).json()["data"]["animationCreate"] for _ in range(2)]
        assert answers[0] == answers[1]
        assert answers[0]["position"] == reached + 1
        assert server.log_head() == reached + 1


def test_a_snapshot_that_cannot_be_let_go_of_takes_no_answer_away(people: People, founded_url: str) -> None:
    people.sign()

    async def read_then_lose_it() -> int:
        async with reading_pool(founded_url, 1) as pool:
            context = Context(replace(people.server.services, pool=pool), PUBLIC)
            position = (await context.read()).position
            await asyncio.to_thread(terminate_all, founded_url, "parentalite-queries")
            await context.close()
            return position

    assert asyncio.run(read_then_lose_it()) == people.server.log_head()


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), (NEWER, 503)])
def test_an_answer_is_never_older_than_asked_whatever_was_heard_before_a_failover(
    founded_url: str, clock: Clock, accept: str, status: int
) -> None:
    with running_server(founded_url, clock, wait_seconds=0.2) as server:
        head = server.log_head()
        waiter = server.services.waiter
        assert isinstance(waiter, PositionWaiter)
        # As it stood before the connection was lost to a server that has more than the one that answers now.
        waiter._reached = waiter._going_on = head + 5
        for query in (
            "{ position }",
            "{ animations { totalCount } }",
            "query($a: Int) { animations(first: $a) { totalCount } }",
        ):
            answer = server.post({"query": query}, min_position=str(head + 5), accept=accept)
            (error,) = answer.json()["errors"]
            assert error["extensions"] == {"code": "POSITION_NOT_REACHED", "position": head}
            assert answer.status_code == status
        assert server.http.get("/animations.csv", headers={"min-position": str(head + 5)}).status_code == 503


def test_what_was_heard_over_a_connection_is_forgotten_with_it(people: People, founded_url: str) -> None:
    people.sign()
    waiter = people.server.services.waiter
    assert isinstance(waiter, PositionWaiter)
    waiter._reached = 10**6
    terminate_all(founded_url, "parentalite-waiter")
    deadline = time.monotonic() + 20
    while waiter.position in (0, 10**6) or waiter.standing is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert waiter.position == people.server.log_head()


def test_a_database_that_neither_answers_nor_ends_is_hung_up_on(
    founded_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxied(founded_url) as proxy, running_server(proxy.url, clock) as server:
        People(server).sign()
        reached = server.log_head()
        monkeypatch.setattr("eventstore.connections._RecorderPool.bounds", Bounds(1, 1, 1, lent=1))
        monkeypatch.setattr("eventstore.connections.Pool.bounds", Bounds(1, 1, 1, lent=1))
        monkeypatch.setattr("projections.engine.reading.POOL_SECONDS", 1.0)
        monkeypatch.setattr("projections.engine.reading.LONGEST_STATEMENT", 1.0)
        proxy.flows.clear()
        read = started(lambda: server.post({"query": "{ position animations { totalCount } }"}, NATIONAL))
        looked_up = started(lambda: server.application.recorder.earlier_outcome(uuid4()))
        is_unavailable(read.result(timeout=25))
        with pytest.raises(PersistenceError):
            looked_up.result(timeout=25)
        proxy.flows.set()
        answer = declare(server).json()["data"]["animationCreate"]
        assert answer["errors"] == []
        assert answer["position"] == reached + 1


def test_a_server_that_has_become_a_standby_costs_no_command(people: People, founded_url: str) -> None:
    people.sign()
    # As after a fail-over: connections of before are alive, and lead where nothing can be written any more.
    with psycopg.connect(founded_url, autocommit=True) as conn:
        name = conn.info.dbname
        conn.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        terminate_all(founded_url, "parentalite-%")
        assert people.server.ask("{ position }")
        message = is_unavailable(declare(people.server))
        assert "rien n'a été enregistré" in message
        conn.execute("SET default_transaction_read_only = off")
        conn.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    people.declare()


def test_a_pool_that_is_only_busy_is_waited_for(founded_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.engine.reading.POOL_SECONDS", 0.05)

    async def read_beside_another() -> int:
        async with reading_pool(founded_url, 1) as pool:
            await pool.wait()
            conn = await pool.getconn()
            reading = asyncio.create_task(_position(pool))
            # Several times as long as a database that is away would be waited for.
            await asyncio.sleep(0.5)
            assert not reading.done()
            await pool.putconn(conn)
            return await reading

    assert asyncio.run(read_beside_another()) > 0


async def _position(pool: AsyncPool) -> int:
    async with snapshot(pool, relations()) as read:
        return read.position
