"""What is paid: the rate of each day, under the convention, once, not before it is certified, and what is asked why."""

from __future__ import annotations

from typing import Any

from tests.scenarios.service.dossiers_story import AFTER, Claims, seen
from tests.scenarios.test_other_mutations import mutate
from tests.support.papers.dossiers import pdf
from tests.support.papers.sheets import attach
from tests.support.people import COORDONNATEUR, NATIONAL, REASONS, STRUCTURE, People
from tests.support.server import Server

CERTIFY, PAY = "21-certify-the-service", "22-record-a-payment"


def amend(server: Server, claims: Claims, **changes: Any) -> list[dict[str, Any]]:
    values = {"conventionId": claims.convention, **changes}
    errors: list[dict[str, Any]] = mutate(server, COORDONNATEUR, "conventionAmend", "convention { id }", **values)[
        "errors"
    ]
    return errors


def submitted(claims: Claims, *animations: str) -> str:
    dossier = str(claims.open(animationIds=list(animations))["id"])
    claims.people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    return dossier


def test_each_animation_is_paid_at_the_rate_of_its_day(claims: Claims, people: People, server: Server):
    first, second = claims.held(2)
    claims.attest(first, second)
    (error,) = amend(server, claims, ratePerAnimation="900.00", effectiveFrom="2027-03-16")
    assert (error["code"], error["field"]) == ("RULE_BROKEN", ["reason"])
    assert amend(server, claims, ratePerAnimation="900", effectiveFrom="2027-03-16", reason="Tarif convenu.") == []
    opened = claims.open()
    assert opened["amount"] == "1050.00"
    dossier = opened["id"]
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    (shown,) = seen(server)
    assert ([line["rate"] for line in shown["lines"]], shown["ratePerAnimation"]) == (["150.00", "900.00"], None)

    assert amend(server, claims, ratePerAnimation="1.00") == []
    (moved,) = people.is_refused(CERTIFY, COORDONNATEUR, dossierId=dossier, **REASONS)
    assert "900,00 €, puis 1,00 €" in moved["message"]
    people.does("20-send-a-service-dossier-back", COORDONNATEUR, dossierId=dossier, reason="Le tarif a changé.")
    people.does("23-gather-animations-again", STRUCTURE, dossierId=dossier)
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    certified = people.does(CERTIFY, COORDONNATEUR, dossierId=dossier, **REASONS)["dossier"]
    assert certified["amount"] == "1050.00"


def test_what_an_end_leaves_uncovered_is_named_and_then_not_paid(claims: Claims, people: People, server: Server):
    (animation,) = claims.held(1)
    claims.attest(animation)
    ending = {"conventionId": claims.convention, "terminatedOn": "2027-02-01", "reason": "Fin du projet."}
    ended = mutate(server, COORDONNATEUR, "conventionTerminate", "convention { id }", **ending)
    assert "du 15/03/2027" in ended["errors"][0]["message"]
    assert amend(server, claims, validUntil="2027-02-01")[0]["field"] == ["acceptUncovered"]
    dossier = submitted(claims, animation)
    ended = mutate(server, COORDONNATEUR, "conventionTerminate", "convention { id }", **ending, acceptUncovered=True)
    assert ended["errors"] == []
    (uncovered,) = people.is_refused(CERTIFY, COORDONNATEUR, dossierId=dossier, **REASONS)
    assert "01/02/2027" in uncovered["message"]
    people.does("20-send-a-service-dossier-back", COORDONNATEUR, dossierId=dossier, reason="Convention finie.")
    gathering = {"dossierId": dossier, "animationIds": [animation]}
    (outside,) = people.is_refused("23-gather-animations-again", STRUCTURE, **gathering)
    assert "01/02/2027" in outside["message"]


def test_what_is_missing_is_named_answered_and_goes_on_being_told(claims: Claims, people: People, server: Server):
    first, second = claims.held(2)
    claims.attest(first, second)
    assert attach(server, first, pdf(title="A"))["errors"] == []
    dossier = submitted(claims, first, second)
    (missing,) = people.is_refused(CERTIFY, COORDONNATEUR, dossierId=dossier)
    assert (missing["field"], "16/03/2027" in missing["message"]) == (["missingReason"], True)
    (dots,) = people.is_refused(CERTIFY, COORDONNATEUR, dossierId=dossier, missingReason="...")
    assert (dots["code"], dots["field"]) == ("INVALID", ["missingReason"])
    people.does(CERTIFY, COORDONNATEUR, dossierId=dossier, missingReason="Perdue.")
    (shown,) = seen(server)
    assert [(each["kind"], each["animation"]["id"]) for each in shown["missing"]] == [("SHEET", second)]
    assert shown["missingReason"] == "Perdue."


def test_one_scan_and_one_place_for_two_are_answered_before_certifying(claims: Claims, people: People, server: Server):
    first, second = (people.declare() for _ in range(2))
    for animation in (first, second):
        people.publish(animation)
    claims.attest(first, second)
    for animation in (first, second):
        assert attach(server, animation, pdf(title="A"))["errors"] == []
    dossier = submitted(claims, first, second)
    (facts_of_dossier,) = seen(server, COORDONNATEUR)
    codes = [(warning["code"], warning["other"]["id"]) for warning in facts_of_dossier["warnings"]]
    assert codes == [("SAME_TIME_AND_PLACE", first), ("SAME_SHEET", first)]
    errors = people.is_refused(CERTIFY, COORDONNATEUR, dossierId=dossier)
    assert {tuple(error["field"]) for error in errors} == {("warningsReason",)}
    people.does(CERTIFY, COORDONNATEUR, dossierId=dossier, warningsReason="Deux groupes, une feuille.")
    (answered,) = seen(server)
    assert [warning["code"] for warning in answered["warnings"]] == [code for code, _ in codes]
    assert all(warning["message"] for warning in answered["warnings"])
    assert answered["warningsReason"] == "Deux groupes, une feuille."


def test_a_payment_is_not_before_the_certification_nor_by_a_reference_of_another(claims: Claims, people: People):
    first, second = claims.held(2)
    claims.attest(first, second)
    earlier, later = claims.certified(first), claims.certified(second)
    paid = {"paidOn": f"{AFTER:%Y-%m-%d}", "reference": "VIR-42"}
    (early,) = people.is_refused(PAY, NATIONAL, dossierId=earlier, paidOn="2027-03-19", reference="VIR-42")
    assert (early["field"], "20/03/2027" in early["message"]) == (["paidOn"], True)
    people.does(PAY, NATIONAL, dossierId=earlier, **paid)
    (again,) = people.is_refused(PAY, NATIONAL, dossierId=later, **paid | {"reference": "vir 42"})
    assert again["field"] == ["reason"]
    assert "La référence « vir 42 » a déjà payé un autre dossier, celui du " in again["message"]
    people.does(PAY, NATIONAL, dossierId=later, **paid, reason="Un seul virement.")


def test_a_rate_has_one_form(claims: Claims, server: Server):
    for typed in ("1e3", "1_000", "٣٠", " +150", "150.001"):
        (error,) = amend(server, claims, ratePerAnimation=typed)
        assert (error["code"], error["field"]) == ("INVALID", ["ratePerAnimation"])
