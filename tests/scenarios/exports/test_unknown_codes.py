"""A code that never was one filters nothing away in silence: it is refused, with the codes there are."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from graphql import GraphQLList, GraphQLObjectType, get_named_type, get_nullable_type

from api.schema import schema
from tests.support.people import AUDITOR, COORDONNATEUR, NATIONAL, STRUCTURE, STRUCTURE_ID

LISTING = "query($where: AnimationWhere) { animations(where: $where) { totalCount } }"
TRAIL = "query($where: AuditWhere) { auditTrail(where: $where) { totalCount } }"
DOSSIERS = "query($where: ServiceDossierWhere) { serviceDossiers(where: $where) { totalCount } }"
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

#: What else a list has to be asked for with.
BESIDE = {"animationDays": 'month: "2027-03", '}


def asking(owner: str, name: str, where: object) -> str:
    listed = f"{name}({BESIDE.get(name, '')}where: $where) {{ __typename }}"
    return f"query($where: {where}) {{ {WITHIN[owner] % listed} }}"


def filters(kind: str = "String"):
    """Yield each list of the schema, the filter's type, and those of its fields of a kind, with their types."""
    for owner in schema._schema.type_map.values():
        if not isinstance(owner, GraphQLObjectType) or owner.name == "Subscription":
            continue
        for name, field in owner.fields.items():
            where = field.args.get("where")
            if where is not None:
                inputs = get_named_type(where.type).fields
                codes = {key: inputs[key].type for key in inputs if get_named_type(inputs[key].type).name == kind}
                yield owner.name, name, where.type, codes


LISTS = list(filters())


def test_every_filter_of_the_schema_refuses_a_code_that_never_was_one(people, server):
    people.sign()
    silent = []
    for owner, name, where, codes in LISTS:
        document = asking(owner, name, where)
        for key, kind in codes.items():
            # What people type: a name that nothing bears lists nothing.
            if key in ("text", "place"):
                continue
            unknown = ["inconnu"] if isinstance(get_nullable_type(kind), GraphQLList) else "inconnu"
            body = {"query": document, "variables": {"where": {key: unknown}}}
            errors = server.post(body, NATIONAL).json().get("errors", [])
            refused = [(error["extensions"]["code"], error["extensions"].get("field")) for error in errors]
            if refused != [("INVALID", ["where", key])] or "inconnu" not in errors[0]["message"]:
                silent.append((owner, name, key, errors))
    assert not silent
    assert {name for _, name, _, codes in LISTS if codes} >= {"animations", "schools", "satisfaction", "auditTrail"}


def test_no_filter_of_the_schema_takes_a_blank_text_or_an_unknown_thing_for_none_at_all(people, server):
    """Where a program lost its value, everything would be listed, or nothing without a word."""
    people.sign()
    silent = []
    for kind, values in (("String", ["", " "]), ("ID", ["", "x", str(uuid4())])):
        for owner, name, where, fields in filters(kind):
            document = asking(owner, name, where)
            for key, of_kind in fields.items():
                for value in values:
                    filtered = [value] if isinstance(get_nullable_type(of_kind), GraphQLList) else value
                    body = {"query": document, "variables": {"where": {key: filtered}}}
                    errors = server.post(body, NATIONAL).json().get("errors", [])
                    if [error["extensions"].get("field") for error in errors] != [["where", key]]:
                        silent.append((owner, name, key, value, errors))
    assert not silent, silent
    for who in (STRUCTURE, COORDONNATEUR):
        for where in ({"animationId": str(uuid4())}, {"dossierId": str(uuid4())}):
            (error,) = server.errors(TRAIL, who, where=where)
            assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID", ["where", *where])
    assert server.http.get("/animations.csv", params={"structureId": str(uuid4())}).status_code == 400
    assert server.http.get("/animations.csv", params={"structureId": STRUCTURE_ID, "text": ""}).status_code == 200


@pytest.mark.parametrize(
    ("field", "document", "begins", "ends"),
    [
        (
            "startsBefore",
            LISTING,
            {"startsFrom": "2027-03-02"},
            ["2027-03-02", "2027-03-01T10:00:00+01:00", "2027-02-28"],
        ),
        ("recordedBefore", TRAIL, {"recordedFrom": "2027-03-02"}, ["2027-03-02", "2027-03-01T10:00:00+01:00"]),
        ("positionTo", TRAIL, {"positionFrom": 5}, [4]),
        ("periodUntil", DOSSIERS, {"periodFrom": "2027-03-02"}, ["2027-03-01"]),
    ],
)
def test_a_period_that_ends_before_it_begins_is_refused(people, server, field, document, begins, ends):
    for end in ends:
        (error,) = server.errors(document, AUDITOR, where=begins | {field: end})
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID", ["where", field])
    if field == "startsBefore":
        wide = {"startsFrom": "2027-03-02T10:00", "startsBefore": "2027-03-02T00:30:00+01:00"}
        assert server.ask(LISTING, where=wide), "in Guadeloupe it may be later"
        assert (
            server.http.get(
                "/animations.ics", params={"startsFrom": "2027-02-01", "startsBefore": "2027-01-01"}
            ).status_code
            == 400
        )


def test_a_subscription_refuses_unknown_codes_before_it_waits(server):
    document = "subscription($where: AnimationWhere) { animationPublished(where: $where) { id } }"
    for where in ({"theme": ["inconnu"]}, {"territory": ["99"]}, {"commune": ["34999"]}, {"structureId": str(uuid4())}):
        body = {"query": document, "variables": {"where": where}}
        with server.http.stream("POST", "/graphql", json=body, headers={"Accept": "text/event-stream"}) as answer:
            (event,) = [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: {")]
        assert event["errors"][0]["extensions"]["field"] == ["where", *where]


def test_a_commune_is_looked_for_under_every_code_that_it_has_had(people, server):
    people.sign()
    people.declare(communeCode="34172")
    (error,) = server.errors(LISTING, where={"commune": ["34172", "34000"]})
    assert error["extensions"]["field"] == ["where", "commune"]
    assert "aucune commune n'a le code INSEE « 34000 ». Ce n'est pas le code postal" in error["message"]
    (error,) = server.errors('{ schools(where: {commune: ["34000"]}) { totalCount } }')
    assert "aucune commune n'a le code INSEE « 34000 ». Ce n'est pas le code postal" in error["message"]
    assert server.http.get("/animations.csv", params={"commune": "34000"}).status_code == 400
    assert server.ask(LISTING, where={"commune": [" 34172 ", "2a004"]})["animations"]["totalCount"] == 0
    own = server.ask(OWN, STRUCTURE, id=STRUCTURE_ID, where={"commune": ["34172"]})
    assert own["structure"]["animations"]["totalCount"] == 1


def test_a_uai_that_is_none_is_refused(server):
    document = "query($where: CandidatureWhere) { candidatures(where: $where) { totalCount } }"
    (error,) = server.errors(document, COORDONNATEUR, where={"schoolUai": ["0340002A"]})
    assert error["extensions"]["field"] == ["where", "schoolUai"]
    assert server.ask(document, COORDONNATEUR, where={"schoolUai": ["0340002T"]})["candidatures"]["totalCount"] == 0
