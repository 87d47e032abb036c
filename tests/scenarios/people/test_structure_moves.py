"""A structure that moves: everything stays in its account, which its new SIRET reaches."""

from __future__ import annotations

import pytest

from application.proof.rules.log import judge_log
from cli.history.reading import history_of
from domain.kernel.actors import Role
from tests.support.people import (
    CONVENTION,
    COORDONNATEUR,
    NATIONAL,
    OTHER_SIRET,
    SIRET,
    STRUCTURE,
    STRUCTURE_ID,
)
from tests.support.server import token

NEW = "21180033901005"
MOVE, SIGN = "78-move-a-structure", "01-sign-a-convention"
MOVED = {"structureId": STRUCTURE_ID, "siret": NEW, "on": "2026-09-01", "reason": "Déménagement"}
UNDER_NEW_SIRET = token(Role.STRUCTURE, "Les Tilleuls", sirets=[NEW])
LISTED = "query($where: StructureWhere) { structures(where: $where) { nodes { id } } }"
ACCOUNT = "query($siret: String!) { structure(siret: $siret) { id siret name conventions { id } } }"


@pytest.fixture
def animation(people) -> str:
    people.sign()
    return str(people.declare())


def test_the_account_follows_and_its_history_is_one(people, server, animation):
    moved = people.does(MOVE, COORDONNATEUR, **MOVED)
    assert moved["structure"] == {"id": STRUCTURE_ID, "siret": NEW}
    for siret in (SIRET, NEW):
        account = server.ask(ACCOUNT, NATIONAL, siret=siret)["structure"]
        assert (account["id"], account["siret"], len(account["conventions"])) == (STRUCTURE_ID, NEW, 1)
        for typed in (siret, f" {siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"):
            assert server.ask(LISTED, where={"text": typed})["structures"]["nodes"] == [{"id": STRUCTURE_ID}]
    assert server.ask(LISTED, where={"text": OTHER_SIRET})["structures"]["nodes"] == []
    for who in (STRUCTURE, UNDER_NEW_SIRET):
        viewer = server.ask("{ viewer { structures { id siret } } }", who)["viewer"]
        assert viewer["structures"] == [{"id": STRUCTURE_ID, "siret": NEW}]
        people.does("47-modify-an-animation", who, animationId=animation, seats=20 if who is STRUCTURE else 21)
    with server.application.pool.connection() as conn:
        histories = [history_of(conn, number) for number in (SIRET, NEW, STRUCTURE_ID)]
        assert len({tuple(record.position for record in history.records) for history in histories}) == 1
    exports = [server.application.export_person(number) for number in (SIRET, NEW, STRUCTURE_ID)]
    assert exports[0]["held"], "a sole trader's name is personal"
    assert exports == exports[:1] * 3
    (entry,) = people.history(type=["structure.moved"])
    assert (entry["subject"], entry["data"]["former_siret"]) == (STRUCTURE_ID, SIRET)


def test_a_convention_signed_under_the_new_siret_joins_the_account(people, server, animation):
    people.does(MOVE, COORDONNATEUR, **MOVED)
    days = {"validFrom": "2027-09-01", "validUntil": "2028-08-31"}
    people.does(SIGN, COORDONNATEUR, **CONVENTION | days | {"siret": NEW, "structureName": "Autre nom"})
    account = server.ask(ACCOUNT, NATIONAL, siret=NEW)["structure"]
    assert (account["id"], account["name"], len(account["conventions"])) == (
        STRUCTURE_ID,
        CONVENTION["structureName"],
        2,
    )
    with server.application.pool.connection() as conn:
        report = judge_log(conn)
    assert [str(finding) for finding in report.findings] == []


def test_a_siret_that_has_an_account_is_not_taken_over(people, server, animation):
    people.does(SIGN, COORDONNATEUR, **CONVENTION | {"siret": OTHER_SIRET, "structureName": "Un autre"})
    (error,) = people.is_refused(MOVE, COORDONNATEUR, **MOVED | {"siret": OTHER_SIRET})
    assert (error["code"], error["field"]) == ("DUPLICATE", ["siret"])
    for day in ("1999-01-01", "2026-08-15"):
        (error,) = people.is_refused(MOVE, COORDONNATEUR, **MOVED | {"on": day})
        assert (error["code"], error["field"]) == ("INVALID", ["on"])
    people.does(MOVE, COORDONNATEUR, **MOVED | {"on": "2026-09-02"})
    (error,) = people.is_refused(MOVE, COORDONNATEUR, **MOVED | {"siret": SIRET, "reason": "Avant le premier"})
    assert "du 02/09/2026 au " in error["message"]
    people.does(MOVE, COORDONNATEUR, **MOVED | {"siret": SIRET, "on": "2026-09-02", "reason": "Retour"})
    assert server.ask(ACCOUNT, NATIONAL, siret=NEW)["structure"]["siret"] == SIRET


def test_signing_with_another_establishment_of_the_company_tells_of_its_account(people, server):
    people.sign()
    document = "mutation($input: ConventionSignInput!) { conventionSign(input: $input) { warnings } }"
    annex = CONVENTION | {"siret": "21020001000101", "structureName": "Annexe"}
    warnings = server.ask(document, COORDONNATEUR, input=annex)["conventionSign"]["warnings"]
    assert [warning for warning in warnings if SIRET in warning and "changez plutôt son SIRET" in warning]
