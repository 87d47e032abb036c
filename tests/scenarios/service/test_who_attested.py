"""Who attests, corrects or hands in sheets says what is to be paid: they decide nothing on it, as they are told."""

from __future__ import annotations

import pytest

from domain.kernel.actors import Role
from domain.service_dossiers.four_eyes import DECISIONS
from tests.scenarios.service.dossiers_story import Claims
from tests.scenarios.service.test_four_eyes import JEAN, JEAN_PAYS, JEAN_THERE, refused_as_told
from tests.support.people import COORDONNATEUR, NATIONAL, REASONS, SIRET, STRUCTURE, People
from tests.support.server import token

ZOE_THERE = token(Role.STRUCTURE, "zoe", sirets=[SIRET])
PAID = {"paidOn": "2027-03-20", "reference": "VIR-42"}
CAME = {"parents": 0, "children": 0, "reason": "Personne"}


@pytest.mark.parametrize("does", ["attests", "corrects", "claims"])
def test_whoever_claimed_or_attested_makes_no_decision_on_the_dossier_and_is_told_before_each(
    people: People, does: str
) -> None:
    claims = Claims(people)
    (animation,) = claims.held()
    claims.attest()
    attests, claimant = (JEAN_THERE if does == name else STRUCTURE for name in ("attests", "claims"))
    people.does("08-attest-who-came", attests, animationId=animation, parents=9, children=4)
    if does == "corrects":
        people.does(
            "10-correct-the-attestation", JEAN_THERE, animationId=animation, parents=11, children=0, reason="Une erreur"
        )
    dossier = str(claims.open(animationIds=[animation])["id"])
    people.does("19-submit-a-service-dossier", claimant, dossierId=dossier)
    word = {"attests": "attesté des animations", "corrects": "corrigé des attestations", "claims": "soumis"}[does]
    walked = set()

    def is_kept_from(operation: str, action: str, who: str = JEAN, **values: object) -> None:
        assert word in refused_as_told(people, who, operation, action, dossier, **values)
        walked.add(action)

    is_kept_from("21-certify-the-service", "serviceDossierCertify")
    people.does("21-certify-the-service", COORDONNATEUR, dossierId=dossier, **REASONS)
    is_kept_from("28-withdraw-a-certification", "certificationWithdraw", reason="Une erreur")
    is_kept_from("22-record-a-payment", "servicePaymentRecord", JEAN_PAYS, **PAID)
    people.does("22-record-a-payment", NATIONAL, dossierId=dossier, **PAID)
    people.does("25-propose-an-amendment", ZOE_THERE, dossierId=dossier, animationId=animation, **CAME)
    is_kept_from("26-accept-an-amendment", "serviceAmendmentAccept", number=1)
    people.does("26-accept-an-amendment", COORDONNATEUR, dossierId=dossier, number=1)
    recovered = {"amount": "150.00", "recoveredOn": "2027-03-20", "reference": "TITRE-1"}
    is_kept_from("29-record-a-recovery", "serviceRecoveryRecord", JEAN_PAYS, **recovered)
    people.does("29-record-a-recovery", NATIONAL, dossierId=dossier, **recovered)
    assert walked == {action.value for action in DECISIONS}
