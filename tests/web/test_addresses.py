"""An address that leads nowhere helps a reader, and tells a program what it may tell."""

from __future__ import annotations

import html

import pytest
from starlette.requests import Request

from tests.support.people import CANDIDATURE, COORDONNATEUR, DIRECTOR, INSPECTOR, People
from tests.support.server import Server
from tests.support.visitor import Visitor
from web.core.pages import Around, pages_around
from web.core.problems import Problem


@pytest.mark.parametrize(
    "path", ["/rien", "/animations/x", "/inscriptions/x", f"/animations/{'0' * 8}-0000-4000-8000-{'0' * 12}"]
)
def test_an_address_that_leads_nowhere_helps_a_reader_and_tells_a_program_in_json(
    path: str, visitor: Visitor, server: Server
) -> None:
    assert "Voir les animations à venir" in visitor.sees(path, 404)
    if path == "/rien":
        assert server.http.get(path).json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_an_address_says_that_something_was_done_only_where_it_just_was(visitor: Visitor, animation: str) -> None:
    assert "noté" not in visitor.sees("/inscription?etape=annulee")
    page = visitor.sees(f"/animations/{animation}")
    answer = visitor.http.send(visitor.form(page, values={"firstName": "L", "lastName": "M", "email": "l@exemple.fr"}))
    for shown in (True, False):
        assert ("C'est fait" in visitor.sees(answer.headers["location"])) is shown


def test_a_slash_too_many_or_a_page_of_a_list_that_is_no_more_leads_to_the_list(visitor: Visitor) -> None:
    answer = visitor.http.get("/animations/?theme=educonnect")
    assert (answer.status_code, answer.headers["location"]) == (308, "/animations?theme=educonnect")
    answer = visitor.http.get("/animations?after=inconnu&theme=educonnect")
    assert (answer.status_code, answer.headers["location"]) == (303, "/animations?theme=educonnect")


def test_a_page_of_a_list_that_has_emptied_leads_to_what_is_left_of_it(
    server: Server, visitor: Visitor, animation: str
) -> None:
    in_order = "{ animations(orderBy: [{field: STARTS_AT, direction: ASC}]) { edges { cursor } } }"
    cursors = [edge["cursor"] for edge in server.ask(in_order)["animations"]["edges"]]
    for turned in (f"before={cursors[0]}", f"after={cursors[-1]}"):
        answer = visitor.http.get(f"/animations?{turned}&audience=PARENTS")
        assert (answer.status_code, answer.headers["location"]) == (303, "/animations?audience=PARENTS")


def test_an_emptied_page_is_shown_without_turning_to_who_sent_a_form_on_it() -> None:
    info = {"hasPreviousPage": True, "hasNextPage": False, "startCursor": None, "endCursor": None}
    scope = {"type": "http", "path": "/structure", "query_string": b"after=x", "headers": []}
    with pytest.raises(Problem) as emptied:
        pages_around(Request(scope | {"method": "GET"}), info)
    assert emptied.value.where == ("after",)
    assert pages_around(Request(scope | {"method": "POST"}), info) == Around(None, None)


def test_what_programs_look_for_by_themselves_leads_nowhere_else(visitor: Visitor) -> None:
    assert visitor.http.get("/.well-known/security.txt", headers={"Accept": "text/html"}).status_code == 404


def test_an_address_as_telephones_write_it_or_as_it_is_copied_from_a_letter_leads_to_its_page(
    visitor: Visitor, animation: str
) -> None:
    page = visitor.sees(f"/animations/{animation}")
    for copied in (
        f"Animations/{animation}",
        f"animations/{animation.upper()}",
        *(f"animations/{animation}{after}" for after in (".", ")", "%20", "%C2%A0%C2%BB", "%E2%80%8B", ",.")),
    ):
        answer = visitor.http.get(f"/{copied}", follow_redirects=True)
        assert (answer.status_code, "<h1>" + page.partition("<h1>")[2][:20] in answer.text) == (200, True), copied
    assert visitor.http.get("/Inscription.?utm_source=x").headers["location"] == "/inscription?utm_source=x"
    for nowhere in ("/Rien", "//exemple.fr.", "/%5Cexemple.fr.", "/structure/Animations/x"):
        answer = visitor.http.get(f"http://{visitor.http.base_url.netloc.decode()}{nowhere}")
        assert answer.headers["location"].startswith(
            ("/rien", "/exemple.fr", "/%5Cexemple.fr", "/structure/animations")
        ), nowhere


