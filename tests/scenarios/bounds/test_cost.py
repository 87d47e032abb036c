"""Every answer tells what it cost at most; what would cost too much is refused before anything is read."""

from __future__ import annotations

from tests.support.server import Server

COSTLY = """
{ structures(first: 100) { nodes { animations(first: 100) { nodes {
  id title startsAt endsAt seats version venueName address communeCode description
} } } } }"""


def test_a_compiled_answer_and_one_of_graphql_core_tell_their_cost(server: Server):
    compiled = server.post({"query": "{ animations(first: 3) { nodes { id title } } }"}).json()
    assert compiled["extensions"] == {"cost": {"requested": 8, "most": 50_000}}
    empty = server.post({"query": "{ animations(first: 0) { nodes { id title } } }"}).json()
    assert empty["extensions"] == {"cost": {"requested": 2, "most": 50_000}}
    # What is no size counts as the one of a page that names none.
    failed = server.post({"query": "{ animations(first: -1) { nodes { id title } } }"}).json()
    assert failed["errors"]
    assert failed["extensions"] == {"cost": {"requested": 42, "most": 50_000}}


def test_what_costs_too_much_is_refused_and_tells_how_much_it_would_be(server: Server):
    answer = server.post({"query": COSTLY}, accept="application/graphql-response+json")
    assert answer.status_code == 400
    content = answer.json()
    assert "data" not in content
    (error,) = content["errors"]
    assert error["extensions"]["code"] == "TOO_COSTLY"
    assert "100\xa0202 champs, 50\xa0000 au plus" in error["message"]
    assert content["extensions"]["cost"]["requested"] == 100_202
