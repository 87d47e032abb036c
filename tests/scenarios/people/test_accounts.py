"""Accounts over HTTP: what a person is given counts from the next request on, and what is taken counts no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.kernel.actors import Role
from projections.engine.rebuild import rebuild
from tests.support.dumps import dump, in_hexadecimal
from tests.support.people import (
    ANIMATION,
    COORDONNATEUR,
    NATIONAL,
    OTHER_SIRET,
    OTHER_STRUCTURE,
    SCHOOL,
    SIRET,
    STRUCTURE,
    STRUCTURE_ID,
)
from tests.support.server import MASTER_KEY, token

INVITE, ACCEPT, REVOKE = (
    "50-invite-somebody-to-speak-for-a-structure",
    "51-accept-an-invitation",
    "52-revoke-an-invitation",
)
MEDIATEUR_REGISTERS, APPOINT, BIND = (
    "53-register-as-mediateur",
    "54-appoint-a-coordonnateur",
    "55-bind-school-staff",
)
ADMIT, END, SEE = "56-admit-an-auditor", "57-end-a-mandate", "58-see-who-speaks-for-a-structure"
DECLARE = "03-declare-an-animation"
CAMILLE, DOMINIQUE = (token(Role.PARENT, f"{name}@exemple.fr") for name in ("camille", "dominique"))
VIEWER = "{ viewer { role territories schools structures { id } mandates { id role until } } }"


@pytest.fixture(autouse=True)
def _signed(people: Any) -> None:
    people.sign()


def _viewer(server: Any, who: str) -> dict[str, Any]:
    viewer: dict[str, Any] = server.ask(VIEWER, who)["viewer"]
    return viewer


def _invited(people: Any, email: str = "camille@exemple.fr") -> str:
    return str(people.does(INVITE, STRUCTURE, structureId=STRUCTURE_ID, email=email)["link"])


def test_who_accepts_an_invitation_speaks_for_the_structure_until_it_is_ended(people, server):
    link = _invited(people)
    people.is_refused(DECLARE, CAMILLE, **ANIMATION)
    (mandate,) = people.does(ACCEPT, CAMILLE, link=link)["mandates"]
    assert _viewer(server, CAMILLE)["role"] == "STRUCTURE"
    declared = people.does(DECLARE, CAMILLE, **ANIMATION)["animation"]["id"]
    assert declared in people.own_animations()
    seen = server.run(SEE, STRUCTURE, id=STRUCTURE_ID)
    assert [(mandate["subject"], mandate["role"]) for mandate in seen["mandates"]] == [
        ("camille@exemple.fr", "STRUCTURE")
    ]
    assert [invitation["status"] for invitation in seen["invitations"]] == ["ACCEPTED"]
    people.does(END, STRUCTURE, accountId=mandate["accountId"], mandateId=mandate["id"])
    people.is_refused(DECLARE, CAMILLE, **ANIMATION)
    assert _viewer(server, CAMILLE) == {
        "role": "PARENT",
        "territories": [],
        "schools": [],
        "structures": [],
        "mandates": [],
    }


def test_several_people_may_speak_for_one_structure_each_by_an_invitation_of_their_own(people, server):
    first, second = _invited(people), _invited(people, "dominique@exemple.fr")
    people.does(ACCEPT, CAMILLE, link=first)
    (error,) = people.is_refused(ACCEPT, DOMINIQUE, link=first)
    assert "déjà servi" in error["message"]
    people.does(ACCEPT, DOMINIQUE, link=second)
    assert len(server.run(SEE, STRUCTURE, id=STRUCTURE_ID)["mandates"]) == 2


def test_an_address_has_one_open_invitation_which_is_sent_again_or_taken_back(people, server):
    first = people.does(INVITE, STRUCTURE, structureId=STRUCTURE_ID, email="camille@exemple.fr")
    (error,) = people.is_refused(INVITE, STRUCTURE, structureId=STRUCTURE_ID, email="Camille@Exemple.fr")
    assert (error["code"], error["field"]) == ("DUPLICATE", ["email"])
    again = {"email": "camille@exemple.fr", "replaces": first["invitation"]["id"]}
    people.is_refused(INVITE, OTHER_STRUCTURE, structureId=STRUCTURE_ID, **again)
    (error,) = people.is_refused(INVITE, STRUCTURE, structureId=STRUCTURE_ID, **again)
    assert "partie à cette adresse à l'instant" in error["message"]
    server.clock.now += timedelta(hours=1)
    (error,) = people.is_refused(INVITE, STRUCTURE, structureId=STRUCTURE_ID, **again | {"email": "d@exemple.fr"})
    assert (error["code"], error["field"]) == ("INVALID", ["email"])
    second = people.does(INVITE, STRUCTURE, structureId=STRUCTURE_ID, **again)
    people.is_refused(ACCEPT, CAMILLE, link=first["link"])
    people.is_refused(INVITE, STRUCTURE, structureId=STRUCTURE_ID, **again)
    people.does(ACCEPT, CAMILLE, link=second["link"])
    # Who was invited once and has joined may be invited anew.
    people.does(INVITE, STRUCTURE, structureId=STRUCTURE_ID, email="camille@exemple.fr")


def test_who_has_joined_may_invite_the_next(people):
    people.does(ACCEPT, CAMILLE, link=_invited(people))
    people.does(INVITE, CAMILLE, structureId=STRUCTURE_ID, email="dominique@exemple.fr")


def test_a_revoked_invitation_and_a_forged_link_let_nobody_in(people):
    payload = people.does(INVITE, STRUCTURE, structureId=STRUCTURE_ID, email="camille@exemple.fr")
    people.does(REVOKE, STRUCTURE, invitationId=payload["invitation"]["id"])
    people.is_refused(ACCEPT, CAMILLE, link=payload["link"])
    # Nor does it make room for a letter after another to the same address.
    people.is_refused(INVITE, STRUCTURE, structureId=STRUCTURE_ID, email="camille@exemple.fr")
    (error,) = people.is_refused(ACCEPT, CAMILLE, link=payload["link"][:-2] + "AA")
    assert (error["code"], error["field"]) == ("INVALID", ["link"])


def test_others_neither_invite_nor_see_who_was_invited(people, server):
    _invited(people)
    people.is_refused(INVITE, OTHER_STRUCTURE, structureId=STRUCTURE_ID, email="x@exemple.fr")
    for who in (OTHER_STRUCTURE, CAMILLE):
        document = "query($id: ID!) { structure(id: $id) { invitations { email } } }"
        (error,) = server.errors(document, who, id=STRUCTURE_ID)
        assert error["extensions"]["code"] == "FORBIDDEN"


def test_a_mediateur_registers_with_a_structure_and_then_for_trainings_too(people, server):
    people.does(MEDIATEUR_REGISTERS, CAMILLE, structureId=STRUCTURE_ID)
    assert _viewer(server, CAMILLE)["role"] == "MEDIATEUR"
    training = people.declare(audience="mediateurs", type="formation-mediateurs")
    workshop = people.declare()
    for animation in (training, workshop):
        people.publish(animation)
    who = {"firstName": "Camille", "lastName": "Exemple", "email": "camille@exemple.fr"}
    people.does("40-register-for-an-animation", CAMILLE, animationId=training, **who)
    people.does("40-register-for-an-animation", CAMILLE, animationId=workshop, **who)
    named_so = {"animationId": workshop, **who, "email": "autre@exemple.fr"}
    (error,) = people.is_refused("40-register-for-an-animation", token(Role.MEDIATEUR, "médi"), **named_so)
    assert error["code"] == "RULE_BROKEN", "whose token says no more than médiateur"
    people.is_refused(DECLARE, CAMILLE, **ANIMATION)


def test_a_coordonnateur_acts_from_the_appointment_to_its_end(people, server):
    other = {"siret": OTHER_SIRET, "structureName": "Autre", "territory": "02", "coordonnateur": "Coordination 02"}
    convention = {"signedOn": "2026-08-25", "validFrom": "2026-09-01", "validUntil": "2027-08-31", **other}
    people.is_refused("01-sign-a-convention", CAMILLE, **convention)
    values = {"subject": "camille@exemple.fr", "territories": ["02"]}
    people.is_refused(APPOINT, COORDONNATEUR, **values)
    (mandate,) = people.does(APPOINT, NATIONAL, **values)["mandates"]
    people.does("01-sign-a-convention", CAMILLE, **convention)
    listed = server.ask("{ mandates(role: COORDONNATEUR) { subject territories } }", NATIONAL)["mandates"]
    assert listed == [{"subject": "camille@exemple.fr", "territories": ["02"]}]
    people.does(END, NATIONAL, accountId=mandate["accountId"], mandateId=mandate["id"])
    people.is_refused("01-sign-a-convention", CAMILLE, **convention)
    (unknown,) = people.is_refused(APPOINT, NATIONAL, subject="camille@exemple.fr", territories=["99"])
    assert unknown["code"] == "INVALID"


def test_an_inspector_examines_the_candidatures_of_the_constituency(people, server):
    values = {"subject": "dominique@exemple.fr", "staffRole": "INSPECTOR", "territory": "34", "schools": [SCHOOL]}
    people.does(BIND, COORDONNATEUR, **values)
    assert _viewer(server, DOMINIQUE)["schools"] == [SCHOOL]
    assert server.ask("{ candidatures { totalCount } }", DOMINIQUE)["candidatures"] == {"totalCount": 0}
    elsewhere = token(Role.COORDONNATEUR, "Coordination 971", territories=["971"])
    people.is_refused(BIND, elsewhere, **values | {"subject": "x"})


def test_an_auditor_reads_until_the_grant_ends_and_changes_nothing(people, server):
    until = server.clock.now + timedelta(days=7)
    people.does(ADMIT, NATIONAL, subject="camille@exemple.fr", until=until.isoformat())
    assert len(people.history(CAMILLE)) > 0
    people.is_refused(DECLARE, CAMILLE, **ANIMATION)
    server.clock.now = until
    (error,) = server.errors("{ auditTrail { totalCount } }", CAMILLE)
    assert error["extensions"]["code"] == "FORBIDDEN"
    (past,) = people.is_refused(ADMIT, NATIONAL, subject="x", until="2020-01-01T00:00:00Z")
    assert (past["code"], past["field"]) == ("INVALID", ["until"])


def test_erasing_a_person_ends_mandates_and_sign_ins_and_leaves_no_address(people, server, founded_url):
    link = _invited(people)
    people.does(ACCEPT, CAMILLE, link=link)
    assert "camille@exemple.fr" in dump(founded_url), "the dump shows what is there"
    erased = server.ask('mutation { personErase(input: {subject: "camille@exemple.fr"}) { erased } }', NATIONAL)
    assert len(erased["personErase"]["erased"]) == 2
    answer = server.post({"query": VIEWER}, CAMILLE)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert server.run(SEE, STRUCTURE, id=STRUCTURE_ID)["mandates"] == []
    left = dump(founded_url)
    assert "camille" not in left
    assert in_hexadecimal("camille@exemple.fr") not in left


TIMELINE = "query($id: ID!) { structure(id: $id) { name timeline(last: 1) { nodes { type } } } }"


def test_a_timeline_shows_what_was_just_done_and_is_refused_to_whose_mandate_was_just_ended(people, server):
    def latest() -> str:
        nodes = server.ask(TIMELINE, CAMILLE, id=STRUCTURE_ID)["structure"]["timeline"]["nodes"]
        return str(nodes[0]["type"])

    (mandate,) = people.does(ACCEPT, CAMILLE, link=_invited(people))["mandates"]
    declared = people.does(DECLARE, CAMILLE, **ANIMATION)["animation"]["id"]
    for _ in range(3):
        assert latest() == "animation.created"
    people.publish(declared)
    for _ in range(3):
        assert latest() == "animation.published"
    people.does(END, STRUCTURE, accountId=mandate["accountId"], mandateId=mandate["id"])
    (error,) = server.errors(TIMELINE, CAMILLE, id=STRUCTURE_ID)
    assert error["extensions"]["code"] == "FORBIDDEN"


def test_an_account_is_known_after_rebuilds_that_leave_no_table_of_before(people, server, founded_url):
    people.does(ACCEPT, CAMILLE, link=_invited(people))
    assert _viewer(server, CAMILLE)["role"] == "STRUCTURE"
    for _ in range(3):
        rebuild(founded_url, MASTER_KEY, ["accounts"], workers=1)
    assert _viewer(server, CAMILLE)["role"] == "STRUCTURE"


WITHDRAW = """mutation($id: ID!) {
  candidatureWithdraw(input: {candidatureId: $id}) { candidature { status } errors { code } }
}"""


@pytest.mark.parametrize("take", ["mediateur", "speaker", "coordonnateur", "staff", "auditor"])
def test_who_takes_a_mandate_keeps_what_is_their_own_and_may_lay_the_mandate_down(people, server, take):
    values = {"firstName": "Camille", "lastName": "Exemple", "email": "camille@exemple.fr", "motivation": "Aider."}
    submits = "12-submit-a-candidature"
    applies = {"territory": "18", "schoolUai": "0180025E", "degree": "SECOND", **values}
    candidature = people.does(submits, CAMILLE, **applies)["candidature"]["id"]
    (mandate,) = {
        "mediateur": lambda: people.does(MEDIATEUR_REGISTERS, CAMILLE, structureId=STRUCTURE_ID),
        "speaker": lambda: people.does(ACCEPT, CAMILLE, link=_invited(people)),
        "coordonnateur": lambda: people.does(APPOINT, NATIONAL, subject="camille@exemple.fr", territories=["25"]),
        "staff": lambda: people.does(
            BIND, NATIONAL, subject="camille@exemple.fr", staffRole="HEAD", territory="34", schools=[SCHOOL]
        ),
        "auditor": lambda: people.does(ADMIT, NATIONAL, subject="camille@exemple.fr", until="2027-06-01T00:00:00Z"),
    }[take]()["mandates"]
    assert _viewer(server, CAMILLE)["role"] != "PARENT"
    seen = server.ask(
        "query($id: ID!) { candidature(id: $id) { status } candidatures { totalCount } }", CAMILLE, id=candidature
    )
    assert seen == {"candidature": {"status": "SUBMITTED"}, "candidatures": {"totalCount": 1}}
    workshop = people.declare()
    people.publish(workshop)
    who = {"firstName": "Camille", "lastName": "Exemple", "email": "camille@exemple.fr"}
    people.does("40-register-for-an-animation", CAMILLE, animationId=workshop, **who)
    withdrawn = server.ask(WITHDRAW, CAMILLE, id=candidature)["candidatureWithdraw"]
    assert withdrawn == {"candidature": {"status": "WITHDRAWN"}, "errors": []}
    # One that stands keeps another for the same school from being made.
    second = people.does(submits, CAMILLE, **applies)["candidature"]["id"]
    people.is_refused(END, DOMINIQUE, accountId=mandate["accountId"], mandateId=mandate["id"])
    assert people.does(END, CAMILLE, accountId=mandate["accountId"], mandateId=mandate["id"])["mandates"] == []
    assert _viewer(server, CAMILLE)["role"] == "PARENT"
    erased = server.ask("mutation { personErase(input: {}) { erased errors { code } } }", CAMILLE)["personErase"]
    assert erased["errors"] == []
    assert {candidature, second} <= set(erased["erased"])


def test_what_a_sign_in_gives_is_noted_once_a_day_and_when_it_changes(people, server):
    preferring = "69-say-where-to-be-written-to"
    with_it, without_it = (token(Role.STRUCTURE, "ancienne", sirets=sirets) for sirets in ([SIRET], []))

    def noted() -> Any:
        with server.application.pool.connection() as conn:
            statement = "SELECT xmin::text, recipients FROM sign_ins_seen WHERE account_id = %s"
            row = conn.execute(statement, (server.application.bus.keyed.identity("ancienne").account_id,)).fetchone()
        return row and (row[0], row[1])

    people.does(preferring, with_it, email="ancienne@exemple.fr")
    before = noted()
    ours = f"structure:{STRUCTURE_ID}"
    assert ours in before[1]
    for _ in range(3):
        _viewer(server, with_it)
    assert noted() == before
    _viewer(server, without_it)
    assert ours not in noted()[1]
