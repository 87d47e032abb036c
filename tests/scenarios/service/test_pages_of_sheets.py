"""A signed sheet of several pages over HTTP, and one scan that was saved again for another animation."""

from __future__ import annotations

from typing import Any

from tests.scenarios.service.dossiers_story import Claims
from tests.support.papers.dossiers import heic, jpeg, pdf
from tests.support.papers.sheets import attach, bearer
from tests.support.papers.signed_forms import saved, sheet
from tests.support.people import AUDITOR, COORDONNATEUR, OTHER_STRUCTURE, STRUCTURE, People
from tests.support.server import Server

PAGES = """query($id: ID!) { animation(id: $id) {
  sheets { number fileName mediaType sha256 url } attendanceSheet { number sha256 url }
} }"""
WITHDRAW = """mutation($input: AttendanceSheetWithdrawInput!) {
  attendanceSheetWithdraw(input: $input) { animation { sheets { sha256 } } errors { code field message } }
}"""
WARNINGS = "query($id: ID!) { serviceDossier(id: $id) { warnings { code message animation { id } other { id } } } }"
CERTIFY = """mutation($input: ServiceDossierCertifyInput!) {
  serviceDossierCertify(input: $input) { dossier { status warnings { code } } errors { code field message } }
}"""


def pages(server: Server, animation: str, who: str = STRUCTURE) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = server.ask(PAGES, who, id=animation)["animation"]["sheets"]
    return shown


def test_a_sheet_has_the_pages_that_were_attached_each_given_back_by_its_digest(server: Server, over: str):
    contents = [pdf(), jpeg(), heic()]
    for content in contents:
        assert attach(server, over, content)["errors"] == []
    shown = pages(server, over)
    assert [page["number"] for page in shown] == [1, 2, 3]
    assert [page["mediaType"] for page in shown] == ["application/pdf", "image/jpeg", "image/jpeg"]
    assert shown[1]["fileName"] == "emargement-2027-03-15-2.jpg"
    for page, content in zip(shown[:2], contents[:2], strict=True):
        assert server.http.get(page["url"], headers=bearer(AUDITOR)).content == content
    assert server.http.get(shown[2]["url"], headers=bearer(COORDONNATEUR)).content.startswith(b"\xff\xd8\xff")
    assert server.http.get(shown[0]["url"], headers=bearer(OTHER_STRUCTURE)).status_code == 403
    assert server.http.get(shown[0]["url"][:-64] + "0" * 64, headers=bearer(STRUCTURE)).status_code == 404
    last = server.ask(PAGES, STRUCTURE, id=over)["animation"]["attendanceSheet"]
    assert (last["number"], last["sha256"]) == (3, shown[2]["sha256"])


def test_a_page_is_replaced_or_withdrawn_with_a_reason(server: Server, over: str):
    for title in ("1", "2"):
        attach(server, over, pdf(title=title))
    first, second = (page["sha256"] for page in pages(server, over))
    (error,) = attach(server, over, pdf(title="1 lisible"), replaces=first)["errors"]
    assert (error["code"], error["field"]) == ("INVALID", ["reason"])
    assert attach(server, over, pdf(title="1 lisible"), replaces=first, reason="Page illisible")["errors"] == []
    better, *others = (page["sha256"] for page in pages(server, over))
    assert (better != first, others) == (True, [second])
    values = {"animationId": over, "sha256": second, "reason": "Page d'une autre animation"}
    payload = server.ask(WITHDRAW, STRUCTURE, input=values)["attendanceSheetWithdraw"]
    assert payload == {"animation": {"sheets": [{"sha256": better}]}, "errors": []}
    (error,) = server.ask(WITHDRAW, STRUCTURE, input=values)["attendanceSheetWithdraw"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID", ["sha256"])


def test_a_scan_saved_again_is_answered_before_certifying(people: People, server: Server):
    claims = Claims(people)
    first, second, third = animations = claims.held(3)
    claims.attest(*animations)
    scan = sheet(1, 8)
    for animation, content in (
        (first, saved(scan, "JPEG", quality=80)),
        (second, saved(sheet(2, 8), "PNG")),
        (third, saved(scan, "PNG", 0.6)),
    ):
        assert attach(server, animation, content)["errors"] == []
    dossier = claims.open(animationIds=[first, second])["id"]
    (warning,) = server.ask(WARNINGS, COORDONNATEUR, id=dossier)["serviceDossier"]["warnings"]
    assert (warning["code"], warning["animation"]["id"], warning["other"]["id"]) == ("ALIKE_SHEET", first, third)
    assert "ressemble trait pour trait" in warning["message"]
    people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    certifying = {"dossierId": dossier}
    (error,) = server.ask(CERTIFY, COORDONNATEUR, input=certifying)["serviceDossierCertify"]["errors"]
    assert (error["code"], error["field"]) == ("RULE_BROKEN", ["warningsReason"])
    certifying["warningsReason"] = "La structure a renvoyé la bonne feuille"
    certified = server.ask(CERTIFY, COORDONNATEUR, input=certifying)["serviceDossierCertify"]["dossier"]
    assert certified == {"status": "CERTIFIED", "warnings": [{"code": "ALIKE_SHEET"}]}
