"""What becomes of a dossier that a control drew: it is not paid, or its sum is due back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.service.controls_story import Controls, allowed
from tests.scenarios.service.dossiers_story import seen
from tests.scenarios.service.test_withdrawal import facts, read
from tests.support.papers.pdf_text import text
from tests.support.people import AUDITOR, COORDONNATEUR, NATIONAL, STRUCTURE, People
from tests.support.server import Server

PAYMENT = {"paidOn": "2027-03-20", "reference": "VIR-42"}
ALL = {"sharePercent": 100}


@pytest.fixture
def controls(people: People) -> Controls:
    return Controls(people)


def refuse(controls: Controls, control: str) -> dict[str, Any]:
    """Refuse the sheet of the only dossier, accept the rest and close; return the refused piece."""
    attestation, sheet = controls.pieces()
    controls.judge(attestation)
    controls.judge(sheet, accepted=False, reasonCode="UNSIGNED")
    controls.people.does("33-close-a-control", AUDITOR, controlId=control, conclusion="Feuille non signée")
    return sheet


def payment_reason(server: Server) -> str | None:
    (dossier,) = seen(server, NATIONAL)
    action = next(each for each in dossier["allowedActions"] if each["action"] == "servicePaymentRecord")
    reason: str | None = action["reason"]
    return reason


def test_a_drawn_dossier_waits_for_the_end_of_the_control(controls: Controls, people: People, server: Server):
    (dossier,) = controls.certified(1)
    control = controls.open(**ALL)
    (early,) = people.is_refused("22-record-a-payment", NATIONAL, dossierId=dossier, **PAYMENT)
    assert (early["code"], early["message"]) == ("RULE_BROKEN", payment_reason(server))
    assert "tiré ce dossier au sort" in early["message"]
    for piece in controls.pieces():
        controls.judge(piece)
    people.does("33-close-a-control", AUDITOR, controlId=control, conclusion="Conforme")
    people.does("22-record-a-payment", NATIONAL, dossierId=dossier, **PAYMENT)


def test_a_refused_piece_blocks_the_payment_until_the_auditor_thinks_again(
    controls: Controls, people: People, server: Server
):
    (dossier,) = controls.certified(1)
    sheet = refuse(controls, controls.open(**ALL))
    (blocked,) = people.is_refused("22-record-a-payment", NATIONAL, dossierId=dossier, **PAYMENT)
    assert blocked["message"] == payment_reason(server)
    (shown,) = seen(server)
    (control,) = shown["controls"]
    assert control["refused"] == [
        {"piece": sheet["piece"], "reasonCode": "UNSIGNED", "reasonLabel": "Pièce non signée"}
    ]
    assert allowed(controls.seen()[0])["controlPieceJudge"]
    (silent,) = people.is_refused("31-judge-a-piece", AUDITOR, **sheet, accepted=True)
    assert (silent["code"], silent["field"]) == ("INVALID", ["comment"])
    reviewed = controls.judge(sheet, comment="La signature est au verso.")
    assert reviewed["status"] == "CLOSED"
    assert (controls.seen()[0]["accepted"], controls.seen()[0]["refused"]) == (2, 0)
    position = people.does("22-record-a-payment", NATIONAL, dossierId=dossier, **PAYMENT)["position"]
    (control,) = facts(server, dossier, position)["controls"]
    assert (control["refused"], control["accepted"]) == ([], 2)


def test_or_until_the_certification_is_withdrawn_and_something_else_is_submitted(controls: Controls, people: People):
    (dossier,) = controls.certified(1)
    refuse(controls, controls.open(**ALL))
    people.does("28-withdraw-a-certification", COORDONNATEUR, dossierId=dossier, reason="Feuille non signée")
    people.does("20-send-a-service-dossier-back", COORDONNATEUR, dossierId=dossier, reason="Faites signer la feuille")
    people.does("23-gather-animations-again", STRUCTURE, dossierId=dossier)
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    certified = {"dossierId": dossier, "missingReason": "La feuille est au siège"}
    people.does("21-certify-the-service", COORDONNATEUR, **certified)
    people.does("22-record-a-payment", NATIONAL, dossierId=dossier, **PAYMENT)


def test_what_is_refused_after_the_payment_is_recovered(controls: Controls, people: People, server: Server):
    (dossier,) = controls.certified(1)
    people.does("22-record-a-payment", NATIONAL, dossierId=dossier, **PAYMENT)
    refuse(controls, controls.open(**ALL))
    (shown,) = seen(server)
    assert (shown["status"], shown["toRecover"]) == ("PAID", "150.00")
    back = {"amount": "150.00", "recoveredOn": "2027-03-20", "reference": "TITRE-7"}
    position = people.does("29-record-a-recovery", NATIONAL, dossierId=dossier, **back)["position"]
    document = facts(server, dossier, position)
    assert (document["to_recover"], document["controls"][0]["to_recover"]) == ("0.00", "150.00")
    printed = text(read(server, dossier, "dossier.pdf", position)).replace("\u00a0", " ")
    for part in ("Contrôles par sondage", "Pièce non signée", "TITRE-7"):
        assert part in printed, part
