"""What usual GraphQL clients send by their defaults, and what they are answered."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tests.support.people import People
from tests.support.server import Clock, Server, running_server

JSON, GRAPHQL_JSON = "application/json", "application/graphql-response+json"
POSITION = "{ position }"
#: What @urql/core 6 sends with every operation.
URQL = (
    "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed"
)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (URQL, GRAPHQL_JSON),
        ("application/json, text/event-stream;q=0", JSON),
        ("application/json;q=0.5, text/event-stream;q=0.4", JSON),
        ("application/json;q=0, */*", GRAPHQL_JSON),
        ("*/*", JSON),
        ("APPLICATION/JSON", JSON),
        ("rubbish", JSON),
        ("multipart/mixed;boundary=graphql;subscriptionSpec=1.0, application/json", JSON),
        ("text/event-stream", "text/event-stream"),
        ("text/event-stream, application/json;q=0.9", "text/event-stream"),
    ],
)
def test_queries_and_mutations_are_answered_as_the_client_prefers(server: Server, accept: str, media_type: str):
    for document in (POSITION, 'mutation { animationPublish(input: { animationId: "1" }) { errors { code } } }'):
        answer = server.post({"query": document}, accept=accept)
        assert answer.headers["content-type"].partition(";")[0] == media_type
    by_get = server.http.get("/graphql", params={"query": POSITION}, headers={"accept": accept})
    assert by_get.headers["content-type"].partition(";")[0] == media_type


def test_a_subscription_is_a_stream_for_who_takes_json_too_in_lines_that_end_in_lf(people: People, server: Server):
    body = {"query": "subscription { animationPublished(after: 0) { id } }"}
    people.sign()
    people.publish(people.declare())
    with server.http.stream("POST", "/graphql", json=body, headers={"accept": URQL}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["vary"] == "Accept, Authorization"
        text = next(stream.iter_text())
    assert text.startswith("event: next\ndata: {")
    assert text.endswith("}\n\n")
    assert "\r" not in text


def test_a_mutation_by_get_has_one_code_under_any_accept(server: Server):
    mutation = "mutation { personErase(input: {}) { position } }"
    for accept in (JSON, GRAPHQL_JSON, "text/event-stream", URQL):
        answer = server.http.get("/graphql", params={"query": mutation}, headers={"accept": accept})
        assert answer.status_code == 405
        assert answer.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


def test_a_get_without_a_document_is_a_bad_request_unless_a_page_is_preferred(server: Server):
    for accept in ("*/*", "application/json, text/html;q=0.1", JSON):
        answer = server.http.get("/graphql", headers={"accept": accept})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")
    browser = {"accept": "text/html,*/*;q=0.8"}
    assert "PERSISTED" in server.http.get("/graphql", params={"documentId": "0" * 64}, headers=browser).text


def test_a_position_that_is_not_reached_keeps_its_status_where_a_stream_is_wanted(founded_url: str):
    with running_server(founded_url, Clock(), wait_seconds=0.2) as server:
        position = str(server.log_head() + 1)
        answer = server.post({"query": POSITION}, min_position=position, accept="text/event-stream")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"query": "query A { position }", "operationName": "B"}, "Unknown operation named"),
        ({"query": "query A { position } query B { position }"}, "operationName is needed"),
        ({"query": "fragment F on Query { position }"}, "Fragment 'F' is never used"),
    ],
)
def test_a_document_without_the_operation_is_invalid_graphql(server: Server, body: dict[str, str], message: str):
    answer = server.post(body, accept=JSON)
    (error, *_) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (200, "GRAPHQL_INVALID")
    assert message in error["message"]
    assert server.post(body, accept=GRAPHQL_JSON).status_code == 400


def test_a_compressed_body_is_refused_with_what_would_be_taken(server: Server):
    headers = {"content-type": JSON, "content-encoding": "gzip"}
    answer = server.http.post("/graphql", content=gzip.compress(b'{"query": "{ position }"}'), headers=headers)
    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, "identity")


def test_members_that_clients_add_by_themselves_are_passed_over_as_fast(server: Server):
    question = {"query": "{ animations(first: 20) { nodes { id title } } }"}
    apollo = {"extensions": {"clientLibrary": {"name": "@apollo/client", "version": "4.3.8"}}}
    further: list[dict[str, Any]] = [{}, apollo, {"extensions": {}}, {"extensions": None}, {"somethingElse": 1}]
    for members in further:
        assert "etag" in server.post(question | members).headers
