"""Service dossiers as they are read, found, and seen from their animations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.kernel.actors import Role
from tests.support.people import (
    AUDITOR,
    COORDONNATEUR,
    NATIONAL,
    OTHER_STRUCTURE,
    PARENT,
    REASONS,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import Server, token

AFTER = datetime(2027, 3, 20, 9, 0, tzinfo=UTC)
PERIOD = {"periodFrom": "2027-01-01", "periodUntil": "2027-03-31"}
ELSEWHERE = token(Role.COORDONNATEUR, "Coordination 02", territories=["02"])


class Claims:
    """A convention without pieces, and attested animations under it."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.convention = people.sign(requiredPieces=[])["convention"]["id"]

    def held(self, count: int = 1) -> list[str]:
        """Published animations of one day after the other."""
        days = [f"2027-03-{15 + number}" for number in range(count)]
        animations = [
            self.people.declare(startsAt=f"{day}T18:00:00+01:00", endsAt=f"{day}T20:00:00+01:00") for day in days
        ]
        for animation in animations:
            self.people.publish(animation)
        return animations

    def attest(self, *animations: str, parents: int = 9) -> None:
        self.people.server.clock.now = AFTER
        for animation in animations:
            self.people.does("08-attest-who-came", STRUCTURE, animationId=animation, parents=parents, children=4)

    def open(self, **changes: Any) -> dict[str, Any]:
        values = {"structureId": STRUCTURE_ID, "conventionId": self.convention, **PERIOD}
        dossier: dict[str, Any] = self.people.does("18-open-a-service-dossier", STRUCTURE, **values | changes)[
            "dossier"
        ]
        return dossier

    def certified(self, *animations: str) -> str:
        dossier = str(self.open(animationIds=list(animations))["id"])
        self.people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
        self.people.does("21-certify-the-service", COORDONNATEUR, dossierId=dossier, **REASONS)
        return dossier


@pytest.fixture
def claims(people: People) -> Claims:
    return Claims(people)


def seen(server: Server, who: str = STRUCTURE, **where: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = server.run("24-see-service-dossiers", who, where=where)["nodes"]
    return nodes


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
