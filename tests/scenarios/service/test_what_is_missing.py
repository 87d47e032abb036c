"""What a dossier lacks closes its submission beforehand, and sheets are the piece that has their name."""

from __future__ import annotations

from typing import Any

from tests.scenarios.service.dossiers_story import Claims
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


def agrees(people: People, server: Server, dossier: str, action: str, operation: str, who: str, **values: Any) -> str:
    """Check that the mutation does what `allowedActions` and `missing` say beforehand. Return the reason against it."""
    shown = server.ask(DOSSIER, who, id=dossier)["serviceDossier"]
    (allowed,) = (each for each in shown["allowedActions"] if each["action"] == action)
    if allowed["allowed"]:
        people.does(operation, who, dossierId=dossier, **values)
        return ""
    errors = people.is_refused(operation, who, dossierId=dossier, **values)
    assert " ".join(error["message"] for error in errors) == allowed["reason"]
    if action == "serviceDossierSubmit":
        assert {error["message"] for error in errors} <= {missing["message"] for missing in shown["missing"]}
    return str(allowed["reason"])


def test_what_is_missing_is_what_refuses_each_step(people: People, server: Server):
    """Submission and certification, as the convention and its terms change around one dossier."""
    claims = Claims(people)
    submit = ("serviceDossierSubmit", "19-submit-a-service-dossier", STRUCTURE)
    certify = ("serviceDossierCertify", "21-certify-the-service", COORDONNATEUR)
    first, second = claims.held(2)
    claims.attest(first, second)
    dossier = claims.open(animationIds=[first, second])["id"]

    def amend(**terms: Any) -> None:
        values = {"conventionId": claims.convention, "reason": "Relu ensemble.", "acceptUncovered": True, **terms}
        assert server.ask(AMEND, COORDONNATEUR, input=values)["conventionAmend"]["errors"] == []

    amend(validUntil="2027-03-15", requiredPieces=["Facture"])
    reason = agrees(people, server, dossier, *submit)
    assert "16/03/2027, après le dernier jour que couvre la convention (15/03/2027)" in reason
    assert "« Facture »" in reason
    amend(validUntil="2027-08-31", requiredPieces=[])
    assert agrees(people, server, dossier, *submit) == ""
    amend(validUntil="2027-03-15", plannedAnimations=12, ratePerAnimation="160.00")
    reason = agrees(people, server, dossier, *certify, missingReason="Perdues par la mairie.")
    assert "Le tarif de la convention a changé" in reason
    assert "Le nombre d'animations prévues a changé depuis la soumission (10, puis 12)" in reason
    assert "a eu lieu après le dernier jour" in reason
    amend(validUntil="2027-08-31", plannedAnimations=10, ratePerAnimation="150.00")
    assert agrees(people, server, dossier, *certify, missingReason="Perdues par la mairie.") == ""
    for action, operation, values in (
        ("serviceAmendmentAccept", "26-accept-an-amendment", {}),
        ("serviceAmendmentRefuse", "89-refuse-an-amendment", {"reason": "Non prouvé."}),
    ):
        shown = server.ask(DOSSIER, COORDONNATEUR, id=dossier)["serviceDossier"]["allowedActions"]
        (allowed,) = (each for each in shown if each["action"] == action)
        assert (allowed["allowed"], allowed["reason"]) == (False, "Aucun avenant n'attend de décision.")
        (error,) = people.is_refused(operation, COORDONNATEUR, dossierId=dossier, number=1, **values)
        assert (error["code"], error["field"]) == ("NOT_FOUND", ["number"])
    proposed = {"animationId": first, "parents": 7, "children": 4, "reason": "Recompté sur la feuille."}
    people.does("25-propose-an-amendment", STRUCTURE, dossierId=dossier, **proposed)
    shown = server.ask(DOSSIER, COORDONNATEUR, id=dossier)["serviceDossier"]["allowedActions"]
    assert {each["action"] for each in shown if each["allowed"]} >= {"serviceAmendmentAccept", "serviceAmendmentRefuse"}
    assert [node["id"] for node in _dossiers(server, amendmentsToDecide=True)] == [dossier]
    assert _dossiers(server, amendmentsToDecide=False) == []
    people.does("26-accept-an-amendment", COORDONNATEUR, dossierId=dossier, number=1)
    assert _dossiers(server, amendmentsToDecide=True) == []
    assert server.ask("{ viewer { waiting { amendmentsToDecide } } }", COORDONNATEUR)["viewer"]["waiting"] == {
        "amendmentsToDecide": 0
    }


def _dossiers(server: Server, **where: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = server.run("24-see-service-dossiers", COORDONNATEUR, where=where)["nodes"]
    return nodes


def test_many_more_parents_than_seats_is_marked_for_whoever_reads_the_attestation(people: People, server: Server):
    claims = Claims(people)
    usual, odd = claims.held(2)
    claims.attest(usual, parents=12)
    claims.attest(odd, parents=4000)
    document = "query($id: ID!) { animation(id: $id) { attestation { warning } } }"
    for who in (STRUCTURE, COORDONNATEUR):
        assert server.ask(document, who, id=usual)["animation"]["attestation"] == {"warning": None}
        marked = server.ask(document, who, id=odd)["animation"]["attestation"]["warning"]
        assert marked == "4\N{NARROW NO-BREAK SPACE}000 parents pour 12 places"
    assert server.ask(document, id=odd)["animation"]["attestation"] is None
