"""A limit belongs to the operation, whatever brings it, and to the client that a trusted proxy names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from api.core.asker.clients import Client, client_of
from api.limits.rate_limits import PROBES_AT_ONCE, PROBES_PER_MINUTE, RateLimiter
from application.hosting.setting_groups import WebSettings
from tests.scenarios.following.test_subscriptions import PROTOCOL, PUBLICATIONS, opened, subscribe
from tests.support.people import NATIONAL
from tests.support.server import Clock, Server, running_server

#: Six at once, then one every ten seconds.
LIMITED = WebSettings(requests_per_minute=36, sockets_per_address=3, trusted_proxies=(ip_network("127.0.0.1"),))


@pytest.fixture
def limited(founded_url: str, clock: Clock) -> Iterator[Server]:
    with running_server(founded_url, clock, web=LIMITED) as running:
        yield running


@contextmanager
def socket_from(server: Server, address: str, token: str | None = None) -> Iterator[ClientConnection]:
    url, headers = server.address.replace("http", "ws") + "/graphql", {"x-forwarded-for": address}
    with connect(url, subprotocols=[PROTOCOL], additional_headers=headers) as socket:
        payload = {"authorization": f"Bearer {token}"} if token else {}
        socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert json.loads(socket.recv(timeout=10)) == {"type": "connection_ack"}
        yield socket


def asks(socket: ClientConnection) -> str:
    """What an operation is answered: `next`, or the code of its error."""
    subscribe(socket, "{ __typename }")
    message: dict[str, Any] = json.loads(socket.recv(timeout=20))
    if message["type"] == "error":
        return str(message["payload"][0]["extensions"]["code"])
    assert json.loads(socket.recv(timeout=20))["type"] == "complete"
    return str(message["type"])


def test_an_address_has_one_allowance_at_both_doors(limited):
    with socket_from(limited, "203.0.113.7") as socket:
        assert [asks(socket) for _ in range(6)] == ["next"] * 5 + ["TOO_MANY_REQUESTS"], "the handshake counts"
        headers = {"x-forwarded-for": "203.0.113.7"}
        assert limited.http.post("/graphql", json={"query": "{ position }"}, headers=headers).status_code == 429
        with pytest.raises(InvalidStatus) as refused, socket_from(limited, "203.0.113.7"):
            pass
        assert refused.value.response.status_code == 429
    with socket_from(limited, "203.0.113.8") as other:
        assert asks(other) == "next"


def test_a_token_has_one_allowance_at_both_doors(limited):
    with socket_from(limited, "203.0.113.7", NATIONAL) as socket:
        assert [asks(socket) for _ in range(5)] == ["next"] * 5
    for spelling in ("Bearer ", "bearer  "):
        headers = {"x-forwarded-for": "203.0.113.9", "authorization": f"{spelling}{NATIONAL}"}
        answer = limited.http.post("/graphql", json={"query": "{ position }"}, headers=headers)
        assert answer.status_code == (200 if spelling == "Bearer " else 429)


def test_what_lasts_has_a_bound_for_each_address(founded_url, clock):
    bounded = LIMITED.model_copy(update={"requests_per_minute": 0})
    with running_server(founded_url, clock, web=bounded) as server, ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(socket_from(server, "203.0.113.7"))
        headers = {"accept": "text/event-stream", "x-forwarded-for": "203.0.113.7"}
        stream = server.http.stream("POST", "/graphql", json={"query": PUBLICATIONS}, headers=headers)
        assert stack.enter_context(stream).status_code == 200
        with pytest.raises(InvalidStatus) as refused, socket_from(server, "203.0.113.7"):
            pass
        assert refused.value.response.status_code == 429
        again = httpx.post(f"{server.address}/graphql", json={"query": PUBLICATIONS}, headers=headers)
        assert again.json()["errors"][0]["extensions"]["code"] == "TOO_MANY_REQUESTS"
        stack.enter_context(socket_from(server, "203.0.113.8"))
        stack.close()
        with socket_from(server, "203.0.113.7") as socket:
            assert asks(socket) == "next"


def test_what_runs_at_once_on_one_socket_has_a_bound(server):
    with opened(server) as socket:
        for number in range(22):
            payload = {"query": "subscription { animationPublished { id } }"}
            socket.send(json.dumps({"type": "subscribe", "id": str(number), "payload": payload}))
        for number in (20, 21):
            refused = json.loads(socket.recv(timeout=20))
            assert (refused["id"], refused["type"]) == (str(number), "error")
            assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_REQUESTS"


HERE = "127.0.0.1"
OURS = WebSettings(trusted_proxies=(ip_network(HERE), ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")))
NOBODY = WebSettings()


@pytest.mark.parametrize(
    ("web", "peer", "headers", "client"),
    [
        (NOBODY, HERE, {}, Client(HERE, direct=True)),
        (NOBODY, "::1", {}, Client("::/64", direct=True)),
        (NOBODY, "::ffff:127.0.0.1", {}, Client(HERE, direct=True)),
        (NOBODY, "203.0.113.7", {}, Client("203.0.113.7")),
        *((NOBODY, HERE, {name: HERE}, Client(HERE)) for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via")),
        (NOBODY, HERE, {"x-forwarded-proto": "https"}, Client(HERE)),
        (NOBODY, HERE, {"x-forwarded-for": "203.0.113.7"}, Client(HERE)),
        (NOBODY, "203.0.113.7", {"x-forwarded-for": HERE}, Client("203.0.113.7")),
        (OURS, HERE, {"x-forwarded-for": "203.0.113.7"}, Client("203.0.113.7")),
        (OURS, HERE, {"x-forwarded-for": "198.51.100.1, 203.0.113.7, 10.1.2.3"}, Client("203.0.113.7")),
        (OURS, HERE, {"x-forwarded-for": HERE}, Client(HERE)),
        (OURS, HERE, {"x-forwarded-for": "203.0.113.7:4711"}, Client("203.0.113.7")),
        (OURS, HERE, {"x-forwarded-for": '"[2001:db8::7]:4711"'}, Client("2001:db8::/64")),
        (OURS, HERE, {"x-forwarded-for": "2001:db8:2:3:4:5:6:7"}, Client("2001:db8:2:3::/64")),
        (OURS, "2001:db8:1::9", {"x-forwarded-for": "203.0.113.7"}, Client("203.0.113.7")),
        (OURS, "::ffff:10.0.0.1", {"x-forwarded-for": "::ffff:203.0.113.7"}, Client("203.0.113.7")),
        (OURS, "10.0.0.1", {"x-forwarded-for": "203.0.113.7, unknown"}, Client("10.0.0.1")),
        (OURS, "10.0.0.1", {"x-forwarded-for": ""}, Client("10.0.0.1")),
        (OURS, "10.0.0.1", {"x-real-ip": "203.0.113.7", "forwarded": "for=203.0.113.7"}, Client("10.0.0.1")),
        (OURS, "203.0.113.9", {"x-forwarded-for": "198.51.100.1"}, Client("203.0.113.9")),
    ],
    ids=str,
)
def test_only_the_configured_proxies_tell_who_asks(web, peer, headers, client):
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert client_of({"type": "http", "client": (peer, 1), "headers": lines}, web) == client


def test_a_line_that_the_client_wrote_before_the_proxys_own_counts_for_nothing():
    lines = [(b"x-forwarded-for", b"198.51.100.1"), (b"x-forwarded-for", b"203.0.113.7")]
    assert client_of({"type": "http", "client": (HERE, 1), "headers": lines}, OURS) == Client("203.0.113.7")


def test_metrics_are_for_who_is_on_this_machine_and_speaks_for_nobody_else(server, limited):
    for running in (server, limited):
        assert running.http.get("/metrics").status_code == 200
        for name in ("x-forwarded-for", "x-real-ip", "forwarded", "via", "x-forwarded-host"):
            for value in (HERE, "8.8.8.8"):
                assert running.http.get("/metrics", headers={name: value}).status_code == 403


def test_messages_that_ask_for_nothing_are_counted_too(limited):
    with socket_from(limited, "203.0.113.7") as socket:
        for _ in range(7):
            with suppress(ConnectionClosed):
                socket.send('{"type": "ping"}')
        answers = []
        with suppress(ConnectionClosed):
            while True:
                answers.append(json.loads(socket.recv(timeout=20))["type"])
        assert answers == ["pong"] * 5
        assert socket.close_code == 4429


def test_probes_have_an_allowance_of_their_own(limited):
    headers = {"x-forwarded-for": "203.0.113.7"}
    for _ in range(PROBES_AT_ONCE):
        limited.services.shared(RateLimiter).take("probe", "203.0.113.7", PROBES_PER_MINUTE, PROBES_AT_ONCE)
    statuses = [limited.http.get("/ready", headers=headers).status_code for _ in range(20)]
    assert 429 in statuses
    assert {limited.http.get("/ready").status_code for _ in range(20)} == {200}
