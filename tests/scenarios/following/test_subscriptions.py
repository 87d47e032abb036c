"""Following what happens: over WebSocket with rights and tokens, and as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from threading import Event
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from domain.kernel.actors import Role
from tests.support.conditions import beside
from tests.support.people import NATIONAL, OTHER_STRUCTURE, PARENT, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import OPERATIONS, Server, expired_token

PUBLICATIONS = (OPERATIONS / "16-follow-publications.graphql").read_text()
PROTOCOL = Subprotocol("graphql-transport-ws")
TIMELINE = (OPERATIONS / "17-follow-the-timeline.graphql").read_text()


@contextmanager
def opened(server: Server, token: str | None = None) -> Iterator[ClientConnection]:
    with connect(server.address.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL]) as socket:
        payload = {"Authorization": f"Bearer {token}"} if token else {}
        socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert json.loads(socket.recv(timeout=10)) == {"type": "connection_ack"}
        yield socket


def subscribe(socket: ClientConnection, document: str, **variables: Any) -> None:
    payload = {"query": document, "variables": variables}
    socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))


def first_told(socket: ClientConnection, happening: Callable[[], object]) -> dict[str, Any]:
    """The first message after something has happened, made to happen again until the subscription has begun."""
    for _ in range(50):
        happening()
        try:
            message: dict[str, Any] = json.loads(socket.recv(timeout=0.5))
        except TimeoutError:
            continue
        return message
    raise AssertionError("nothing was told")


def test_publications_that_match_are_told_as_they_happen(people: People, server: Server):
    people.sign()

    def publish_two() -> None:
        people.publish(people.declare(themes=["jeux-video"], title="Autre chose"))
        people.publish(people.declare(title="Attendue"))

    with opened(server) as socket:
        subscribe(socket, PUBLICATIONS, where={"theme": ["ent-pronote"], "territory": ["34"]})
        for _ in range(3):
            message = first_told(socket, publish_two)
            assert message["payload"]["data"]["animationPublished"]["title"] == "Attendue"


def test_a_structures_timeline_is_told_to_those_who_may_audit_it(people: People, server: Server):
    people.sign()
    with opened(server, STRUCTURE) as socket:
        subscribe(socket, TIMELINE, structureId=STRUCTURE_ID)
        entry = first_told(socket, people.declare)["payload"]["data"]["structureTimeline"]
        assert (entry["type"], entry["actor"], entry["role"]) == ("animation.created", "Les Tilleuls", "structure")
        assert entry["data"]["title"] == "Café des parents : Pronote sans peine"


#: The only root field may stand in a fragment, under another name.
FRAGMENT = "fragment F on Subscription { ... { mine: structureTimeline(structureId: $id) { id } } }"


@pytest.mark.parametrize("token", [None, OTHER_STRUCTURE, PARENT], ids=["public", "other structure", "parent"])
def test_a_structures_timeline_is_refused_to_others_without_data_and_with_its_path(
    token: str | None, people: People, server: Server
):
    people.sign()
    with opened(server, token) as socket:
        subscribe(socket, TIMELINE, structureId=STRUCTURE_ID)
        reply = json.loads(socket.recv(timeout=10))
    headers = {"accept": "text/event-stream"} | ({} if token is None else {"authorization": f"Bearer {token}"})
    body = {"query": f"subscription ($id: ID!) {{ ...F }} {FRAGMENT}", "variables": {"id": STRUCTURE_ID}}
    with server.http.stream("POST", "/graphql", json=body, headers=headers) as stream:
        event = stream.read().decode()
    code = "UNAUTHENTICATED" if token is None else "FORBIDDEN"
    assert (reply["type"], [(error["extensions"]["code"], error["path"]) for error in reply["payload"]]) == (
        "error",
        [(code, ["structureTimeline"])],
    )
    answer = json.loads(event.partition("data: ")[2].partition("\n")[0])
    assert [(error["extensions"]["code"], error["path"]) for error in answer["errors"]] == [(code, ["mine"])]
    assert "data" not in answer


def test_queries_and_mutations_run_over_the_socket_side_by_side(people: People, server: Server):
    people.sign()
    with opened(server, NATIONAL) as socket:
        for number in range(20):
            payload = {"query": "{ position territories { code } }"}
            socket.send(json.dumps({"type": "subscribe", "id": str(number), "payload": payload}))
        messages = [json.loads(socket.recv(timeout=10)) for _ in range(40)]
    answers = [message["payload"] for message in messages if message["type"] == "next"]
    assert len(answers) == 20
    assert {answer["data"]["position"] for answer in answers} == {server.log_head()}


@pytest.mark.parametrize("payload", [{"Authorization": f"Bearer {expired_token(Role.NATIONAL)}"}, {"authorization": 3}])
def test_a_bad_token_closes_the_socket(payload: dict[str, Any], server: Server):
    with connect(server.address.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL]) as socket:
        socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403


@pytest.mark.parametrize(
    "message",
    [
        "3",
        "[]",
        "{",
        '{"type": 3}',
        '{"type": "subscribe", "id": [], "payload": {"query": "{position}"}}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": "1", "payload": "texte"}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 3}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{position}", "variables": []}}',
    ],
)
def test_a_malformed_message_closes_the_socket(message: str, server: Server):
    with opened(server) as socket:
        socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4400


def test_an_operation_that_the_document_has_not_is_the_askers_error(server: Server):
    with opened(server) as socket:
        payload = {"query": "query A { position }", "operationName": "B"}
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        reply = json.loads(socket.recv(timeout=10))
        assert reply["type"] == "error"
        (error,) = reply["payload"]
        assert error["message"] == 'Unknown operation named "B".'
        assert error["extensions"]["code"] == "GRAPHQL_INVALID"


def test_publications_are_told_as_server_sent_events(people: People, server: Server):
    people.sign()
    body, enough = {"query": PUBLICATIONS}, Event()

    def publish_until_enough() -> None:
        while not enough.wait(timeout=0.1):
            people.publish(people.declare(title="À l'écoute"))

    with server.http.stream("POST", "/graphql", json=body, headers={"accept": "text/event-stream"}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        with beside(enough, publish_until_enough) as (publisher,):
            # Comments come for ever.
            lines = takewhile(lambda _: not publisher.done(), stream.iter_lines())
            data = next(line for line in lines if line.startswith("data: {"))
    assert json.loads(data.removeprefix("data: "))["data"]["animationPublished"]["title"] == "À l'écoute"


@pytest.mark.parametrize("accept", ["application/json", "*/*", "multipart/mixed", "application/graphql-response+json"])
def test_a_subscription_without_a_stream_is_refused_in_words_and_is_no_incident(server: Server, accept: str):
    body = {"query": "subscription { animationPublished { id } }"}
    (error,) = server.http.post("/graphql", json=body, headers={"accept": accept}).json()["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_INVALID"
    assert "text/event-stream" in error["message"]
