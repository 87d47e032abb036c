"""Subscriptions that go on after a break, or end with the rights; a rebuild's progress; who does not read."""

from __future__ import annotations

import gc
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.sync.client import ClientConnection

from api.following import news as following
from application.sign_in.local import issue_token
from cli.server import serving
from domain.kernel.actors import Role
from projections.engine.rebuild import rebuild
from tests.scenarios.following.test_subscriptions import PUBLICATIONS, TIMELINE, opened, subscribe
from tests.support.conditions import started, until
from tests.support.people import COORDONNATEUR, NATIONAL, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import MASTER_KEY, OPERATIONS, TOKEN_SECRET, Clock, Server, running_server
from tests.support.server import token as token_of

PROGRESS = (OPERATIONS / "74-follow-a-rebuild.graphql").read_text()


def receive(connection: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(connection.recv(timeout=20))
    assert message["type"] in ("next", "error"), message
    return message


def title_of(message: dict[str, Any]) -> str:
    return str(message["payload"]["data"]["animationPublished"]["title"])


def position_of(message: dict[str, Any]) -> int:
    return int(message["payload"]["extensions"]["position"])


@contextmanager
def subscribed(server: Server, document: str, token: str | None = None, **variables: Any) -> Iterator[ClientConnection]:
    """A subscription that has begun."""
    before = server.services.gauges["subscribers"]
    with opened(server, token) as connection:
        subscribe(connection, document, **variables)
        until(lambda: server.services.gauges["subscribers"] > before)
        yield connection


def test_a_subscriber_goes_on_after_a_break_from_the_last_position_told(people: People, server: Server):
    people.sign()
    with subscribed(server, PUBLICATIONS) as connection:
        people.publish(people.declare(title="Première"))
        first = receive(connection)
        assert title_of(first) == "Première"
    people.publish(people.declare(title="Pendant la coupure"))
    people.publish(people.declare(title="Aussi"))
    with subscribed(server, PUBLICATIONS, after=position_of(first)) as connection:
        missed = [receive(connection), receive(connection)]
        assert [title_of(message) for message in missed] == ["Pendant la coupure", "Aussi"]
        people.publish(people.declare(title="Ensuite"))
        then = receive(connection)
        assert title_of(then) == "Ensuite"
    positions = [position_of(message) for message in (first, *missed, then)]
    assert positions == sorted(set(positions))
    # What generated clients keep, as they drop extensions.
    in_data = [message["payload"]["data"]["animationPublished"] for message in (first, *missed, then)]
    assert [animation["publishedPosition"] for animation in in_data] == positions


def test_a_timeline_is_told_from_its_beginning_as_server_sent_events(people: People, server: Server):
    people.sign()
    people.declare()
    body = {"query": TIMELINE, "variables": {"structureId": STRUCTURE_ID, "after": 0}}
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {STRUCTURE}"}
    with server.http.stream("POST", "/graphql", json=body, headers=headers) as stream:
        lines = (line for line in stream.iter_lines() if line.startswith("data: {"))
        entries = [json.loads(next(lines).removeprefix("data: ")) for _ in range(2)]
    assert [entry["data"]["structureTimeline"]["type"] for entry in entries] == [
        "convention.signed",
        "structure.account_opened",
    ]
    for entry in entries:
        assert entry["extensions"]["position"] == entry["data"]["structureTimeline"]["position"]


@pytest.mark.parametrize("after", [-1, 1_000_000])
def test_a_position_that_is_not_there_is_refused_by_its_name(founded_url: str, clock: Clock, after: int):
    with running_server(founded_url, clock, wait_seconds=0.2) as server, opened(server) as connection:
        subscribe(connection, PUBLICATIONS, after=after)
        message = receive(connection)
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        assert errors[0]["extensions"] == {"code": "INVALID", "field": ["after"]}
        assert "position entre 0 et" in errors[0]["message"]


def test_what_lies_far_back_is_told_once_each_and_in_order_however_it_is_cut(people: People, server, monkeypatch):
    monkeypatch.setattr(following, "WINDOW", 3)
    monkeypatch.setattr(following, "PAGE", 2)
    people.sign()
    titles = [f"Animation {number}" for number in range(7)]
    for title in titles:
        people.publish(people.declare(title=title))
        people.declare(title="Jamais publiée")
    with subscribed(server, PUBLICATIONS, after=0) as connection:
        assert [title_of(receive(connection)) for _ in titles] == titles


def test_a_long_subscription_remembers_nothing_of_what_it_has_told(people: People, server: Server):
    people.sign()

    def remembered(count: int) -> int:
        for number in range(count):
            people.publish(people.declare(title=f"Animation {number}"))
            receive(connection)
        gc.collect()
        return sum(type(thing).__name__ == "CollectedFields" for thing in gc.get_objects())

    with subscribed(server, PUBLICATIONS) as connection:
        before = remembered(3)
        assert remembered(20) <= before + 10


def test_what_does_not_concern_a_subscriber_costs_it_no_statement(people: People, server: Server, monkeypatch):
    people.sign()
    pages, page = 0, following._page

    async def counted(*args: Any) -> Any:
        nonlocal pages
        pages += 1
        return await page(*args)

    monkeypatch.setattr(following, "_page", counted)
    with subscribed(server, PUBLICATIONS) as connection:
        animation = [people.declare() for _ in range(5)][-1]
        assert pages == 0
        people.publish(animation)
        assert title_of(receive(connection))
        assert pages == 1


def test_a_subscription_ends_with_the_mandate_that_allowed_it(people: People, server: Server):
    people.sign()
    camille = token_of(Role.PARENT, "camille@exemple.fr")
    sent = people.does(
        "50-invite-somebody-to-speak-for-a-structure", STRUCTURE, structureId=STRUCTURE_ID, email="camille@exemple.fr"
    )
    (mandate,) = people.does("51-accept-an-invitation", camille, link=sent["link"])["mandates"]
    with subscribed(server, TIMELINE, camille, structureId=STRUCTURE_ID) as connection:
        people.declare()
        assert receive(connection)["payload"]["data"]["structureTimeline"]["type"] == "animation.created"
        people.does("57-end-a-mandate", STRUCTURE, accountId=mandate["accountId"], mandateId=mandate["id"])
        people.declare()
        message = receive(connection)
        assert message["payload"]["data"] is None
        assert message["payload"]["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    until(lambda: server.services.gauges["subscribers"] == 0)


def test_a_subscription_ends_with_the_token_that_opened_it(people: People, server: Server):
    people.sign()
    soon = datetime.now(UTC)
    brief = issue_token(TOKEN_SECRET, Role.NATIONAL, "national", soon, valid_for=timedelta(seconds=5))
    with subscribed(server, TIMELINE, brief, structureId=STRUCTURE_ID) as connection:
        until(lambda: datetime.now(UTC) > soon + timedelta(seconds=6))
        people.declare()
        message = receive(connection)
        assert message["payload"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_the_national_team_follows_a_rebuild_to_its_end(people: People, server: Server, founded_url: str):
    people.sign()
    with subscribed(server, PROGRESS, NATIONAL) as connection:
        rebuilding = started(lambda: rebuild(founded_url, MASTER_KEY, ["animations"]))
        notices: list[dict[str, Any]] = []
        while not notices or notices[-1]["step"] not in ("SWITCHED", "STOPPED"):
            notices.append(receive(connection)["payload"]["data"]["rebuildProgress"])
        rebuilding.result(60)
    assert notices[-1]["step"] == "SWITCHED"
    assert {notice["step"] for notice in notices} <= {"FILLING", "INDEXING", "CATCHING_UP", "SWITCHED"}
    for notice in notices:
        assert notice["readModels"] == ["animations"]
        assert 0 <= notice["done"] <= notice["total"]


def test_a_rebuild_that_is_stopped_says_so(people: People, server: Server, founded_url: str):
    def interrupt(step: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with subscribed(server, PROGRESS, NATIONAL) as connection:
        with pytest.raises(KeyboardInterrupt):
            rebuild(founded_url, MASTER_KEY, ["animations"], interrupt)
        assert receive(connection)["payload"]["data"]["rebuildProgress"]["step"] == "STOPPED"


@pytest.mark.parametrize("token", [None, STRUCTURE, COORDONNATEUR], ids=["public", "structure", "coordonnateur"])
def test_a_rebuild_is_followed_by_nobody_else(server: Server, token: str | None):
    with opened(server, token) as connection:
        subscribe(connection, PROGRESS)
        message = receive(connection)
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        assert errors[0]["extensions"]["code"] == ("UNAUTHENTICATED" if token is None else "FORBIDDEN")


def test_who_does_not_read_is_dropped_and_nobody_else_notices(founded_url: str, clock: Clock, monkeypatch):
    monkeypatch.setattr(serving, "UNREAD_TIMEOUT_MS", 1_000)
    description = "Une description aussi longue que possible. " * 40
    fields = " ".join(f"d{number}: description" for number in range(40))
    document = f"subscription {{ animationPublished(after: 0) {{ {fields} }} }}"
    body = json.dumps({"query": document}).encode()
    head = (
        b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Accept: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    with running_server(founded_url, clock, taken=serving.take_address("127.0.0.1", 0)) as server:
        people = People(server)
        people.sign()
        for number in range(100):
            people.publish(people.declare(title=f"Animation {number}", description=description))
        with socket.socket() as asleep:
            asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            asleep.connect(("127.0.0.1", int(server.address.rpartition(":")[2])))
            asleep.sendall(head + body)
            until(lambda: server.services.gauges["subscribers"] == 1)
            until(lambda: server.services.gauges["subscribers"] == 0)
            assert server.post({"query": "{ position }"}).status_code == 200