def test_a_file_that_cannot_be_had_helps_a_reader_and_tells_a_program_in_json(
    visitor: Visitor, animation: str, server: Server
) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    missing = ("/territories/ZZ/planning.pdf", f"/structures/{nobody}/planning.pdf", f"/animations/{nobody}/poster.pdf")
    refused = {
        **dict.fromkeys(
            (*missing, f"/animations/{nobody}/calendar.ics", "/certificates/PR-2026-X"), (404, "NOT_FOUND")
        ),
        **dict.fromkeys(("/animations.csv?inconnu=x", "/animations.ics?theme=x"), (400, "INVALID")),
        **dict.fromkeys(
            (f"/structures/{nobody}/contacts.csv", "/audit-trail.csv", f"/service-dossiers/{nobody}/dossier.pdf"),
            (401, "UNAUTHENTICATED"),
        ),
    }
    for path, (status, code) in refused.items():
        page = visitor.sees(path, status)
        assert "Voir les animations à venir" in page, path
        answer = server.http.get(path)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (status, code), path
        assert error["message"] in html.unescape(page), path
        assert "Accept" in answer.headers["vary"], path
    assert "/connexion?vers=/audit-trail.csv" in visitor.sees("/audit-trail.csv", 401)
    for address in ("/animations", f"/animations/{animation}", "/", "/animations.ics", "/animations.atom"):
        answer = visitor.http.get(address, params={"UTM_Source": "lettre", "FBCLID": "x", "Mtm_Campaign": "y"})
        assert answer.status_code == 200, address


@pytest.mark.parametrize(
    "path",
    [
        *(f"/animations/{{}}/{each}" for each in ("poster.pdf", "calendar.ics", "ticket.pdf?link=x", "kit.zip")),
        *("/structures/{}/planning.pdf", "/candidatures/{}/certificate.pdf", "/publications/{}/files/x"),
        *("/service-dossiers/{}/dossier.pdf", "/strategies/{}/documents/x", "/checkpoints/{}"),
    ],
)
def test_the_address_of_a_document_that_was_cut_short_says_so_to_people_alone(
    path: str, visitor: Visitor, server: Server
) -> None:
    address = path.format("21766b09-f296-44bc-a424-2ab8")
    page = visitor.sees(address, 404)
    assert "incomplète" in page
    assert "UUID" not in page
    assert server.http.get(address).status_code == 400


def test_the_pages_around_keep_what_is_looked_for_and_not_what_was_done():
    query = b"mots=un+caf%C3%A9&after=x&publiees=3&vide="
    request = Request({"type": "http", "path": "/moderation", "query_string": query, "headers": []})
    info = {"hasPreviousPage": True, "hasNextPage": True, "startCursor": "a", "endCursor": "b"}
    around = pages_around(request, info, "#liste")
    assert around.previous == "/moderation?mots=un+caf%C3%A9&before=a#liste"
    assert around.next == "/moderation?mots=un+caf%C3%A9&after=b#liste"


def test_a_program_is_answered_in_a_line_whether_a_certificate_was_issued(server: Server, visitor: Visitor) -> None:
    people = People(server)
    link = people.does("12-submit-a-candidature", None, **CANDIDATURE)["link"]
    (candidature,) = server.ask("{ candidatures { nodes { id } } }", INSPECTOR)["candidatures"]["nodes"]
    about = {"candidatureId": candidature["id"]}
    people.does("13-give-an-opinion", DIRECTOR, **about, favourable=True)
    people.does("14-validate-a-candidature", INSPECTOR, **about)
    people.does("65-ask-for-a-certificate", None, link=link)
    number = people.does("66-issue-a-certificate", COORDONNATEUR, **about)["candidature"]["certificateNumber"]
    page = visitor.sees(f"/certificates/{number}")
    assert "<h1>Cette attestation a été délivrée</h1>" in page
    line = server.http.get(f"/certificates/{number}")
    assert (line.headers["content-type"], number in line.text) == ("text/plain; charset=utf-8", True)
