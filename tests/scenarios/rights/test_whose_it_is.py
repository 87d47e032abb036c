"""Whose a thing is follows from the thing, over HTTP: what an input says of it gives nobody power over others'."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.kernel.actors import Role
from tests.support.people import (
    CANDIDATURE,
    CONVENTION,
    COORDONNATEUR,
    NATIONAL,
    OTHER_SIRET,
    OTHER_STRUCTURE,
    SCHOOL,
    SIRET,
    STRUCTURE,
    STRUCTURE_ID,
)
from tests.support.server import token

BIND, END, INVITE, REVOKE = (
    "55-bind-school-staff",
    "57-end-a-mandate",
    "50-invite-somebody-to-speak-for-a-structure",
    "52-revoke-an-invitation",
)
SIGN, RENAME, ACCEPT = "01-sign-a-convention", "75-rename-a-structure", "51-accept-an-invitation"
#: A school of the Doubs; SCHOOL is one of the Hérault.
ABROAD = "0250001R"
DOUBS = token(Role.COORDONNATEUR, "Coordination 25", territories=["25"])
CAMILLE = token(Role.PARENT, "camille@exemple.fr")
MANDATES = "query($role: Role!) { mandates(role: $role) { id accountId subject schools } }"
OPEN = "{ openInvitations { id } }"
SEES = "query($id: ID!) { structure(id: $id) { mandates { id } invitations { id } } }"


def _code(errors: list[dict[str, Any]]) -> tuple[str, list[str] | None]:
    (error,) = errors
    return error["code"], error["field"]


def test_nobody_binds_anybody_to_schools_of_another_territory_than_they_name(people):
    for who in (COORDONNATEUR, NATIONAL):
        for role in ("HEAD", "INSPECTOR", "DIRECTOR"):
            values = {"subject": "complice", "staffRole": role, "territory": "34", "schools": [SCHOOL, ABROAD]}
            (error,) = people.is_refused(BIND, who, **values)
            assert (error["code"], error["field"]) == ("INVALID", ["schools"])
            assert ABROAD in error["message"]
            assert SCHOOL not in error["message"]
    people.does(BIND, COORDONNATEUR, subject="direction", staffRole="HEAD", territory="34", schools=[SCHOOL])
    assert _code(people.is_refused(BIND, COORDONNATEUR, **values | {"territory": "25"})) == ("FORBIDDEN", None)


def test_a_candidature_is_for_a_school_of_the_territory_that_it_names(people):
    errors = people.is_refused("12-submit-a-candidature", None, **CANDIDATURE | {"schoolUai": ABROAD})
    assert _code(errors) == ("INVALID", ["schoolUai"])


def test_a_coordonnateur_lists_and_ends_what_is_bound_to_schools_of_the_territory(people, server):
    values = {"subject": "direction", "staffRole": "HEAD", "territory": "25", "schools": [ABROAD]}
    (bound,) = people.does(BIND, NATIONAL, **values)["mandates"]
    ended = {"accountId": bound["accountId"], "mandateId": bound["id"]}
    assert server.ask(MANDATES, COORDONNATEUR, role="HEAD")["mandates"] == []
    people.is_refused(END, COORDONNATEUR, **ended)
    (listed,) = server.ask(MANDATES, DOUBS, role="HEAD")["mandates"]
    assert (listed["subject"], listed["schools"]) == ("direction", [ABROAD])
    people.does(END, DOUBS, **ended)
    assert server.ask(MANDATES, DOUBS, role="HEAD")["mandates"] == []


def test_a_convention_in_a_further_territory_gives_no_power_over_the_structure_itself(people, server):
    people.sign()
    invitation = people.does(INVITE, STRUCTURE, structureId=STRUCTURE_ID, email="camille@exemple.fr")
    (mandate,) = people.does(ACCEPT, CAMILLE, link=invitation["link"])["mandates"]
    opened = people.does(INVITE, STRUCTURE, structureId=STRUCTURE_ID, email="dominique@exemple.fr")["invitation"]
    people.does(SIGN, DOUBS, **CONVENTION | {"territory": "25", "structureName": "Un autre nom"})
    named = server.ask("query($siret: String!) { structure(siret: $siret) { name } }", siret=SIRET)["structure"]["name"]
    assert named == CONVENTION["structureName"]
    refused = [
        people.is_refused(RENAME, DOUBS, structureId=STRUCTURE_ID, name="Autre", reason="Fusion"),
        people.is_refused(INVITE, DOUBS, structureId=STRUCTURE_ID, email="moi@exemple.fr"),
        people.is_refused(REVOKE, DOUBS, invitationId=opened["id"]),
        people.is_refused(END, DOUBS, accountId=mandate["accountId"], mandateId=mandate["id"]),
    ]
    assert {_code(errors) for errors in refused} == {("FORBIDDEN", None)}
    answer = server.post({"query": SEES, "variables": {"id": STRUCTURE_ID}}, DOUBS).json()
    assert answer["data"] == {"structure": {"mandates": None, "invitations": None}}
    refusals = [(error["extensions"]["code"], error["path"]) for error in answer["errors"]]
    assert sorted(refusals) == [("FORBIDDEN", ["structure", name]) for name in ("invitations", "mandates")]
    assert server.ask(MANDATES, DOUBS, role="STRUCTURE")["mandates"] == []
    (listed,) = server.ask(MANDATES, COORDONNATEUR, role="STRUCTURE")["mandates"]
    assert listed["id"] == mandate["id"]
    seen = server.ask(SEES, COORDONNATEUR, id=STRUCTURE_ID)["structure"]
    assert (len(seen["mandates"]), len(seen["invitations"])) == (1, 2)
    for who, count in ((DOUBS, 0), (COORDONNATEUR, 1), (NATIONAL, 1), (STRUCTURE, 1), (OTHER_STRUCTURE, 0)):
        assert [each["id"] for each in server.ask(OPEN, who)["openInvitations"]] == [opened["id"]][:count], who
    people.does(REVOKE, COORDONNATEUR, invitationId=opened["id"])
    assert server.ask(OPEN, NATIONAL)["openInvitations"] == []
    people.does(END, COORDONNATEUR, accountId=mandate["accountId"], mandateId=mandate["id"])


def test_in_a_further_territory_a_coordonnateur_sees_the_work_done_there_and_nothing_else(people, server):
    people.sign()
    people.declare()
    people.does(SIGN, DOUBS, **CONVENTION | {"territory": "25"})
    there = people.declare(territory="25", communeCode="25056")
    document = """query($id: ID!) { structure(id: $id) {
      conventions { territory } animations { nodes { id } } dashboard { animations } timeline { nodes { data } }
    } }"""
    seen = server.ask(document, DOUBS, id=STRUCTURE_ID)["structure"]
    assert seen["conventions"] == [{"territory": "25"}]
    assert seen["animations"] == {"nodes": [{"id": there}]}
    assert seen["dashboard"] == {"animations": 1}
    assert "34" not in {entry["data"].get("territory") for entry in seen["timeline"]["nodes"]}


def test_a_structures_name_changes_by_a_decision_of_its_own_with_a_reason(people, server):
    people.sign()
    values = {"structureId": STRUCTURE_ID, "name": "Maison des Tilleuls", "reason": "Fusion de deux centres"}
    assert _code(people.is_refused(RENAME, COORDONNATEUR, **values | {"reason": " "})) == ("INVALID", ["reason"])
    for who in (STRUCTURE, DOUBS, CAMILLE):
        assert _code(people.is_refused(RENAME, who, **values)) == ("FORBIDDEN", None)
    payload = people.does(RENAME, COORDONNATEUR, **values)
    assert payload["structure"]["name"] == "Maison des Tilleuls"
    (entry,) = people.history(type=["structure.renamed"])
    # Whoever reads the trail is told that there is one: the words may be about people.
    assert entry["data"]["reason"] is None


def test_who_signs_with_a_known_structure_x(people, server):
    document = """mutation($input: ConventionSignInput!) {
      conventionSign(input: $input) { convention { id } warnings errors { code field } } }"""
    first = server.ask(document, COORDONNATEUR, input=CONVENTION)["conventionSign"]
    assert (first["warnings"], first["errors"]) == ([], [])
    for days in ({}, {"validUntil": "2027-06-30"}, {"validFrom": "2027-08-31", "validUntil": "2028-08-31"}):
        again = server.ask(document, COORDONNATEUR, input=CONVENTION | days)["conventionSign"]
        assert again["errors"] == [{"code": "DUPLICATE", "field": ["validFrom"]}]
    next_year = {"structureName": "Autre nom", "validFrom": "2027-09-01", "validUntil": "2028-08-31"}
    later = server.ask(document, COORDONNATEUR, input=CONVENTION | next_year)["conventionSign"]
    assert str(CONVENTION["structureName"]) in "".join(later["warnings"])
    earlier = {"conventionId": later["convention"]["id"], "validFrom": "2027-08-31"}
    (refusal,) = people.is_refused("80-amend-a-convention", COORDONNATEUR, **earlier)
    assert (refusal["code"], refusal["field"]) == ("DUPLICATE", ["validFrom"])
    assert "sur le territoire Hérault (34) vaut déjà du 01/09/2026 au 31/08/2027" in refusal["message"]
    other = CONVENTION | {"siret": OTHER_SIRET}
    assert server.ask(document, COORDONNATEUR, input=other)["conventionSign"]["errors"] == []


ACCEPT_MEDIATEUR = "76-accept-a-mediateur"
REGISTER_FOR = "41-register-somebody-else"


def test_a_mediateur_registers_nobody_else_until_the_structure_accepts_them(people, server):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    (mandate,) = people.does("53-register-as-mediateur", CAMILLE, structureId=STRUCTURE_ID)["mandates"]
    values = {"animationId": animation, "firstName": "Léa", "lastName": "Inventée"}
    assert _code(people.is_refused(REGISTER_FOR, CAMILLE, **values)) == ("FORBIDDEN", None)
    (shown,) = server.ask("{ viewer { mandates { id accepted } } }", CAMILLE)["viewer"]["mandates"]
    assert shown == {"id": mandate["id"], "accepted": False}
    accepting = {"accountId": mandate["accountId"], "mandateId": mandate["id"]}
    for stranger in (CAMILLE, DOUBS, token(Role.STRUCTURE, "Un autre", sirets=[OTHER_SIRET])):
        assert _code(people.is_refused(ACCEPT_MEDIATEUR, stranger, **accepting)) == ("FORBIDDEN", None)
    (accepted,) = people.does(ACCEPT_MEDIATEUR, STRUCTURE, **accepting)["mandates"]
    assert accepted["accepted"] is True
    people.does(REGISTER_FOR, CAMILLE, **values)
    (seen,) = server.ask(
        "query($id: ID!) { animation(id: $id) { registrations { nodes { onBehalf registeredBy } } } }",
        STRUCTURE,
        id=animation,
    )["animation"]["registrations"]["nodes"]
    assert seen["onBehalf"]
    assert seen["registeredBy"]


def test_what_one_person_registers_for_others_in_a_day_is_bounded(people, server, monkeypatch):
    monkeypatch.setattr("domain.registrations.registering.MOST_FOR_OTHERS", 2)
    people.sign()
    animation = people.declare()
    people.publish(animation)
    head = token(Role.HEAD, "direction", schools=[SCHOOL])
    values = {"animationId": animation, "lastName": "Inventée"}
    for name in ("Léa", "Lou"):
        people.does(REGISTER_FOR, head, **values, firstName=name)
    assert _code(people.is_refused(REGISTER_FOR, head, **values, firstName="Zoé")) == ("RULE_BROKEN", None)
    people.does(REGISTER_FOR, STRUCTURE, **values, firstName="Zoé")
    server.clock.now += timedelta(days=1)
    people.does(REGISTER_FOR, head, **values, firstName="Ali")
