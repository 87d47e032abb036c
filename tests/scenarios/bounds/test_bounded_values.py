"""Texts and lists are measured before anything reads them, whichever way they come and however often they are used."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from api.core.commanding.text_lengths import LONGEST_TEXT
from api.limits.values import MOST_IN_LIST
from domain.kernel.errors import in_figures
from tests.scenarios.following.test_subscriptions import opened, subscribe
from tests.support.people import STRUCTURE, STRUCTURE_ID, People
from tests.support.server import Server

LONG = "1" * 900_000
STRUCTURES = f"query ($s: String!) {{ {' '.join(f'a{n}: structure(siret: $s) {{ id }}' for n in range(50))} }}"

#: The errors that a document is answered with.
Ask = Callable[[Server, str, dict[str, Any]], Any]


def by_post(server: Server, query: str, variables: dict[str, Any]) -> Any:
    return server.post({"query": query, "variables": variables}).json()["errors"]


def by_get(server: Server, query: str, variables: dict[str, Any]) -> Any:
    shortened = {name: value[:20_000] if isinstance(value, str) else value for name, value in variables.items()}
    params = {"query": query, "variables": orjson.dumps(shortened).decode()}
    return server.http.get("/graphql", params=params).json()["errors"]


def with_an_extension(server: Server, query: str, variables: dict[str, Any]) -> Any:
    return server.post({"query": query, "variables": variables, "extensions": {"x": 1}}).json()["errors"]


def by_form(server: Server, query: str, variables: dict[str, Any]) -> Any:
    form = {"operations": (None, orjson.dumps({"query": query, "variables": variables}).decode()), "map": (None, "{}")}
    answer = server.http.post("/graphql", files=form, headers={"graphql-require-preflight": "1"})
    return answer.json()["errors"]


def as_a_stream(server: Server, query: str, variables: dict[str, Any]) -> Any:
    stream = server.post({"query": query, "variables": variables}, accept="text/event-stream").text
    return json.loads(stream.split("data: ", 1)[1].split("\n", 1)[0])["errors"]


def over_a_socket(server: Server, query: str, variables: dict[str, Any]) -> Any:
    with opened(server) as socket:
        subscribe(socket, query, **variables)
        message = json.loads(socket.recv(timeout=10))
    return message["payload"] if message["type"] == "error" else message["payload"]["errors"]


EVERY_WAY = pytest.mark.parametrize(
    "ask", [by_post, by_get, with_an_extension, by_form, as_a_stream, over_a_socket], ids=lambda ask: ask.__name__
)


@EVERY_WAY
def test_a_text_beyond_any_field_is_refused_at_once_whichever_way_it_comes(server: Server, ask: Ask):
    (error,) = ask(server, STRUCTURES, {"s": LONG})
    assert error["message"] == f"siret : {in_figures(LONGEST_TEXT)} caractères au plus."
    assert error["extensions"] == {"code": "INVALID", "field": ["siret"]}


@EVERY_WAY
def test_a_list_beyond_any_filter_is_refused_at_once_whichever_way_it_comes(server: Server, ask: Ask):
    query = (
        "query ($w: AnimationWhere) { a: animations(where: $w) { totalCount } b: animations(where: $w) { totalCount } }"
    )
    (error,) = ask(server, query, {"w": {"theme": ["x"] * (MOST_IN_LIST + 1)}})
    assert error["message"] == f"where.theme : {in_figures(MOST_IN_LIST)} valeurs au plus."
    assert error["extensions"] == {"code": "INVALID", "field": ["where", "theme"]}


def test_a_subscription_with_a_filter_that_is_too_large_is_none(server: Server):
    query = "subscription ($w: AnimationWhere) { animationPublished(where: $w) { id } }"
    for ask in (over_a_socket, as_a_stream):
        (error,) = ask(server, query, {"w": {"type": ["x"] * 3_000}})
        assert error["extensions"]["code"] == "INVALID"


@pytest.mark.parametrize(
    ("query", "variables", "field"),
    [
        (f'{{ structure(siret: "{"1" * 50_000}") {{ id }} }}', {}, ["siret"]),
        (f'{{ animations(where: {{ text: "{"a " * 3_000}" }}) {{ totalCount }} }}', {}, ["where", "text"]),
        ("{ animations(where: { type: [" + '"x", ' * 101 + "] }) { totalCount } }", {}, ["where", "type"]),
        (f'query ($s: String = "{"1" * 50_000}") {{ structure(siret: $s) {{ id }} }}', {}, ["siret"]),
        (
            "query ($t: [String!]) { structures { nodes { animations(where: { type: $t }) { totalCount } } } }",
            {"t": ["x"] * 101},
            ["where", "type"],
        ),
        (
            "query ($d: DateTime) { animations(where: { startsFrom: $d }) { totalCount } }",
            {"d": LONG},
            ["where", "startsFrom"],
        ),
        ("query ($i: ID!) { node(id: $i) { id } }", {"i": LONG}, ["id"]),
        ("query ($a: String) { animations(after: $a) { totalCount } }", {"a": LONG}, ["after"]),
        ("query ($l: String!) { registration(link: $l) { id } }", {"l": LONG}, ["link"]),
    ],
    ids=[
        "literal",
        "literal in an object",
        "literal list",
        "default",
        "inner field",
        "instant",
        "id",
        "cursor",
        "link",
    ],
)
def test_values_are_measured_wherever_they_stand(server: Server, query, variables, field):
    (error,) = server.errors(query, **variables)
    assert error["extensions"] == {"code": "INVALID", "field": field}
    assert "au plus" in error["message"]


def test_what_a_mutation_takes_in_is_refused_in_its_payload_beside_what_else_is_wrong(server: Server):
    query = """
    mutation ($input: RegistrationCancelInput!, $add: ContactAddInput!) {
      registrationCancel(input: $input) { errors { code field } }
      contactAdd(input: $add) { errors { code field message } }
    }"""
    values = {
        "input": {"animationId": STRUCTURE_ID, "code": "A" * 30_000, "link": LONG[:200_000]},
        "add": {"structureId": STRUCTURE_ID, "name": LONG[:300_000], "email": "a@exemple.fr"},
    }
    answer = server.ask(query, STRUCTURE, **values)
    errors = answer["registrationCancel"]["errors"]
    assert {(error["code"], *error["field"]) for error in errors} == {("INVALID", "code"), ("INVALID", "link")}
    (error,) = answer["contactAdd"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID", ["name"])
    assert error["message"] == "Nom : 200 caractères au plus."


def test_a_file_of_contacts_may_be_longer_than_a_text_and_has_a_bound_of_its_own(server: Server):
    query = (
        "mutation ($input: ContactsImportInput!) { contactsImport(input: $input) { errors { code field message } } }"
    )
    for length, words in ((LONGEST_TEXT * 10, "ligne 2"), (600_000, "500\xa0000 caractères au plus")):
        csv = "nom;courriel\n" + "x" * length
        payload = server.ask(query, STRUCTURE, input={"structureId": STRUCTURE_ID, "csv": csv})["contactsImport"]
        assert words in payload["errors"][0]["message"]


def test_long_values_count_each_time_that_they_are_used(server: Server):
    def cost(times: int, letters: int) -> int:
        field = "animations(where: { text: $t }) { totalCount }"
        query = f"query ($t: String) {{ {' '.join(f'a{n}: {field}' for n in range(times))} }}"
        content = server.post({"query": query, "variables": {"t": "a" * letters}}).json()
        requested: int = content["extensions"]["cost"]["requested"]
        return requested

    # A field, its count, and the search: what is short costs nothing more.
    assert cost(1, 99) == 2 + 50
    assert cost(50, 99) == 50 * (2 + 50)
    query = (
        "mutation ($i: ContactsImportInput!) { "
        + " ".join(f"a{n}: contactsImport(input: $i) {{ position }}" for n in range(20))
        + "}"
    )
    (error,) = server.errors(query, i={"structureId": STRUCTURE_ID, "csv": "x" * 500_000})
    assert error["extensions"]["code"] == "TOO_COSTLY"


@pytest.mark.parametrize("names", [{"x" * 900_000: 1}, {f"startsFro{number}": 1 for number in range(4_900)}])
def test_names_that_no_input_has_are_refused_without_being_repeated(server: Server, names):
    query = "query($w: AnimationWhere) { animations(where: $w) { totalCount } }"
    answer = server.post({"query": query, "variables": {"w": names}})
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert len(answer.content) < 1_000


def test_a_change_that_is_too_long_is_told_its_own_limit_beside_all_else_that_is_wrong(server: Server) -> None:
    people = People(server)
    people.sign()
    long = "x" * (LONGEST_TEXT + 1)
    changes = {"animationId": people.declare(), "title": long, "venueName": long, "seats": 0}
    errors = people.is_refused("47-modify-an-animation", STRUCTURE, **changes)
    messages = {error["field"][-1]: error["message"].partition(" : ")[2] for error in errors}
    assert len(errors) == 3
    assert messages == {
        **dict.fromkeys(("title", "venueName"), "200 caractères au plus."),
        "seats": "doit être au moins 1.",
    }
