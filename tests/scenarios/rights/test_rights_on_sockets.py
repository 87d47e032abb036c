"""A right that has ended gives nothing more: for each kind of operation, on each way of asking, however it ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from anyio import to_thread
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from api.audit import downloads as audit_trail
from api.downloads import file_responses as documents
from api.following import news as following
from application.sign_in.local import issue_token
from domain.kernel.actors import Role
from projections.engine.waiting import PositionWaiter
from tests.scenarios.following.test_subscriptions import TIMELINE, opened, subscribe
from tests.support.conditions import started, until
from tests.support.people import NATIONAL, STRUCTURE_ID, People
from tests.support.server import TOKEN_SECRET, Clock, Server

SUBJECT = "camille@exemple.fr"
QUERY = "{ auditTrail(first: 1) { totalCount } }"
MUTATION = """mutation { controlOpen(input: { name: "X", periodFrom: "2025-09-01", periodUntil: "2026-12-31",
    sharePercent: 100 }) { position } }"""
OPERATIONS = {"query": QUERY, "mutation": MUTATION, "subscription": TIMELINE}
SECONDS = 8
REFUSED = ("UNAUTHENTICATED", "FORBIDDEN")


class Ending:
    """An auditor's mandate, and the ways in which it comes to its end."""

    def __init__(self, people: People, clock: Clock) -> None:
        self._people, self._clock = people, clock
        self.token = self._token(timedelta(days=1))
        values = {"subject": SUBJECT, "until": "2027-06-01T00:00:00Z"}
        (self._mandate,) = people.does("56-admit-an-auditor", NATIONAL, **values)["mandates"]

    def _token(self, valid_for: timedelta) -> str:
        return issue_token(TOKEN_SECRET, Role.PARENT, SUBJECT, datetime.now(UTC), valid_for=valid_for)

    def brief(self) -> None:
        self.token = self._token(timedelta(seconds=SECONDS))

    def expired(self) -> None:
        ends = datetime.now(UTC) + timedelta(seconds=SECONDS)
        until(lambda: datetime.now(UTC) > ends)

    def ended(self) -> None:
        values = {"accountId": self._mandate["accountId"], "mandateId": self._mandate["id"]}
        self._people.does("57-end-a-mandate", NATIONAL, **values)

    def ran_out(self) -> None:
        self._clock.now = datetime(2027, 6, 2, tzinfo=UTC)

    def erased(self) -> None:
        self._people.server.ask(f'mutation {{ personErase(input: {{subject: "{SUBJECT}"}}) {{ erased }} }}', NATIONAL)


@pytest.fixture
def ending(people: People, clock: Clock) -> Ending:
    people.sign()
    return Ending(people, clock)


WAYS = {"token": Ending.expired, "mandate": Ending.ended, "mandate's time": Ending.ran_out, "person": Ending.erased}


@pytest.fixture(params=list(WAYS))
def ends(request: pytest.FixtureRequest, ending: Ending) -> Callable[[], None]:
    if request.param == "token":
        ending.brief()
    return lambda: WAYS[request.param](ending)


def all_told(socket: ClientConnection) -> tuple[list[dict[str, Any]], int | None]:
    """Everything up to the end of the connection, and the code that it is closed with."""
    messages: list[dict[str, Any]] = []
    with suppress(ConnectionClosed):
        while True:
            messages.append(json.loads(socket.recv(timeout=30)))
    return messages, socket.close_code


def streamed(server: Server, token: str) -> Iterator[str]:
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {token}"}
    body = {"query": TIMELINE, "variables": {"structureId": STRUCTURE_ID}}
    with httpx.stream("POST", f"{server.address}/graphql", json=body, headers=headers, timeout=60) as stream:
        yield from stream.iter_lines()


