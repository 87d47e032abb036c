"""A candidature from its submission to the certificate, for both degrees; followed by a link, without an account."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from domain.kernel.actors import Role
from tests.support.dumps import dump, in_hexadecimal
from tests.support.papers.pdf_text import text
from tests.support.people import (
    CANDIDATURE,
    COLLEGE,
    COORDONNATEUR,
    DIRECTOR,
    HEAD,
    INSPECTOR,
    NATIONAL,
    SCHOOL,
    STRUCTURE,
)
from tests.support.server import SITE, token

SUBMIT, OPINION, VALIDATE = "12-submit-a-candidature", "13-give-an-opinion", "14-validate-a-candidature"
CONTACT, TRAIN, PIX = "62-record-a-contact", "63-record-a-training", "64-record-the-pix-certification"
ASK, ISSUE, WITHDRAW = "65-ask-for-a-certificate", "66-issue-a-certificate", "67-withdraw-a-candidature"
FOLLOW = "68-follow-a-candidature"
ELSEWHERE = token(Role.COORDONNATEUR, "Coordination 02", territories=["02"])


def _submitted(people: Any, **changes: Any) -> tuple[str, str]:
    """The id and the link of a candidature of somebody without an account."""
    payload = people.does(SUBMIT, None, **CANDIDATURE | changes)
    return str(payload["candidature"]["id"]), str(payload["link"])


def _validated(people: Any) -> tuple[str, str]:
    candidature, link = _submitted(people)
    people.does(OPINION, DIRECTOR, candidatureId=candidature, favourable=True)
    people.does(VALIDATE, INSPECTOR, candidatureId=candidature)
    return candidature, link


def _pdf(server: Any, candidature: str, who: str | None = None, **params: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {who}"} if who else {}
    answer: httpx.Response = server.http.get(
        f"/candidatures/{candidature}/certificate.pdf", params=params, headers=headers
    )
    return answer


def test_a_volunteer_of_the_first_degree_comes_to_a_certificate_by_the_link_alone(people, server):
    candidature, link = _validated(people)
    assert server.run(FOLLOW, None, link=link)["status"] == "VALIDATED"
    people.does(CONTACT, COORDONNATEUR, candidatureId=candidature, on="2027-01-08", note="Disponible le soir")
    (error,) = people.is_refused(TRAIN, COORDONNATEUR, candidatureId=candidature, on="2026-01-10", subject="ENT")
    assert "cette candidature est du 10/01/2027" in error["message"]
    people.does(TRAIN, COORDONNATEUR, candidatureId=candidature, on="2027-01-10", subject="Accompagner à l'ENT")
    people.does(PIX, COORDONNATEUR, candidatureId=candidature, on="2027-01-09")
    assert _pdf(server, candidature, link=link).status_code == 404
    people.does(ASK, None, link=link)
    issued = people.does(ISSUE, COORDONNATEUR, candidatureId=candidature)["candidature"]
    assert issued["certificateNumber"].startswith("PR-2027-")
    assert issued["certificateUrl"] == f"{SITE}/candidatures/{candidature}/certificate.pdf"
    number = issued["certificateNumber"]
    check = "query($number: String!) { certificate(number: $number) { genuine issuedOn number } }"
    # What nobody sees is copied with it, or was sent to do harm.
    for typed in (number, f" {number.lower()} ", f"{number}\0\u200b"):
        genuine = {"genuine": True, "issuedOn": "2027-01-10", "number": number}
        assert server.ask(check, number=typed)["certificate"] == genuine
    assert server.ask(check, number="PR-2027-00000000")["certificate"]["genuine"] is False
    assert "a été délivrée le dimanche 10 janvier 2027" in server.http.get(f"/certificates/{number}").text
    for unknown in ("PR-2027-00000000", "%00"):
        assert server.http.get(f"/certificates/{unknown}").status_code == 404
    printed = text(_pdf(server, candidature, link=link).content)
    for part in (
        "Attestation de bénévolat",
        issued["certificateNumber"],
        "Prénom Nom",
        "Hérault",
        "accompagner des parents, un par un ou en groupe",
        "Accompagner à l'ENT (10/01/2027)",
        "Certification Pix obtenue le samedi 9 janvier 2027",
    ):
        assert part in printed
    for who in (COORDONNATEUR, NATIONAL):
        assert _pdf(server, candidature, who).headers["content-type"] == "application/pdf"
    for who in (ELSEWHERE, STRUCTURE, DIRECTOR):
        assert _pdf(server, candidature, who).status_code == 403
    assert _pdf(server, candidature).status_code == 401
    assert _pdf(server, candidature, link=link[:-3]).status_code == 401


def test_a_volunteer_of_the_second_degree_is_validated_by_the_head_of_the_school(people, server):
    candidature, link = _submitted(people, schoolUai=COLLEGE, degree="SECOND")
    people.is_refused(VALIDATE, INSPECTOR, candidatureId=candidature)
    people.does(VALIDATE, HEAD, candidatureId=candidature)
    people.does(ASK, None, link=link)
    people.does(ISSUE, COORDONNATEUR, candidatureId=candidature)
    assert _pdf(server, candidature, link=link).status_code == 200


def test_a_candidature_is_withdrawn_by_its_link(people, server):
    candidature, link = _submitted(people)
    withdrawn = people.does(WITHDRAW, None, link=link, reason="Je déménage")["candidature"]
    assert withdrawn["status"] == "WITHDRAWN"
    (entry,) = people.history(NATIONAL, candidatureId=candidature, type=["candidature.withdrawn"])
    assert entry["role"] == "parent"
    (error,) = people.is_refused(WITHDRAW, None, link=link)
    assert error["code"] == "RULE_BROKEN"
    (neither,) = people.is_refused(WITHDRAW, None)
    assert (neither["code"], neither["field"]) == ("INVALID", ["candidatureId"])


def test_only_the_coordonnateur_of_the_territory_accompanies(people):
    candidature, _ = _validated(people)
    for who in (ELSEWHERE, NATIONAL, INSPECTOR, STRUCTURE, None):
        people.is_refused(CONTACT, who, candidatureId=candidature, on="2027-01-08")
        people.is_refused(ISSUE, who, candidatureId=candidature)


def test_the_note_of_a_contact_is_for_those_who_accompany(people, server):
    candidature, link = _validated(people)
    people.does(CONTACT, COORDONNATEUR, candidatureId=candidature, on="2027-01-08", note="Disponible le soir")
    document = "query($id: ID!) { candidature(id: $id) { contactNote contactedOn allowedActions { action } } }"
    assert server.ask(document, COORDONNATEUR, id=candidature)["candidature"]["contactNote"] == "Disponible le soir"
    assert server.ask(document, INSPECTOR, id=candidature)["candidature"]["contactNote"] is None
    by_link = "query($link: String!) { candidatureByLink(link: $link) { contactNote contactedOn } }"
    contact = server.ask(by_link, None, link=link)["candidatureByLink"]
    assert contact == {"contactNote": None, "contactedOn": "2027-01-08"}


def test_after_erasure_the_link_shows_nothing_and_the_certificate_is_made_no_more(people, server, founded_url):
    candidature, link = _validated(people)
    people.does(CONTACT, COORDONNATEUR, candidatureId=candidature, on="2027-01-08", note="Note très personnelle")
    people.does(ASK, None, link=link)
    people.does(ISSUE, COORDONNATEUR, candidatureId=candidature)
    server.ask("mutation($id: String!) { personErase(input: {subject: $id}) { erased } }", NATIONAL, id=candidature)
    assert server.run(FOLLOW, None, link=link) is None
    assert _pdf(server, candidature, COORDONNATEUR).status_code == 404
    (error,) = people.is_refused(WITHDRAW, None, link=link)
    assert (error["code"], error["field"]) == ("INVALID", ["link"])
    left = dump(founded_url)
    for secret in ("Note très personnelle", CANDIDATURE["email"]):
        assert secret not in left
        assert in_hexadecimal(secret) not in left


@pytest.mark.parametrize("link", ["", "x", "A" * 43])
def test_a_link_that_was_not_made_here_shows_nothing(server, link):
    (error,) = server.errors("query($link: String!) { candidatureByLink(link: $link) { id } }", link=link)
    assert error["extensions"]["code"] == "INVALID"


def test_a_certificate_says_for_ever_what_was_so_when_it_was_issued(people, server):
    candidature, link = _validated(people)
    people.does(TRAIN, COORDONNATEUR, candidatureId=candidature, on="2027-01-10", subject="Avant")
    people.does(ASK, None, link=link)
    people.does(ISSUE, COORDONNATEUR, candidatureId=candidature)
    before = _pdf(server, candidature, link=link).content
    people.a_month_later()
    people.does(TRAIN, COORDONNATEUR, candidatureId=candidature, on="2027-02-01", subject="Après")
    people.does(PIX, COORDONNATEUR, candidatureId=candidature, on="2027-02-02")
    people.does(WITHDRAW, None, link=link)
    assert _pdf(server, candidature, link=link).content == before


def test_nothing_is_issued_or_offered_once_the_person_is_erased(people, server):
    candidature, link = _validated(people)
    people.does(ASK, None, link=link)
    server.ask("mutation($id: String!) { personErase(input: {subject: $id}) { erased } }", NATIONAL, id=candidature)
    (error,) = people.is_refused(ISSUE, COORDONNATEUR, candidatureId=candidature)
    assert error["code"] == "RULE_BROKEN"
    document = "query($id: ID!) { candidature(id: $id) { allowedActions { action allowed } } }"
    offered = server.ask(document, COORDONNATEUR, id=candidature)["candidature"]["allowedActions"]
    # The course may come to its end, without a word about anybody.
    assert [action["action"] for action in offered if action["allowed"]] == ["candidatureWithdraw"]


def test_the_link_shows_what_the_candidate_may_do(people, server):
    _, link = _validated(people)
    document = "query($link: String!) { candidatureByLink(link: $link) { allowedActions { action allowed } } }"
    assert server.ask(document, link=link)["candidatureByLink"]["allowedActions"] == [
        {"action": "candidatureWithdraw", "allowed": True},
        {"action": "candidatureRecordAccompaniment", "allowed": True},
        {"action": "candidatureCorrectAccompaniment", "allowed": True},
        {"action": "candidatureRequestCertificate", "allowed": True},
    ]


def test_a_link_and_an_id_that_disagree_do_nothing(people):
    first, _ = _submitted(people)
    _, other = _submitted(people)
    (error,) = people.is_refused(WITHDRAW, None, candidatureId=first, link=other)
    assert (error["code"], error["field"]) == ("INVALID", ["link"])


def test_the_latest_contact_is_told_whatever_the_order_of_recording(people, server):
    candidature, _ = _validated(people)
    people.does(CONTACT, COORDONNATEUR, candidatureId=candidature, on="2027-01-08", note="Le soir")
    shown = people.does(CONTACT, COORDONNATEUR, candidatureId=candidature, on="2027-01-05")["candidature"]
    assert shown["contactedOn"] == "2027-01-08"
    document = "query($id: ID!) { candidature(id: $id) { contactNote } }"
    assert server.ask(document, COORDONNATEUR, id=candidature)["candidature"]["contactNote"] == "Le soir"
    (error,) = people.is_refused(CONTACT, COORDONNATEUR, candidatureId=candidature, on="1900-01-01")
    assert (error["code"], error["field"]) == ("INVALID", ["on"])


def test_the_degree_follows_from_who_is_bound_to_the_school(people: Any):
    bound = {"subject": "directrice", "staffRole": "DIRECTOR", "territory": "34", "schools": [SCHOOL]}
    people.does("55-bind-school-staff", NATIONAL, **bound)
    values = CANDIDATURE | {"schoolUai": SCHOOL}
    (refusal,) = people.is_refused(SUBMIT, None, **values | {"degree": "SECOND"})
    assert (refusal["code"], refusal["field"]) == ("INVALID", ["degree"])
    assert "est une école, du premier degré" in refusal["message"]
    without = {name: value for name, value in values.items() if name != "degree"}
    assert people.does(SUBMIT, None, **without)["candidature"]["status"] == "SUBMITTED"


def test_a_volunteer_stands_in_the_queue_of_what_is_to_be_done_next(people: Any, server: Any):
    candidature, link = _validated(people)
    document = "query($where: CandidatureWhere) { candidatures(where: $where) { nodes { id } } }"
    waiting = "{ viewer { waiting { volunteersToContact certificatesToIssue } } }"

    def queues() -> list[bool]:
        """Whether it is to be contacted, and its certificate issued. The contrary of each list holds all others."""
        held_in = []
        for name in ("toContact", "certificateToIssue"):
            with_it, without_it = (
                [
                    node["id"]
                    for node in server.ask(document, COORDONNATEUR, where={name: held})["candidatures"]["nodes"]
                ]
                for held in (True, False)
            )
            assert sorted([*with_it, *without_it]) == [candidature]
            held_in.append(bool(with_it))
        counts = server.ask(waiting, COORDONNATEUR)["viewer"]["waiting"]
        assert list(counts.values()) == [int(held) for held in held_in]
        return held_in

    assert queues() == [True, False]
    people.does(CONTACT, COORDONNATEUR, candidatureId=candidature, on="2027-01-08")
    assert queues() == [False, False]
    people.does(ASK, None, link=link)
    assert queues() == [False, True]
    people.does(ISSUE, COORDONNATEUR, candidatureId=candidature)
    assert queues() == [False, False]
