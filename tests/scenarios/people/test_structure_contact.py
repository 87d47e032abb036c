"""Whom the public may call or write to: said by the structure, read by everybody, kept sealed."""

from __future__ import annotations

from domain.kernel.actors import Role
from tests.support.people import NATIONAL, OTHER_STRUCTURE, STRUCTURE, STRUCTURE_ID
from tests.support.server import token

OTHER_COORDONNATEUR = token(Role.COORDONNATEUR, "Coordination 18", territories=["18"])
SET = "77-say-whom-to-call"
OURS = {"structureId": STRUCTURE_ID}
SAID = {"phone": "02 48 12 34 56", "email": "maison@exemple.fr", "hours": "le matin"}


def test_the_structure_says_whom_to_call_and_everybody_reads_it(people, server):
    people.sign()
    assert people.does(SET, STRUCTURE, **OURS, **SAID)["structure"]["contact"] == SAID
    people.publish(people.declare())
    document = "{ animations { nodes { structure { contact { phone email hours } } } } }"
    assert server.ask(document)["animations"]["nodes"] == [{"structure": {"contact": SAID}}]
    with server.application.pool.connection() as conn:
        query = "SELECT convert_from(state, 'UTF8') FROM stored_events WHERE topic = 'structure.contact_set'"
        (row,) = conn.execute(query).fetchall()
    assert "maison" not in row[0]
    for unreachable in ({}, {"hours": "le soir"}):
        errors = people.is_refused(SET, STRUCTURE, **OURS, **unreachable)
        assert [error["field"] for error in errors] == [["phone"], ["email"]]
        assert all("indiquez un téléphone ou un courriel" in error["message"] for error in errors)
    assert server.ask(document)["animations"]["nodes"] == [{"structure": {"contact": SAID}}]


def test_a_contact_of_an_animation_takes_what_it_leaves_out_from_its_structure(people, server):
    people.sign()
    people.does(SET, STRUCTURE, **OURS, **SAID)
    people.publish(people.declare(contact={"hours": "lundi"}))
    document = "{ animations { nodes { contact { phone email hours } } } }"
    assert server.ask(document)["animations"]["nodes"] == [{"contact": SAID | {"hours": "lundi"}}]
    table = server.http.get("/animations.csv").text
    assert all(words in table for words in ("02 48 12 34 56", "maison@exemple.fr", "lundi"))


def test_nobody_else_says_it_and_each_value_is_checked(people):
    people.sign()
    for who in (OTHER_STRUCTURE, OTHER_COORDONNATEUR, NATIONAL, None):
        people.is_refused(SET, who, **OURS, **SAID)
    errors = people.is_refused(SET, STRUCTURE, **OURS, phone="12", email="a;b@exemple.fr", hours="le\nmatin")
    assert [error["field"] for error in errors] == [["phone"], ["email"], ["hours"]]
