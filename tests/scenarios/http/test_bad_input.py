"""Whatever is sent: a clear error, never a 500, and nothing recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from domain.kernel.actors import Role
from tests.support.people import (
    ANIMATION,
    CANDIDATURE,
    CONVENTION,
    COORDONNATEUR,
    NATIONAL,
    PARENT,
    STRUCTURE,
    People,
)
from tests.support.server import TOKEN_SECRET, Clock, Server, expired_token, running_server, token

GRAPHQL_JSON = "application/graphql-response+json"
POSITION = "{ position }"
SIGN, DECLARE, SUBMIT = "01-sign-a-convention", "03-declare-an-animation", "12-submit-a-candidature"


@pytest.fixture(scope="module")
def shared(server_url: str, worker_id: str, founded_template: str) -> Iterator[Server]:
    """One server for all: nothing that is done to it here leaves a trace."""
    from application.hosting.database import temporary_database

    with (
        temporary_database(server_url, f"bad_input_{worker_id}", founded_template) as url,
        running_server(url, Clock()) as running,
    ):
        People(running).sign()
        People(running).declare()
        yield running


@pytest.fixture
def server(shared: Server) -> Iterator[Server]:
    """Records nothing during a test."""
    before = shared.log_head()
    yield shared
    assert shared.log_head() == before


@pytest.fixture
def people(server: Server) -> People:
    return People(server)


@pytest.mark.parametrize(
    ("operation", "who", "values", "field"),
    [
        (SIGN, COORDONNATEUR, CONVENTION | {"siret": "12345678901234"}, ["siret"]),
        (SIGN, COORDONNATEUR, CONVENTION | {"siret": "siret"}, ["siret"]),
        (SIGN, COORDONNATEUR, CONVENTION | {"territory": "99999"}, ["territory"]),
        (SIGN, NATIONAL, CONVENTION | {"territory": "75"}, ["territory"]),
        (SIGN, COORDONNATEUR, CONVENTION | {"validUntil": "2026-01-01"}, ["validUntil"]),
        (SIGN, COORDONNATEUR, CONVENTION | {"ratePerAnimation": "-1"}, ["ratePerAnimation"]),
        (SIGN, COORDONNATEUR, CONVENTION | {"ratePerAnimation": "NaN"}, ["ratePerAnimation"]),
        (DECLARE, STRUCTURE, ANIMATION | {"title": "é" * 10_000}, ["title"]),
        (DECLARE, STRUCTURE, ANIMATION | {"title": "nul\0"}, ["title"]),
        (DECLARE, STRUCTURE, ANIMATION | {"description": "\0"}, ["description"]),
        (DECLARE, STRUCTURE, ANIMATION | {"themes": ["inconnu"]}, ["themes", "0"]),
        (DECLARE, STRUCTURE, ANIMATION | {"themes": []}, ["themes"]),
        (DECLARE, STRUCTURE, ANIMATION | {"themes": ["temps-ecran"] * 4_000}, ["themes"]),
        (DECLARE, STRUCTURE, ANIMATION | {"venueType": "inconnu"}, ["venueType"]),
        (DECLARE, STRUCTURE, ANIMATION | {"endsAt": ANIMATION["startsAt"]}, ["endsAt"]),
        (DECLARE, STRUCTURE, ANIMATION | {"seats": 0}, ["seats"]),
        (DECLARE, STRUCTURE, ANIMATION | {"seats": 2**31 - 1}, ["seats"]),
        (DECLARE, STRUCTURE, ANIMATION | {"structureId": "pas un identifiant"}, ["structureId"]),
        (DECLARE, STRUCTURE, ANIMATION | {"startsAt": "1800-01-01T00:00:00Z"}, ["startsAt"]),
        (DECLARE, STRUCTURE, ANIMATION | {"startsAt": "demain"}, ["startsAt"]),
        (
            DECLARE,
            STRUCTURE,
            ANIMATION | {"startsAt": "2027-03-28T02:30:00", "endsAt": "2027-03-28T04:00"},
            ["startsAt"],
        ),
        (DECLARE, STRUCTURE, ANIMATION | {"startsAt": "2027-03-15T18:00:00+05:00"}, ["startsAt"]),
        (DECLARE, STRUCTURE, ANIMATION | {"startsAt": 1_800_000_000}, ["startsAt"]),
        (SIGN, COORDONNATEUR, CONVENTION | {"signedOn": "31/12/2026"}, ["signedOn"]),
        (SUBMIT, PARENT, CANDIDATURE | {"schoolUai": "0340002A"}, ["schoolUai"]),
        (SUBMIT, PARENT, CANDIDATURE | {"schoolUai": "uai"}, ["schoolUai"]),
        (SUBMIT, PARENT, CANDIDATURE | {"email": "pas une adresse"}, ["email"]),
        (SUBMIT, PARENT, CANDIDATURE | {"territory": "02"}, ["territory"]),
    ],
)
def test_a_wrong_value_is_an_error_that_names_its_field(
    operation: str, who: str, values: dict[str, Any], field: list[str], people: People
):
    errors = people.is_refused(operation, who, **values)
    assert field in [error["field"] for error in errors]
    assert all(error["message"] for error in errors)


def test_every_missing_field_is_named_at_once_under_the_clients_names(people: People):
    errors = people.is_refused(DECLARE, STRUCTURE, structureId=ANIMATION["structureId"], title=None)
    named = {error["field"][0] for error in errors}
    mandatory = set(ANIMATION) - {"structureId", "address", "communeCode"}
    assert named == mandatory
    assert {error["code"] for error in errors} == {"INVALID"}
    assert "Début : champ obligatoire." in [error["message"] for error in errors]
    assert not [error for error in errors if error["field"][0] in error["message"].split(" : ")[0].split()]


def test_what_is_missing_malformed_unknown_and_against_a_rule_is_named_in_one_answer(people: People):
    wrong = ANIMATION | {
        "title": None,
        "seats": 0,
        "venueType": "gymnase",
        "themes": ["orientation"],
        "endsAt": ANIMATION["startsAt"],
    }
    errors = people.is_refused(DECLARE, STRUCTURE, **wrong)
    assert sorted(".".join(error["field"]) for error in errors) == [
        "endsAt",
        "seats",
        "themes.0",
        "title",
        "venueType",
    ]
    far = {"startsAt": "2090-01-15T18:00:00+01:00", "endsAt": "2090-01-15T17:00:00+01:00", "type": "cafe", "seats": -1}
    errors = people.is_refused(DECLARE, STRUCTURE, **ANIMATION | far)
    assert sorted(error["field"][0] for error in errors) == ["endsAt", "seats", "startsAt", "type"]


def test_a_change_is_told_all_that_is_wrong_with_it_in_one_answer(people: People):
    (animation,) = people.own_animations()
    wrong = {
        "title": "",
        "territory": "18",
        "seats": 0,
        "venueType": "gymnase",
        "themes": ["orientation"],
        "startsAt": "2090-01-15T18:00:00+01:00",
        "endsAt": "2090-01-15T17:00:00+01:00",
    }
    errors = people.is_refused("47-modify-an-animation", STRUCTURE, animationId=animation, **wrong)
    assert {error["field"][0] for error in errors} == set(wrong)


def test_seats_beyond_an_int_are_a_clear_error(server: Server):
    document = "mutation($input: AnimationCreateInput!) { animationCreate(input: $input) { position } }"
    (error,) = server.errors(document, STRUCTURE, input=ANIMATION | {"seats": 2**31})
    assert "seats" in error["message"]


def test_null_bytes_in_filters_are_refused(server: Server):
    for document in (
        '{ animations(where: { text: "\\u0000" }) { totalCount } }',
        '{ animations(where: { theme: ["\\u0000"] }) { totalCount } }',
        '{ animations(where: { structureId: "\\u0000" }) { totalCount } }',
        '{ structure(siret: "\\u0000") { id } }',
        '{ animation(id: "\\u0000") { id } }',
        '{ node(id: "\\u0000") { id } }',
        '{ territory(code: "\\u0000") { code } }',
        '{ animations(after: "\\u0000") { totalCount } }',
        '{ auditTrail(where: { type: ["\\u0000"] }) { edges { cursor } } }',
    ):
        answer = server.post({"query": document}, token(Role.AUDITOR))
        assert answer.status_code == 200, (document, answer.text)
        content = answer.json()
        codes = {error["extensions"]["code"] for error in content.get("errors", [])}
        assert codes <= {"INVALID", "NOT_FOUND"}, (document, content)


@pytest.mark.parametrize(
    "bad",
    [
        "pas.un.jeton",
        expired_token(Role.NATIONAL),
        token(Role.NATIONAL)[:-4] + "AAAA",
        token(Role.NATIONAL).replace(".", "", 1),
    ],
    ids=["malformed", "expired", "forged", "cut"],
)
def test_a_bad_token_is_refused_and_never_taken_for_the_public(bad: str, server: Server):
    answer = server.post({"query": POSITION}, bad)
    assert answer.status_code == 401
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic dTpw"])
def test_another_header_than_bearer_and_a_token_is_refused(authorization: str, server: Server):
    assert server.post({"query": POSITION}, authorization=authorization).status_code == 401


def test_without_a_token_a_mutation_asks_to_sign_in(people: People):
    errors = people.is_refused(DECLARE, None, **ANIMATION)
    assert [error["code"] for error in errors] == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"3",
        b'"texte"',
        b"[]",
        b"[" * 200_000,
        b'{"query": "\xff\xfe"}',
        b'{"query": "{ position }", "variables": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
        b'{"query": 3}',
        b'{"query": null}',
        b'{"query": "{ position }", "variables": []}',
        b'{"query": "{ position }", "operationName": 3}',
        b'{"query": "{ position }", "variables": "\\ud800"}',
        json.dumps([{"query": POSITION}] * 2).encode(),
    ],
    ids=lambda body: body[:24].decode(errors="replace"),
)
def test_a_malformed_body_is_a_client_error(body: bytes, server: Server):
    answer = server.post(body)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["errors"][0]["extensions"]["code"]


def test_an_operation_name_of_another_type_is_named(server: Server):
    wrong: tuple[dict[str, Any], ...] = ({"operationName": 5}, {"operationName": ["A"]}, {"operationName": {}})
    for body in wrong:
        answer = server.post({"query": POSITION, **body})
        (error,) = answer.json()["errors"]
        assert (answer.status_code, "`operationName` must be a string or null" in error["message"]) == (400, True)


def test_a_body_that_is_too_large_is_refused(server: Server):
    answer = server.post(b'{"query": "' + b" " * 1_000_001 + b'"}')
    assert answer.status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    unannounced = server.http.post("/graphql", content=chunks(), headers={"content-type": "application/json"})
    assert unannounced.status_code == 413


@pytest.mark.parametrize(
    "document",
    [
        "{" + "node(id: 1) {" * 20_000,
        "{ position " + "{ a " * 10_000 + "}" * 10_000 + "}",
        "query(" + "$a: " + "[" * 20_000 + "Int" + "]" * 20_000 + ") { position }",
        "{ animations(where: " + "{a:" * 10_000 + "1" + "}" * 10_000 + ") { totalCount } }",
        "{ animations(where: { territory: " + "[" * 10_000 + "]" * 10_000 + " }) { totalCount } }",
        "{" + " position" * 100_000 + "}",
        "{" + " ".join(f"a{number}: position" for number in range(20_000)) + "}",
        "query { ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ position " + "@skip(if: true) " * 20_000 + "}",
        "#" * 900_000,
    ],
    ids=lambda document: document[:24],
)
def test_a_document_made_to_hurt_is_refused(document: str, server: Server):
    for media_type in ("application/json", GRAPHQL_JSON):
        answer = server.post({"query": document}, accept=media_type)
        assert answer.status_code in (200, 400, 413), answer.text
        assert answer.json()["errors"]
    assert server.ask(POSITION)["position"] > 0


def test_a_forged_actor_in_the_token_is_no_way_in(server: Server):
    claims = {"sub": "système", "role": "system", "exp": 4_000_000_000}
    assert (
        server.post(
            {"query": POSITION}, jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(TOKEN_SECRET))
        ).status_code
        == 401
    )
    unsigned = jwt.encode(
        {"alg": "none"}, claims | {"role": "national"}, OctKey.import_key(TOKEN_SECRET), algorithms=["none"]
    )
    assert server.post({"query": POSITION}, unsigned).status_code == 401
