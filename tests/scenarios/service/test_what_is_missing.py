"""What a dossier lacks closes its submission beforehand, and sheets are the piece that has their name."""

from __future__ import annotations

from typing import Any

from tests.scenarios.service.test_service_dossiers import Claims
from tests.support.papers.dossiers import pdf
from tests.support.papers.sheets import attach
from tests.support.people import COORDONNATEUR, STRUCTURE, People
from tests.support.server import Server

AMEND = """mutation($input: ConventionAmendInput!) {
  conventionAmend(input: $input) { errors { message } }
}"""
DOSSIER = """query($id: ID!) { serviceDossier(id: $id) {
  missing { kind message } allowedActions { action allowed reason }
} }"""


def submission(server: Server, dossier: str) -> tuple[list[str], dict[str, Any]]:
    shown = server.ask(DOSSIER, STRUCTURE, id=dossier)["serviceDossier"]
    (submit,) = (action for action in shown["allowedActions"] if action["action"] == "serviceDossierSubmit")
    return [missing["kind"] for missing in shown["missing"]], submit


def test_the_signed_sheets_are_the_piece_of_that_name_and_until_then_the_submission_is_closed(
    people: People, server: Server
):
    claims = Claims(people)
    terms = {"conventionId": claims.convention, "requiredPieces": ["Liste d'émargement signée"]}
    assert server.ask(AMEND, COORDONNATEUR, input=terms)["conventionAmend"]["errors"] == []
    first, second = animations = claims.held(2)
    claims.attest(*animations)
    attach(server, first, pdf(title="1"))
    dossier = claims.open(animationIds=animations)["id"]
    missing, submit = submission(server, dossier)
    assert missing == ["PIECE", "SHEET"]
    assert (submit["allowed"], "« Liste d'émargement signée »" in submit["reason"]) == (False, True)
    attach(server, second, pdf(title="2"))
    assert submission(server, dossier) == ([], {"action": "serviceDossierSubmit", "allowed": True, "reason": None})
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)


def test_a_dossier_without_animations_is_not_open_to_be_submitted(people: People, server: Server):
    dossier = Claims(people).open(animationIds=[])["id"]
    missing, submit = submission(server, dossier)
    assert missing == ["ANIMATIONS"]
    assert (submit["allowed"], submit["reason"]) == (False, "Le dossier ne rassemble aucune animation attestée.")


def test_a_missing_sheet_takes_a_reason_and_is_told_once_it_is_certified(people: People, server: Server):
    claims = Claims(people)
    (animation,) = claims.held()
    claims.attest(animation)
    dossier = claims.open(animationIds=[animation])["id"]
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    (error,) = people.is_refused("21-certify-the-service", COORDONNATEUR, dossierId=dossier)
    assert (error["code"], error["field"]) == ("RULE_BROKEN", ["missingReason"])
    reason = "Feuille perdue, présence confirmée par l'école"
    people.does("21-certify-the-service", COORDONNATEUR, dossierId=dossier, missingReason=reason)
    (missing,) = server.ask(DOSSIER, COORDONNATEUR, id=dossier)["serviceDossier"]["missing"]
    assert (missing["kind"], missing["message"].startswith("Certifié sans cela.")) == ("SHEET", True)
