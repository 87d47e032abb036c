"""Service dossiers as they are read, found, and seen from their animations."""

from __future__ import annotations

from typing import Any

from domain.kernel.actors import Role
from tests.scenarios.service.dossiers_story import AFTER, Claims, seen
from tests.support.people import (
    AUDITOR,
    COORDONNATEUR,
    NATIONAL,
    OTHER_STRUCTURE,
    PARENT,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import Server, token

ELSEWHERE = token(Role.COORDONNATEUR, "Coordination 02", territories=["02"])


def test_dossiers_are_read_by_those_who_answer_for_them(claims: Claims, server: Server):
    held = claims.held(1)
    claims.attest(*held)
    dossier = claims.open()["id"]
    query = "query($id: ID!) { serviceDossier(id: $id) { id } node(id: $id) { id } }"
    for who in (STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR):
        assert [shown["id"] for shown in seen(server, who)] == [dossier]
        assert server.ask(query, who, id=dossier)["serviceDossier"] == {"id": dossier}
    for who in (OTHER_STRUCTURE, ELSEWHERE):
        assert seen(server, who) == []
        assert server.ask(query, who, id=dossier) == {"serviceDossier": None, "node": None}
    (refused,) = server.errors("{ serviceDossiers { totalCount } }", PARENT)
    assert refused["extensions"]["code"] == "FORBIDDEN"
    (public,) = server.errors("{ serviceDossiers { totalCount } }")
    assert public["extensions"]["code"] == "UNAUTHENTICATED"


def test_dossiers_are_found_by_what_they_are(claims: Claims, people: People, server: Server):
    held = claims.held(1)
    claims.attest(*held)
    first = claims.certified(*held)
    claims.people.server.clock.now = AFTER.replace(day=21)
    second = claims.open(periodFrom="2027-04-01", periodUntil="2027-04-30")["id"]
    assert [shown["id"] for shown in seen(server)] == [second, first]
    for where, expected in (
        ({"status": ["OPEN"]}, [second]),
        ({"status": ["OPEN", "CERTIFIED"]}, [second, first]),
        ({"structureId": STRUCTURE_ID}, [second, first]),
        ({"conventionId": claims.convention}, [second, first]),
        ({"territory": ["34"]}, [second, first]),
        ({"territory": ["02"]}, []),
        ({"periodFrom": "2027-04-01"}, [second]),
        ({"periodUntil": "2027-03-31"}, [first]),
    ):
        assert [shown["id"] for shown in seen(server, **where)] == expected, where
    page = server.run("24-see-service-dossiers", STRUCTURE, first=1)
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
    rest = server.run("24-see-service-dossiers", STRUCTURE, first=1, after=page["pageInfo"]["endCursor"])
    assert [node["id"] for node in rest["nodes"]] == [first]


def test_allowed_actions_of_an_animation_know_its_dossier(claims: Claims, server: Server):
    (animation,) = claims.held(1)
    claims.attest(animation)
    query = "query($id: ID!) { animation(id: $id) { allowedActions { action allowed reason } } }"

    def correctable() -> dict[str, Any]:
        actions = server.ask(query, STRUCTURE, id=animation)["animation"]["allowedActions"]
        (correction,) = [action for action in actions if action["action"] == "attestationCorrect"]
        return dict(correction)

    claims.open()
    assert correctable()["allowed"]
    claims.people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=seen(server)[0]["id"])
    assert not correctable()["allowed"]
    assert "renvoi" in correctable()["reason"]
