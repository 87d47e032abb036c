"""Who attests, corrects or hands in sheets says what is to be paid: they decide nothing on the dossier."""

from __future__ import annotations

from domain.kernel.actors import Role
from tests.scenarios.service.test_service_dossiers import Claims
from tests.support.people import COORDONNATEUR, REASONS, SIRET, STRUCTURE, People
from tests.support.server import Server, token

CERTIFY = """mutation($input: ServiceDossierCertifyInput!) {
    serviceDossierCertify(input: $input) { errors { code message } } }"""


def test_who_corrects_an_attestation_does_not_certify_it_in_another_role(server: Server, people: People) -> None:
    claims = Claims(people)
    (animation,) = claims.held()
    claims.attest(animation)
    jean = token(Role.STRUCTURE, "jean", sirets=[SIRET])
    people.does("10-correct-the-attestation", jean, animationId=animation, parents=11, children=0, reason="Oubli")
    dossier = str(claims.open()["id"])
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    certifies = token(Role.COORDONNATEUR, "jean", territories=["34"])
    values = {"dossierId": dossier, **REASONS}
    (refused,) = server.ask(CERTIFY, certifies, input=values)["serviceDossierCertify"]["errors"]
    assert (refused["code"], "lui-même corrigé des attestations" in refused["message"]) == ("RULE_BROKEN", True)
    assert server.ask(CERTIFY, COORDONNATEUR, input=values)["serviceDossierCertify"]["errors"] == []
