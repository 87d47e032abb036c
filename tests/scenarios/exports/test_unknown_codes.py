"""A code that never was one filters nothing away in silence: it is refused, with the codes there are."""

from __future__ import annotations

import json

import pytest
from graphql import GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type

from api.schema import schema
from tests.support.people import COORDONNATEUR, NATIONAL, STRUCTURE, STRUCTURE_ID

LISTING = "query($where: AnimationWhere) { animations(where: $where) { totalCount } }"
OWN = """query($id: ID!, $where: OwnAnimationWhere) {
  structure(id: $id) { animations(where: $where) { totalCount } } }"""


@pytest.mark.parametrize(
    ("field", "offered"),
    [
        ("theme", "temps-ecran"),
        ("type", "cafe-des-parents"),
        ("venueType", "ecole"),
        ("audience", "parents"),
        ("territory", "34"),
    ],
)
def test_an_unknown_code_is_refused_with_those_there_are(people, server, field, offered):
    people.sign()
    lists: list[tuple[str, str | None, dict[str, str]]] = [(LISTING, None, {})]
    if field in ("type", "audience"):
        lists.append((OWN, STRUCTURE, {"id": STRUCTURE_ID}))
    for document, who, variables in lists:
        (error,) = server.errors(document, who, **variables, where={field: [offered, "inconnu"]})
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID", ["where", field])
        assert "code inconnu « inconnu » ; codes acceptés : " in error["message"]
        assert offered in error["message"]
    for path in ("/animations.csv", "/animations.ics"):
        answer = server.http.get(path, params={field: "inconnu"})
        assert (answer.status_code, answer.json()["errors"][0]["message"][: len(field)]) == (400, field)
        assert server.http.get(path, params={field: offered}).status_code == 200


#: How lists that are not the query's own are asked for.
WITHIN = {"Query": "%s", "Structure": f'structure(id: "{STRUCTURE_ID}") {{ %s }}'}


def filters():
    """Yield each list of the schema, the filter's type, and those of its fields that take codes, with their types."""
    for owner in schema._schema.type_map.values():
        if not isinstance(owner, GraphQLObjectType) or owner.name == "Subscription":
            continue
        for name, field in owner.fields.items():
            where = field.args.get("where")
            if where is not None:
                inputs = get_named_type(where.type).fields
                codes = {key: inputs[key].type for key in inputs if get_named_type(inputs[key].type).name == "String"}
                yield owner.name, name, where.type, {key: kind for key, kind in codes.items() if key != "text"}


LISTS = list(filters())


def test_every_filter_of_the_schema_refuses_a_code_that_never_was_one(people, server):
    people.sign()
    silent = []
    for owner, name, where, codes in LISTS:
        document = f"query($where: {where}) {{ {WITHIN[owner] % f'{name}(where: $where) {{ __typename }}'} }}"
        for key, kind in codes.items():
            unknown = ["inconnu"] if isinstance(get_nullable_type(kind), GraphQLList) else "inconnu"
            body = {"query": document, "variables": {"where": {key: unknown}}}
            errors = server.post(body, NATIONAL).json().get("errors", [])
            refused = [(error["extensions"]["code"], error["extensions"].get("field")) for error in errors]
            if refused != [("INVALID", ["where", key])] or "inconnu" not in errors[0]["message"]:
                silent.append((owner, name, key, errors))
    assert not silent
    assert {name for _, name, _, codes in LISTS if codes} >= {"animations", "schools", "satisfaction", "auditTrail"}


def test_a_subscription_refuses_unknown_codes_before_it_waits(server):
    document = "subscription($where: AnimationWhere) { animationPublished(where: $where) { id } }"
    for where in ({"theme": ["inconnu"]}, {"territory": ["99"]}, {"commune": ["34999"]}):
        body = {"query": document, "variables": {"where": where}}
        with server.http.stream("POST", "/graphql", json=body, headers={"Accept": "text/event-stream"}) as answer:
            (told,) = [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: {")]
        assert told["errors"][0]["extensions"]["field"] == ["where", *where]


def test_a_commune_is_looked_for_under_every_code_that_it_has_had(people, server):
    people.sign()
    people.declare(communeCode="34172")
    (error,) = server.errors(LISTING, where={"commune": ["34172", "34000"]})
    assert error["extensions"]["field"] == ["where", "commune"]
    assert "aucune commune n'a le code INSEE « 34000 »" in error["message"]
    assert server.http.get("/animations.csv", params={"commune": "34000"}).status_code == 400
    assert server.ask(LISTING, where={"commune": [" 34172 ", "2a004"]})["animations"]["totalCount"] == 0
    own = server.ask(OWN, STRUCTURE, id=STRUCTURE_ID, where={"commune": ["34172"]})
    assert own["structure"]["animations"]["totalCount"] == 1


def test_a_uai_that_is_none_is_refused(server):
    document = "query($where: CandidatureWhere) { candidatures(where: $where) { totalCount } }"
    (error,) = server.errors(document, COORDONNATEUR, where={"schoolUai": ["0340002A"]})
    assert error["extensions"]["field"] == ["where", "schoolUai"]
    assert server.ask(document, COORDONNATEUR, where={"schoolUai": ["0340002T"]})["candidatures"]["totalCount"] == 0
