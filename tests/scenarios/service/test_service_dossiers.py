"""Proof of service over HTTP: a structure asks to be paid, the coordonnateur certifies, corrects, pays."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from application.followers.reacting import react
from domain.kernel.identifiers import structure_id
from tests.scenarios.service.dossiers_story import PERIOD, Claims, seen
from tests.scenarios.test_other_mutations import mutate
from tests.support.people import (
    AUDITOR,
    COORDONNATEUR,
    NATIONAL,
    OTHER_SIRET,
    OTHER_STRUCTURE,
    REASONS,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import Server


def test_a_structure_is_paid_for_what_it_attested(claims: Claims, people: People, server: Server):
    held = claims.held(3)
    claims.attest(*held[:2])
    opened = claims.open()
    assert (opened["status"], opened["animationCount"], opened["amount"]) == ("OPEN", 2, "300.00")
    (dossier,) = seen(server)
    assert [
        (missing["kind"], missing["animation"] and missing["animation"]["id"]) for missing in dossier["missing"]
    ] == [
        ("SHEET", held[0]),
        ("SHEET", held[1]),
        ("UNATTESTED", held[2]),
    ]
    assert [line["submitted"] for line in dossier["lines"]] == [None, None]

    claims.attest(held[2])
    gathered = people.does("23-gather-animations-again", STRUCTURE, dossierId=opened["id"])["dossier"]
    assert (gathered["animationCount"], gathered["amount"]) == (3, "450.00")
    submitted = people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=opened["id"])["dossier"]
    assert submitted["status"] == "SUBMITTED"
    certify = {"dossierId": opened["id"], **REASONS}
    certified = people.does("21-certify-the-service", COORDONNATEUR, **certify)["dossier"]
    assert (certified["status"], certified["amount"]) == ("CERTIFIED", "450.00")
    paid = people.does(
        "22-record-a-payment", NATIONAL, dossierId=opened["id"], paidOn="2027-03-20", reference="VIR-42"
    )["dossier"]
    assert paid["status"] == "PAID"

    (dossier,) = seen(server, AUDITOR, status=["PAID"])
    payment = {"amount": "450.00", "paidOn": "2027-03-20", "reference": "VIR-42", "reason": None}
    assert dossier["payment"] == payment
    with server.application.pool.connection() as conn:
        while react(conn):
            pass
    notices = "query { viewer { notifications(first: 1) { nodes { message } } } }"
    (notice,) = server.ask(notices, STRUCTURE)["viewer"]["notifications"]["nodes"]
    assert re.fullmatch(r"Le paiement du dossier .* de Centre social Les Tilleuls est enregistré\.", notice["message"])
    assert (dossier["submittedBy"], dossier["certifiedBy"]) == ("Les Tilleuls", "Coordination 34")
    assert dossier["convention"]["certifiedAnimations"] == 3
    assert [missing["kind"] for missing in dossier["missing"]] == ["SHEET"] * 3
    assert {line["submitted"]["parents"] for line in dossier["lines"]} == {9}


def test_what_is_sent_back_is_put_right_and_submitted_again(claims: Claims, people: People, server: Server):
    held = claims.held(2)
    claims.attest(*held)
    dossier = claims.open()["id"]
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    (early,) = people.is_refused(
        "10-correct-the-attestation", STRUCTURE, animationId=held[0], parents=8, reason="Recompté"
    )
    assert "renvoi" in early["message"]
    people.does("20-send-a-service-dossier-back", COORDONNATEUR, dossierId=dossier, reason="Recomptez.")
    (returned,) = seen(server)
    assert (returned["status"], returned["returnReason"]) == ("RETURNED", "Recomptez.")
    assert [missing["kind"] for missing in returned["missing"]][:1] == ["GATHERING"]
    assert "rassemblez à nouveau" in returned["missing"][0]["message"]

    people.does("10-correct-the-attestation", STRUCTURE, animationId=held[0], parents=8, children=4, reason="Recompté.")
    people.does("23-gather-animations-again", STRUCTURE, dossierId=dossier, animationIds=[held[0]])
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    (again,) = seen(server)
    assert [line["submitted"]["parents"] for line in again["lines"]] == [8]
    # What was released is free for another dossier.
    assert claims.open()["animationCount"] == 1


def test_an_animation_is_in_one_dossier_only_that_is_not_sent_back(claims: Claims, people: People):
    held = claims.held(1)
    claims.attest(*held)
    first = claims.open()
    assert claims.open()["animationCount"] == 0
    values = {"structureId": STRUCTURE_ID, "conventionId": claims.convention, **PERIOD, "animationIds": held}
    (twice,) = people.is_refused("18-open-a-service-dossier", STRUCTURE, **values)
    assert (twice["code"], twice["field"]) == ("RULE_BROKEN", ["animationIds", "0"])
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=first["id"])
    people.does("20-send-a-service-dossier-back", COORDONNATEUR, dossierId=first["id"], reason="Autre dossier.")
    assert people.does("18-open-a-service-dossier", STRUCTURE, **values)["dossier"]["animationCount"] == 1


def test_dossiers_opened_at_once_never_share_an_animation(claims: Claims, server: Server):
    held = claims.held(4)
    claims.attest(*held)
    values = {"structureId": STRUCTURE_ID, "conventionId": claims.convention, **PERIOD, "animationIds": held}

    def open_one(_: int) -> dict[str, Any]:
        answer: dict[str, Any] = server.run("18-open-a-service-dossier", STRUCTURE, input=values)
        return answer

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(open_one, range(6)))
    assert Counter(bool(answer["errors"]) for answer in answers) == {False: 1, True: 5}
    assert len(seen(server)) == 1


def test_an_idempotency_key_opens_one_dossier(claims: Claims, server: Server):
    held = claims.held(1)
    claims.attest(*held)
    key = str(uuid4())
    first, again = claims.open(idempotencyKey=key), claims.open(idempotencyKey=key)
    assert first["id"] == again["id"]
    assert len(seen(server)) == 1


def test_after_certification_figures_change_by_an_amendment_only(claims: Claims, people: People, server: Server):
    (animation,) = claims.held(1)
    claims.attest(animation)
    dossier = claims.certified(animation)
    (direct,) = people.is_refused(
        "10-correct-the-attestation", STRUCTURE, animationId=animation, parents=8, reason="Recompté"
    )
    assert "avenant" in direct["message"]
    values = {"dossierId": dossier, "animationId": animation, "parents": 8, "children": 4, "reason": "Doublon."}
    people.does("25-propose-an-amendment", STRUCTURE, **values)
    (waiting,) = seen(server, COORDONNATEUR)
    assert [amendment["status"] for amendment in waiting["amendments"]] == ["PENDING"]
    assert waiting["lines"][0]["current"]["parents"] == 9

    people.does("26-accept-an-amendment", COORDONNATEUR, dossierId=dossier, number=1)
    (amended,) = seen(server, AUDITOR)
    (line,), (amendment,) = amended["lines"], amended["amendments"]
    assert (line["submitted"]["parents"], line["current"]["parents"]) == (9, 8)
    assert (amendment["status"], amendment["decidedBy"]) == ("ACCEPTED", "Coordination 34")
    assert amended["amount"] == "150.00"
    topics = [entry["type"] for entry in people.history(animationId=animation)]
    assert topics[-2:] == ["animation.gathered", "animation.attestation_corrected"]


def test_a_refused_amendment_leaves_the_figures(claims: Claims, people: People, server: Server):
    (animation,) = claims.held(1)
    claims.attest(animation)
    dossier = claims.certified(animation)
    values = {"dossierId": dossier, "animationId": animation, "parents": 8, "children": 4, "reason": "Doublon."}
    people.does("25-propose-an-amendment", STRUCTURE, **values)
    no = {"dossierId": dossier, "number": 1, "reason": "La feuille dit 9."}
    assert mutate(server, COORDONNATEUR, "serviceAmendmentRefuse", "dossier { id }", **no)["errors"] == []
    (kept,) = seen(server)
    assert (kept["amendments"][0]["status"], kept["amendments"][0]["refusalReason"]) == ("REFUSED", "La feuille dit 9.")
    assert kept["lines"][0]["current"]["parents"] == 9


def test_more_than_planned_needs_the_coordonnateurs_reason(people: People, server: Server):
    claims = Claims(people)
    fewer = {"conventionId": claims.convention, "plannedAnimations": 1}
    assert mutate(server, COORDONNATEUR, "conventionAmend", "convention { id }", **fewer)["errors"] == []
    held = claims.held(2)
    claims.attest(*held)
    claims.certified(held[0])
    second = claims.open()["id"]
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=second)
    (over,) = people.is_refused("21-certify-the-service", COORDONNATEUR, dossierId=second, **REASONS)
    assert (over["code"], over["field"]) == ("RULE_BROKEN", ["overrunReason"])
    people.does(
        "21-certify-the-service", COORDONNATEUR, dossierId=second, overrunReason="Demande du collège.", **REASONS
    )
    assert {shown["overrunReason"] for shown in seen(server)} == {None, "Demande du collège."}


def test_a_dossier_takes_no_animation_of_another_structure(claims: Claims, people: People):
    held = claims.held(1)
    claims.attest(*held)
    theirs = people.sign(siret=OTHER_SIRET, structureName="Une autre")["convention"]
    values = {"conventionId": theirs["id"], **PERIOD, "animationIds": held}
    (mixed,) = people.is_refused("18-open-a-service-dossier", STRUCTURE, structureId=STRUCTURE_ID, **values)
    assert mixed["code"] == "FORBIDDEN"
    other = str(structure_id(OTHER_SIRET))
    (foreign,) = people.is_refused("18-open-a-service-dossier", OTHER_STRUCTURE, structureId=other, **values)
    assert (foreign["code"], foreign["field"]) == ("RULE_BROKEN", ["animationIds", "0"])


def test_bad_input_is_named_field_by_field(claims: Claims, people: People):
    values = {"structureId": STRUCTURE_ID, "conventionId": claims.convention}
    errors = people.is_refused("18-open-a-service-dossier", STRUCTURE, **values, periodFrom="hier")
    assert {(error["code"], error["field"][0]) for error in errors} == {
        ("INVALID", "periodFrom"),
        ("INVALID", "periodUntil"),
    }
    (unknown,) = people.is_refused("19-submit-a-service-dossier", STRUCTURE, dossierId=str(uuid4()))
    assert unknown["code"] == "FORBIDDEN"
    (unreadable,) = people.is_refused("19-submit-a-service-dossier", STRUCTURE, dossierId="rien")
    assert (unreadable["code"], unreadable["field"]) == ("INVALID", ["dossierId"])
