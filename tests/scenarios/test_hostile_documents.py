"""Requests made to harm are answered as any other mistake is, and whoever asks next is answered too.

`make fuzz` sends many more of each kind; `make bench-hostile` measures what other clients feel of it.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.hostile import KINDS
from tests.scenarios.server import Server
from tests.soak import TIMES

GRAPHQL = "application/graphql-response+json"


def test_every_kind_of_hostile_request_is_answered_within_the_limits(server: Server):
    random = Random(20261123)
    for kind, draw in KINDS.items():
        for _ in range(6 * TIMES):
            body = draw(random)
            answer = server.post(body, accept=GRAPHQL)
            told = f"{kind}: {body[:200]!r} {answer.text[:500]}"
            assert answer.status_code in (200, 400, 413), told
            content = answer.json()
            assert content.get("errors") or "data" in content, told
            for error in content.get("errors", ()):
                assert error["extensions"]["code"] not in ("INTERNAL", None), told
        assert server.post({"query": "{ position }"}).status_code == 200, kind


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{ " + "position " * 101 + "}", "'position' is asked for 101 times, 100 at most"),
        ("{ ...A } fragment A on Query { " + "...B " * 100 + "} fragment B on Query { position }", "spread 101 times"),
        ("{ animations(first: " + "1" * 5_000 + ") { totalCount } }", "A number of 5000 digits"),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "within itself"),
        ("query A { position } query B { position }", "operationName is needed"),
        ("{ animations(where: {theme: " + "[" * 900 + "1" + "]" * 900 + "}) { totalCount } }", "nested too deeply"),
    ],
)
def test_what_is_beyond_a_limit_is_told_so(server: Server, document: str, told: str):
    answer = server.post({"query": document}, accept=GRAPHQL)
    assert answer.status_code == 400
    (error, *_) = answer.json()["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_INVALID"
    assert told in error["message"]


def test_variables_with_too_many_values_are_refused(server: Server):
    query = "query ($where: AnimationWhere) { animations(where: $where) { totalCount } }"
    most = {"theme": [f"t{number}" for number in range(4_990)]}
    assert server.post({"query": query, "variables": {"where": most}}).json()["data"] == {
        "animations": {"totalCount": 0}
    }
    more = {"theme": [f"t{number}" for number in range(5_000)]}
    assert server.post({"query": query, "variables": {"where": more}}).status_code == 413
