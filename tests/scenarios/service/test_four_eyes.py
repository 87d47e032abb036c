"""One person with several tokens and mandates does not do all of it: told beforehand, refused in the same words."""

from __future__ import annotations

from typing import Any

from domain.kernel.actors import Role
from tests.scenarios.service.dossiers_story import Claims
from tests.support.people import CONVENTION, COORDONNATEUR, NATIONAL, REASONS, SIRET, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import Server, token

JEAN_THERE = token(Role.STRUCTURE, "jean", sirets=[SIRET])
JEAN = token(Role.COORDONNATEUR, "Jean", territories=["34"])
JEAN_PAYS = token(Role.NATIONAL, "JEAN ")
ALLOWED = "query($id: ID!) { serviceDossier(id: $id) { allowedActions { action allowed reason } } }"
CERTIFY, PAY = "21-certify-the-service", "22-record-a-payment"


def _reason(server: Server, who: str, dossier: str, action: str) -> str | None:
    actions = server.ask(ALLOWED, who, id=dossier)["serviceDossier"]["allowedActions"]
    (reason,) = [each["reason"] for each in actions if each["action"] == action]
    return str(reason) if reason else None


def refused_as_told(people: People, who: str, operation: str, action: str, dossier: str, **values: Any) -> str:
    """The refusal, which the allowed actions told beforehand."""
    (error,) = people.is_refused(operation, who, dossierId=dossier, **values)
    assert error["code"] == "RULE_BROKEN"
    assert error["message"] == _reason(people.server, who, dossier, action)
    return str(error["message"])


def test_one_person_does_not_claim_certify_and_pay(claims: Claims, people: People, server: Server) -> None:
    held = claims.held()
    claims.attest(*held)
    dossier = str(claims.open(animationIds=held)["id"])
    people.does("19-submit-a-service-dossier", JEAN_THERE, dossierId=dossier)
    assert "lui-même soumis" in refused_as_told(people, JEAN, CERTIFY, "serviceDossierCertify", dossier)
    paul = token(Role.COORDONNATEUR, "paul", territories=["34"])
    people.does(CERTIFY, paul, dossierId=dossier, **REASONS)
    paid = {"paidOn": "2027-03-20", "reference": "VIR-42"}
    assert "soumis" in refused_as_told(people, JEAN_PAYS, PAY, "servicePaymentRecord", dossier, **paid)
    certifier = token(Role.NATIONAL, "Paul")
    assert "certifié" in refused_as_told(people, certifier, PAY, "servicePaymentRecord", dossier, **paid)
    people.does(PAY, NATIONAL, dossierId=dossier, **paid)


def test_who_ever_acted_for_a_structure_does_not_decide_on_its_convention(people: People, server: Server) -> None:
    convention = people.sign()["convention"]["id"]
    people.does("77-say-whom-to-call", JEAN_THERE, structureId=STRUCTURE_ID, phone="01 02 03 04 05")
    people.does("77-say-whom-to-call", JEAN_THERE, structureId=STRUCTURE_ID, phone="01 02 03 04 06")
    amend = """mutation($input: ConventionAmendInput!) {
        conventionAmend(input: $input) { convention { id } errors { code message } } }"""
    rate = {"conventionId": convention, "ratePerAnimation": "999.00"}
    for who in (JEAN, JEAN_PAYS):
        (error,) = server.ask(amend, who, input=rate)["conventionAmend"]["errors"]
        assert error["code"] == "RULE_BROKEN"
        assert "au nom de laquelle il agit ou a agi" in error["message"]
        assert people.is_refused("01-sign-a-convention", who, **CONVENTION)[0]["code"] == "RULE_BROKEN"
    assert server.ask(amend, COORDONNATEUR, input=rate)["conventionAmend"]["errors"] == []


def test_a_mandate_to_speak_for_a_structure_keeps_its_holder_from_its_convention(
    people: People, server: Server
) -> None:
    people.sign()
    link = people.does(
        "50-invite-somebody-to-speak-for-a-structure", STRUCTURE, structureId=STRUCTURE_ID, email="n@example.org"
    )["link"]
    people.does("51-accept-an-invitation", token(Role.PARENT, "zoe"), link=link)
    zoe = token(Role.COORDONNATEUR, "zoe", territories=["34"])
    (error,) = people.is_refused("01-sign-a-convention", zoe, **CONVENTION)
    assert "au nom de laquelle il agit ou a agi" in error["message"]