def test_nothing_is_given_by_a_right_that_has_ended(ends, ending, server, people):
    events: list[str] = []
    with ExitStack() as stack:
        asking = {kind: stack.enter_context(opened(server, ending.token)) for kind in OPERATIONS}
        running = stack.enter_context(opened(server, ending.token))
        subscribe(running, TIMELINE, structureId=STRUCTURE_ID)
        stream = Thread(target=lambda: events.extend(streamed(server, ending.token)), daemon=True)
        stream.start()
        until(lambda: server.services.gauges["subscribers"] == 2)
        for socket in asking.values():
            subscribe(socket, "{ auditTrail(first: 1) { totalCount } }")
            assert json.loads(socket.recv(timeout=20))["payload"]["data"]["auditTrail"]["totalCount"]
            assert json.loads(socket.recv(timeout=20))["type"] == "complete"
        before = server.log_head()

        ends()
        after = server.log_head()
        # A running subscription ends by itself, though nothing that it would tell happens.
        stream.join(timeout=60)
        messages, code = all_told(running)
        assert code == 4403
        payloads = [message["payload"] for message in messages if message["type"] == "next"]
        assert [payload["data"] for payload in payloads] == [None]
        assert payloads[0]["errors"][0]["extensions"]["code"] in REFUSED
        assert any(f'"{code}"' in line for line in events for code in REFUSED), events
        assert not any('"structureTimeline":{' in line for line in events)
        for kind, socket in asking.items():
            with suppress(ConnectionClosed):
                subscribe(socket, OPERATIONS[kind], **({"structureId": STRUCTURE_ID} if kind == "subscription" else {}))
            assert all_told(socket) == ([], 4403), kind
    assert after >= before
    assert server.log_head() == after, "nothing was carried out"


def test_a_socket_of_the_public_has_a_longest_life_too(people, server, monkeypatch):
    monkeypatch.setattr("api.http.sockets.LONGEST_LIFE", 0.5)
    monkeypatch.setattr("api.http.sockets._GRACE_SECONDS", 0.5)
    with opened(server) as socket:
        assert all_told(socket) == ([], 1001)


def test_server_sent_events_have_a_longest_life_too(people, server, monkeypatch):
    monkeypatch.setattr(following, "LONGEST_LIFE", 1.0)
    body = {"query": "subscription { animationPublished { id } }"}
    headers = {"accept": "text/event-stream"}
    with httpx.stream("POST", f"{server.address}/graphql", json=body, headers=headers, timeout=30) as stream:
        lines = list(stream.iter_lines())
    assert any('"UNAVAILABLE"' in line for line in lines)


def test_a_request_that_waited_is_answered_by_who_asks_then(people, server, ending, monkeypatch):
    """The asker's mandate ends while the request waits for the position at which it has ended."""
    assert server.ask(QUERY, ending.token)["auditTrail"]["totalCount"]
    wait, waits = PositionWaiter.wait, Event()

    async def noted(waiter: PositionWaiter, position: int, timeout: float) -> bool:
        waits.set()
        return await wait(waiter, position, timeout)

    monkeypatch.setattr(PositionWaiter, "wait", noted)
    headers = {"authorization": f"Bearer {ending.token}", "min-position": str(server.log_head() + 1)}
    waiting = started(
        lambda: httpx.post(f"{server.address}/graphql", json={"query": QUERY}, headers=headers, timeout=30)
    )
    assert waits.wait(30)
    ending.ended()
    assert [error["extensions"]["code"] for error in waiting.result(60).json()["errors"]] == ["FORBIDDEN"]


def test_a_body_that_took_its_time_is_carried_out_by_who_asks_then(people, server, ending):
    body = json.dumps({"query": QUERY}).encode()
    headers = {"authorization": f"Bearer {ending.token}", "content-type": "application/json"}

    def is_refused() -> bool:
        return "FORBIDDEN" in httpx.post(f"{server.address}/graphql", content=body, headers=headers, timeout=30).text

    def slowly() -> Iterator[bytes]:
        yield body[:10]
        ending.ended()
        until(is_refused)
        yield body[10:]

    answer = httpx.post(f"{server.address}/graphql", content=slowly(), headers=headers, timeout=30)
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["FORBIDDEN"]


def test_a_table_that_is_read_slowly_ends_with_the_right_to_it(people, server, ending, monkeypatch):
    monkeypatch.setattr(documents, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(audit_trail, "PAGE", 2)
    pages, page = 0, audit_trail._page

    async def counted(*args: Any) -> Any:
        nonlocal pages
        pages += 1
        if pages == 2:
            await to_thread.run_sync(ending.ended)
        return await page(*args)

    monkeypatch.setattr(audit_trail, "_page", counted)
    answer = server.http.get("/audit-trail.csv", headers={"authorization": f"Bearer {ending.token}"})
    assert answer.text.rstrip().endswith(documents.INTERRUPTED)
    assert pages == 2
