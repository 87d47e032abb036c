"""Requests made to harm are answered as any other mistake is, and whoever asks next is answered too.

`make fuzz` sends many more of each kind; `make bench-hostile` measures what other clients feel of it.
"""

from __future__ import annotations

import json
from random import Random
from threading import current_thread

import pytest
from graphql import DocumentNode
from graphql.language.parser import Parser

from tests.scenarios.following.test_subscriptions import opened, subscribe
from tests.support.network.hostile import KINDS
from tests.support.server import Server
from tests.support.soak import TIMES

GRAPHQL = "application/graphql-response+json"


def test_every_kind_of_hostile_request_is_answered_within_the_limits(server: Server):
    random = Random(20261123)
    for kind, draw in KINDS.items():
        for _ in range(6 * TIMES):
            body = draw(random)
            answer = server.post(body, accept=GRAPHQL)
            details = f"{kind}: {body[:200]!r} {answer.text[:500]}"
            assert answer.status_code in (200, 400, 413), details
            content = answer.json()
            assert content.get("errors") or "data" in content, details
            for error in content.get("errors", ()):
                assert error["extensions"]["code"] not in ("INTERNAL", None), details
        assert server.post({"query": "{ position }"}).status_code == 200, kind


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{ " + "position " * 101 + "}", "'position' is asked for 101 times, 100 at most"),
        ("{ ...A } fragment A on Query { " + "...B " * 100 + "} fragment B on Query { position }", "spread 101 times"),
        ("{ animations(first: " + "1" * 5_000 + ") { totalCount } }", "A number of 5000 digits"),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "within itself"),
        ("query A { position } query B { position }", "operationName is needed"),
        ("{ animations(where: {theme: " + "[" * 900 + "1" + "]" * 900 + "}) { totalCount } }", "nested too deeply"),
    ],
)
def test_what_is_beyond_a_limit_is_told_so(server: Server, document: str, words: str):
    answer = server.post({"query": document}, accept=GRAPHQL)
    assert answer.status_code == 400
    (error, *_) = answer.json()["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_INVALID"
    assert words in error["message"]


def test_variables_with_too_many_values_are_refused(server: Server):
    query = "query ($where: AnimationWhere) { animations(where: $where) { totalCount } }"
    more = {"theme": [f"t{number}" for number in range(5_000)]}
    assert server.post({"query": query, "variables": {"where": more}}).status_code == 413


@pytest.mark.parametrize("how", ["plainly", "with an extension", "as a stream", "over a socket"])
def test_a_long_document_that_is_wrong_is_read_beside_the_event_loop_however_it_comes(server: Server, monkeypatch, how):
    readers, read = [], Parser.parse_document

    def noted(parser: Parser) -> DocumentNode:
        readers.append(current_thread().name)
        return read(parser)

    monkeypatch.setattr(Parser, "parse_document", noted)
    request = {"query": "subscription { nowhere } # " + how * 40}
    if how == "over a socket":
        with opened(server) as socket:
            subscribe(socket, request["query"])
            message = json.loads(socket.recv(timeout=10))
        assert message["type"] == "error"
        errors = message["payload"]
    elif how == "as a stream":
        stream = server.post(request, accept="text/event-stream").text
        errors = json.loads(stream.split("data: ", 1)[1].split("\n", 1)[0])["errors"]
    else:
        errors = server.post(request | ({"extensions": {"x": 1}} if "extension" in how else {})).json()["errors"]
    assert [error["extensions"]["code"] for error in errors] == ["GRAPHQL_INVALID"]
    assert "Cannot query field 'nowhere'" in errors[0]["message"]
    assert readers
    assert all("worker" in name for name in readers), readers
