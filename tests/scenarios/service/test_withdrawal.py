"""What does not hold, over HTTP: a certification is withdrawn and what was paid comes back; a dossier is given up."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import orjson
import pytest

from tests.scenarios.service.dossiers_story import Claims, seen
from tests.support.papers.pdf_text import text
from tests.support.people import AUDITOR, COORDONNATEUR, NATIONAL, REASONS, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import Server

DISCARD = "295-discard-a-service-dossier"
WITHDRAW, RECOVER = "28-withdraw-a-certification", "29-record-a-recovery"
REASON = "La feuille n'est pas signée"
PAID = {"paidOn": "2027-03-20", "reference": "VIR-42"}
BACK = {"recoveredOn": "2027-03-20", "reference": "TITRE-7"}


def certified(claims: Claims, count: int = 2) -> tuple[str, list[str]]:
    held = claims.held(count)
    claims.attest(*held)
    return claims.certified(*held), held


def paid(claims: Claims, count: int = 2) -> tuple[str, list[str]]:
    dossier, held = certified(claims, count)
    claims.people.does("22-record-a-payment", NATIONAL, dossierId=dossier, **PAID)
    return dossier, held


def read(server: Server, dossier: str, name: str, position: int) -> bytes:
    headers = {"authorization": f"Bearer {AUDITOR}", "min-position": str(position)}
    answer = server.http.get(f"/service-dossiers/{dossier}/{name}", headers=headers)
    assert answer.status_code == 200, answer.text
    return bytes(answer.content)


def facts(server: Server, dossier: str, position: int) -> dict[str, Any]:
    bundle = zipfile.ZipFile(io.BytesIO(read(server, dossier, "bundle.zip", position)))
    content: dict[str, Any] = orjson.loads(bundle.read("dossier.json"))
    return content


def allowed(dossier: dict[str, Any]) -> set[str]:
    return {action["action"] for action in dossier["allowedActions"] if action["allowed"]}


def test_before_payment_the_dossier_goes_back_and_is_certified_again(claims: Claims, people: People, server: Server):
    dossier, held = certified(claims)
    withdrawn = people.does(WITHDRAW, COORDONNATEUR, dossierId=dossier, reason=REASON)["dossier"]
    assert (withdrawn["status"], withdrawn["amount"], withdrawn["toRecover"]) == ("SUBMITTED", "300.00", "0.00")
    assert {"serviceDossierCertify", "serviceDossierReturn"} == allowed(withdrawn)
    (shown,) = seen(server)
    assert (shown["withdrawalReason"], shown["certifiedBy"]) == (REASON, None)
    assert shown["convention"]["certifiedAnimations"] == 0
    people.does("20-send-a-service-dossier-back", COORDONNATEUR, dossierId=dossier, reason="Une feuille manque")
    people.does("23-gather-animations-again", STRUCTURE, dossierId=dossier, animationIds=held[:1])
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    people.does("21-certify-the-service", COORDONNATEUR, dossierId=dossier, **REASONS)
    (again,) = seen(server)
    assert (again["status"], again["amount"]) == ("CERTIFIED", "150.00")
    assert again["convention"]["certifiedAnimations"] == 1


def test_after_payment_all_of_it_is_due_back_and_comes_back_in_parts(claims: Claims, people: People, server: Server):
    dossier, _ = paid(claims)
    withdrawn = people.does(WITHDRAW, NATIONAL, dossierId=dossier, reason=REASON)["dossier"]
    assert (withdrawn["status"], withdrawn["amount"], withdrawn["toRecover"]) == ("WITHDRAWN", "0.00", "300.00")
    assert claims.open()["animationCount"] == 0
    first = people.does(RECOVER, NATIONAL, dossierId=dossier, amount="100.00", **BACK)["dossier"]
    assert (first["toRecover"], first["recovered"]) == ("200.00", "100.00")
    (more,) = people.is_refused(RECOVER, NATIONAL, dossierId=dossier, amount="200.01", **BACK)
    assert (more["code"], more["field"]) == ("INVALID", ["amount"])
    position = people.does(RECOVER, COORDONNATEUR, dossierId=dossier, amount="200.00", **BACK)["position"]
    (shown,) = [shown for shown in seen(server, AUDITOR) if shown["id"] == dossier]
    assert shown["recoveries"] == [
        {"amount": amount, "recoveredOn": "2027-03-20", "reference": "TITRE-7"} for amount in ("100.00", "200.00")
    ]
    assert shown["payment"]["amount"] == "300.00"
    (late,) = people.is_refused(RECOVER, NATIONAL, dossierId=dossier, amount="1.00", **BACK)
    assert late["code"] == "RULE_BROKEN"
    # Nothing is paid on its animations any more: another dossier may claim them.
    assert claims.open()["animationCount"] == 2

    document = facts(server, dossier, position)
    assert (document["status"], document["to_recover"], len(document["recoveries"])) == ("WITHDRAWN", "0.00", 2)
    assert (document["withdrawals"][0]["reason"], document["withdrawals"][0]["to_recover"]) == (REASON, "300.00")
    printed = text(read(server, dossier, "dossier.pdf", position)).replace("\u00a0", " ")
    for part in ("Certification retirée après paiement", REASON, "TITRE-7", "RESTE À RECOUVRER"):
        assert part in printed, part
    table = io.StringIO(read(server, dossier, "dossier.csv", position).decode("utf-8-sig"))
    rows = list(csv.DictReader(table, delimiter=";"))
    assert {row["Recouvré du dossier (€)"] for row in rows} == {"300,00"}
    trail = [
        entry["type"] for entry in people.history(type=["service_dossier.recovered", "convention.service_withdrawn"])
    ]
    assert trail == ["convention.service_withdrawn", "service_dossier.recovered", "service_dossier.recovered"]


def test_an_amendment_tells_what_it_does_to_the_sum(claims: Claims, people: People, server: Server):
    dossier, (empty, _) = paid(claims)
    nobody = {"dossierId": dossier, "animationId": empty, "parents": 0, "children": 0, "reason": "Personne"}
    people.does("25-propose-an-amendment", STRUCTURE, **nobody)
    position = people.does("26-accept-an-amendment", COORDONNATEUR, dossierId=dossier, number=1)["position"]
    (shown,) = seen(server)
    (amendment,) = shown["amendments"]
    sums = [amendment[name] for name in ("amountBefore", "amountAfter", "toRecover")]
    assert sums == ["300.00", "150.00", "150.00"]
    assert (shown["status"], shown["amount"], shown["toRecover"]) == ("PAID", "150.00", "150.00")
    assert shown["convention"]["certifiedAnimations"] == 1
    printed = text(read(server, dossier, "dossier.pdf", position)).replace("\u00a0", " ")
    assert "300,00 € → 150,00 €" in printed
    assert facts(server, dossier, position)["amendments"][0]["to_recover"] == "150.00"
    people.does(RECOVER, NATIONAL, dossierId=dossier, amount="150.00", **BACK)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "0.00"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1e2"}, "amount"),
        ({"recoveredOn": "2027-03-19"}, "recoveredOn"),
        ({"recoveredOn": "2027-03-21"}, "recoveredOn"),
        ({"reference": " "}, "reference"),
    ],
)
def test_what_is_no_recovery_is_named_by_its_field(values: dict[str, str], field: str, claims: Claims, people: People):
    dossier, _ = paid(claims, 1)
    people.does(WITHDRAW, NATIONAL, dossierId=dossier, reason=REASON)
    (error,) = people.is_refused(RECOVER, NATIONAL, **{"dossierId": dossier, "amount": "10.00", **BACK, **values})
    assert (error["code"], error["field"]) == ("INVALID", [field])


def test_a_dossier_opened_by_mistake_is_given_up_and_another_holds_its_animations(
    claims: Claims, people: People, server: Server
):
    held = claims.held(2)
    claims.attest(*held)
    mistaken = claims.open()["id"]
    (missing,) = people.is_refused(DISCARD, STRUCTURE, dossierId=mistaken)
    assert missing["field"] == ["reason"]
    people.is_refused(DISCARD, COORDONNATEUR, dossierId=mistaken, reason="Période fausse")
    payload = people.does(DISCARD, STRUCTURE, dossierId=mistaken, reason="Période fausse")
    assert payload["dossier"]["status"] == "DISCARDED"
    query = (
        "query($id: ID!) { serviceDossier(id: $id) { amount missing { kind } warnings { code }"
        " lines { animation { id } } allowedActions { code allowed reason } } }"
    )
    shown = server.ask(query, STRUCTURE, id=mistaken)["serviceDossier"]
    assert (shown["amount"], shown["missing"], shown["warnings"], shown["lines"]) == (None, [], [], [])
    assert not any(action["allowed"] for action in shown["allowedActions"])
    dues = "query($id: ID!) { structure(id: $id) { dues { dossiersToSubmit } } }"
    assert server.ask(dues, STRUCTURE, id=STRUCTURE_ID)["structure"]["dues"]["dossiersToSubmit"] == 0
    (again,) = people.is_refused(DISCARD, STRUCTURE, dossierId=mistaken, reason="Encore")
    assert "abandonné" in again["message"]
    other = claims.open()
    assert other["animationCount"] == len(held)
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=other["id"])
    (late,) = people.is_refused(DISCARD, STRUCTURE, dossierId=other["id"], reason="Trop tard")
    assert "soumis" in late["message"]
    assert "service_dossier.discarded" in [entry["type"] for entry in people.history(AUDITOR)]
