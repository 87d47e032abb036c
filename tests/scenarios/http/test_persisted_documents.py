"""Documents asked for by their hash, as clients send them; and a server that answers only those of its list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from api.compiled.documents import Documents
from api.http.persisted import PersistedDocuments
from tests.scenarios.following.test_subscriptions import PUBLICATIONS, first_told, opened
from tests.support.people import People
from tests.support.server import Clock, Server, running_server

QUERY = "query Somewhere($first: Int) { animations(first: $first) { totalCount } }"
GRAPHQL = {"accept": "application/graphql-response+json"}


def digest(document: str) -> str:
    return sha256(document.encode()).hexdigest()


def automatic(document: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": digest(document)}}


def test_a_client_sends_a_document_once_and_then_its_hash(server: Server):
    """As Apollo Client and urql do."""
    request = {"extensions": automatic(QUERY), "variables": {"first": 3}}
    missing = server.post(request)
    assert missing.status_code == 200
    (error,) = missing.json()["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
    assert server.post(request, **GRAPHQL).status_code == 400
    for body in ({**request, "query": QUERY}, request, {"documentId": f"sha256:{digest(QUERY)}"}):
        answer = server.post(body)
        assert answer.json()["data"] == {"animations": {"totalCount": 0}}, body
    by_get = {"extensions": json.dumps(automatic(QUERY)), "variables": '{"first": 3}'}
    assert server.http.get("/graphql", params=by_get).json()["data"] == {"animations": {"totalCount": 0}}


@pytest.mark.parametrize("member", [{"id": "7"}, {"id": 7}, {"doc_id": "1234567890"}, {"id": {}}], ids=str)
def test_a_number_of_the_clients_own_beside_a_document_names_no_document(server: Server, member: dict[str, Any]):
    """As react-relay-network-modern sends with every request."""
    assert server.post({"query": QUERY, **member}).json()["data"] == {"animations": {"totalCount": 0}}


def test_a_kept_document_may_be_one_that_graphql_core_answers(server: Server):
    wrong = "{ animations(first: -1) { totalCount } }"
    server.post({"query": wrong, "extensions": automatic(wrong)})
    (error,) = server.post({"extensions": automatic(wrong)}).json()["errors"]
    assert error["extensions"] == {"code": "INVALID", "field": ["first"]}


@pytest.mark.parametrize(
    "body",
    [
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": digest(QUERY)}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "xyz"}}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": {"persistedQuery": "sha"}},
        {"documentId": 3},
        {"documentId": "sha256:12"},
        {"documentId": f"sha256:{digest(QUERY)}", "extensions": automatic(QUERY)},
        {"query": "{ position }", "extensions": automatic(QUERY)},
        {"query": 3, "extensions": automatic(QUERY)},
    ],
)
def test_a_malformed_hash_or_another_documents_is_refused_and_nothing_is_kept(server: Server, body: dict[str, Any]):
    answer = server.post(body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "INVALID"
    again = server.post({"extensions": automatic(QUERY)}).json()
    assert again["errors"][0]["message"] == "PersistedQueryNotFound"


def test_a_subscription_may_be_named_by_its_hash(people: People, server: Server):
    people.sign()
    with opened(server) as socket:
        payload = {"query": PUBLICATIONS, "extensions": automatic(PUBLICATIONS)}
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
        socket.send(json.dumps({"type": "complete", "id": "1"}))
        socket.send(json.dumps({"type": "subscribe", "id": "2", "payload": {"extensions": automatic(QUERY)}}))
        unknown = json.loads(socket.recv(timeout=10))
        assert (unknown["type"], unknown["id"]) == ("error", "2")
        assert unknown["payload"][0]["message"] == "PersistedQueryNotFound"
        named = {"documentId": f"sha256:{digest(PUBLICATIONS)}"}
        socket.send(json.dumps({"type": "subscribe", "id": "3", "payload": named}))
        message = first_told(socket, lambda: people.publish(people.declare(title="Attendue")))
        assert message["payload"]["data"]["animationPublished"]["title"] == "Attendue"


def test_the_oldest_of_many_kept_documents_is_forgotten_first():
    documents = PersistedDocuments()
    for number in range(1_001):
        query = f"{{ a{number}: position }}"
        documents.completed({"query": query, "extensions": automatic(query)})
    assert documents.completed({"extensions": automatic("{ a1: position }")}) == {"query": "{ a1: position }"}
    with pytest.raises(Exception, match="PERSISTED_QUERY_NOT_FOUND"):
        documents.completed({"extensions": automatic("{ a0: position }")})


@pytest.fixture
def strict(database_url: str) -> Iterator[Server]:
    """A server with a list of two trusted documents."""
    with running_server(
        database_url, Clock(), trusted={digest(document): document for document in (QUERY, PUBLICATIONS)}
    ) as running:
        yield running


def test_a_server_with_a_list_answers_its_documents_alone_however_they_are_asked(strict: Server):
    for body in ({"query": QUERY}, {"extensions": automatic(QUERY)}, {"documentId": f"sha256:{digest(QUERY)}"}):
        assert strict.post(body).json()["data"] == {"animations": {"totalCount": 0}}
    other = "{ __schema { types { name } } }"
    refused = [
        strict.post({"query": other}),
        strict.post({"query": other, "extensions": automatic(other)}),
        strict.post({"extensions": automatic(other)}),
        strict.post({"query": other}, accept="text/event-stream"),
        strict.http.get("/graphql", params={"query": other}),
        strict.http.post(
            "/graphql",
            data={
                "operations": json.dumps({"query": other, "variables": {"f": None}}),
                "map": '{"0": ["variables.f"]}',
            },
            files={"0": ("a.txt", b"a", "text/plain")},
            headers={"graphql-require-preflight": "1"},
        ),
    ]
    for answer in refused:
        assert answer.status_code == 403, answer.text
        assert answer.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
    with opened(strict) as socket:
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": other}}))
        reply = json.loads(socket.recv(timeout=10))
        assert reply["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


def test_trusted_documents_are_prepared_before_anybody_asks_for_them(
    database_url: str, monkeypatch: pytest.MonkeyPatch
):
    document = "query Early { early: position animations(first: 2) { nodes { id } } }"
    with running_server(database_url, Clock(), trusted={digest(document): document}) as server:
        for part in ("_prepare", "_ordinary"):
            monkeypatch.setattr(Documents, part, lambda *_: pytest.fail("it was not prepared"))
        for further in ({}, {"operationName": "Early"}):
            answer = server.post({"documentId": f"sha256:{digest(document)}", **further}).json()
            assert answer["data"]["animations"] == {"nodes": []}
