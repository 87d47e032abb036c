"""A coordonnateur certifies a dossier by pages alone, with all that justifies it on one screen; others pay it."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from tests.scenarios.service.dossiers_story import AFTER, Claims
from tests.support.papers.dossiers import png
from tests.support.papers.pdf_text import text
from tests.support.papers.sheets import attach
from tests.support.people import STRUCTURE, People
from tests.support.server import Server
from tests.support.visitor import Visitor, elements, links

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def claims(server: Server) -> Claims:
    return Claims(People(server))


@pytest.fixture(scope="module")
def animations(claims: Claims) -> list[str]:
    """Attested, one with its signed sheet."""
    held = claims.held(2)
    claims.attest(*held)
    attach(claims.people.server, held[0], png(), "feuille.png")
    return held


@pytest.fixture(scope="module")
def path(claims: Claims, animations: list[str]) -> str:
    dossier = str(claims.open(animationIds=animations)["id"])
    claims.people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=dossier)
    return f"/territoire/dossiers/{dossier}"


def test_a_dossier_is_certified_by_one_and_paid_by_another_on_pages(path: str, server: Server) -> None:
    coordonnateur = Visitor(server.address).signs_in("COORDONNATEUR")
    listed = coordonnateur.sees("/territoire/dossiers?etat=SUBMITTED")
    assert f'href="{path}"' in listed
    page = coordonnateur.sees(path)
    assert f"300,00{NBSP}€" in page
    assert f"9{NBSP}parents et 4{NBSP}enfants" in page
    words = page.replace(NBSP, " ")
    # Several animations have one title: the day tells them apart.
    assert re.search(r"Feuille d&#39;émargement signée à joindre : « [^»]+ » du \d\d/\d\d/2027\.", words)
    assert "Dossier soumis au coordonnateur, par la structure" in words
    (picture,) = [attributes["src"] for tag, attributes in elements(page) if tag == "img"]
    assert coordonnateur.http.get(picture).headers["content-type"] == "image/png"
    assert Visitor(server.address).http.get(picture).status_code == 401

    refused = coordonnateur.sends(page, "certifier", status=422)
    assert "<title>Erreur" in refused
    assert '<a href="#certifier-missingReason">' in refused
    assert "pour tout ce qui manque : la liste est sous « À regarder »." in refused.replace(NBSP, " ")
    page = coordonnateur.sends(refused, "certifier", {"missingReason": "Perdue.", "warningsReason": "Vu."})
    assert "Le service fait est certifié. La somme est due" in page
    assert "Certifié malgré ce qui manque" in page
    assert "Nul n&#39;enregistre le paiement d&#39;un dossier qu&#39;il a lui-même certifié" in page
    assert coordonnateur.http.get(path.replace("/territoire/", "/service-") + "/dossier.csv").status_code == 200

    team = Visitor(server.address).signs_in("TEAM")
    before = team.sees(path)
    page = team.sends(before, "payer", {"paidOn": "2027-03-20", "reference": "VIR-42"})
    assert "référence VIR-42" in page
    assert "Quelqu&#39;un a changé quelque chose" in team.sends(before, "retirer", {"reason": "x"}, status=422)
    again = coordonnateur.sends(coordonnateur.sees(path), "retirer", {"reason": "Une feuille est fausse."})
    assert "Reste à recouvrer" in again
    page = coordonnateur.sends(
        again, "recouvrer", {"amount": "50,50 €", "recoveredOn": "2027-03-20", "reference": "RECU-1"}
    )
    assert f"249,50{NBSP}€" in page
    history = coordonnateur.sees(f"/controle/dossiers/{path.rpartition('/')[2]}/historique").replace(NBSP, " ")
    for why in ("Motif de ce qui manque : Perdue.", "Motif : Une feuille est fausse."):
        assert why in history


def test_an_amendment_is_proposed_by_the_structure_and_decided_beside_its_figures(
    claims: Claims, server: Server
) -> None:
    (animation,) = claims.held(1)
    claims.attest(animation)
    dossier = claims.certified(animation)
    structure, own = Visitor(server.address).signs_in("STRUCTURE"), f"/structure/dossiers/{dossier}"
    refused = structure.sends(structure.sees(own), "amender", {"parents": "7"}, status=422)
    assert '<a href="#amender-0-reason">' in refused
    figures = {"parents": "7", "children": "4", "reason": "Recompté."}
    page = structure.sends(refused, "amender", figures)
    assert "Attend le coordonnateur" in page
    assert "Proposé le samedi 20\N{NO-BREAK SPACE}mars 2027." in page
    coordonnateur = Visitor(server.address).signs_in("COORDONNATEUR")
    assert dossier in coordonnateur.sees("/territoire/dossiers?avenants=oui")
    page = coordonnateur.sees(f"/territoire/dossiers/{dossier}")
    refused = coordonnateur.sends(page, "refuser", status=422)
    assert '<a href="#refuser-1-reason">' in refused
    page = coordonnateur.sends(refused, "accepter")
    assert "L&#39;avenant est accepté" in page
    on = "le samedi 20\N{NO-BREAK SPACE}mars 2027"
    assert f"Proposé {on}, décidé {on}." in page
    assert f"7{NBSP}parents et 4{NBSP}enfants" in page


def test_lists_say_which_dossiers_could_have_been_submitted_since_their_period_is_past(
    claims: Claims, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = claims.held(2)
    claims.attest(*held)
    opened, submitted = (str(claims.open(animationIds=[each])["id"]) for each in held)
    claims.people.does("19-submit-a-service-dossier", STRUCTURE, dossierId=submitted)
    structure, coordonnateur = (Visitor(server.address).signs_in(role) for role in ("STRUCTURE", "COORDONNATEUR"))
    lists = ((structure, "/structure/dossiers"), (coordonnateur, "/territoire/dossiers"))
    for day, over in (("2027-03-31T23:30:00+02:00", False), ("2027-04-01T00:30:00+02:00", True)):
        monkeypatch.setattr(server.clock, "now", datetime.fromisoformat(day))
        for visitor, path in lists:
            page = visitor.sees(path)
            rows = {each: page.partition(f"{path}/{each}")[2].partition("</li>")[0] for each in (opened, submitted)}
            past = {each: "Période passée" in row for each, row in rows.items()}
            assert past == {opened: over, submitted: False}, (path, day)
            assert ("Période passée" in visitor.sees(f"{path}/{opened}")) is over
    assert "Soumis le samedi 20\N{NO-BREAK SPACE}mars 2027." in rows[submitted]


@pytest.mark.parametrize("role", ["STRUCTURE", "PARENT", "ELSEWHERE"])
def test_a_dossier_of_others_does_not_exist(role: str, path: str, visitor: Visitor) -> None:
    visitor.signs_in(role)
    nothing = visitor.sees("/territoire/dossiers/rien", 404).replace("/territoire/dossiers/rien", "")
    assert visitor.sees(path, 404).replace(path, "") == nothing
    forged = {"action": "certifier", "missingReason": "x", "warningsReason": "x"}
    assert visitor.http.post(path, data=forged).status_code == 404


def test_nothing_about_a_training_speaks_of_parents(claims: Claims, server: Server) -> None:
    hours = {"startsAt": "2027-03-15T09:00:00+01:00", "endsAt": "2027-03-15T12:00:00+01:00"}
    training = claims.people.declare(
        title="Se former", description="Entre pairs.", audience="mediateurs", type="formation-mediateurs", **hours
    )
    claims.people.publish(training)
    server.clock.now = datetime.fromisoformat("2027-03-15T08:00:00+01:00")
    own = f"/structure/animations/{training}"
    structure = Visitor(server.address).signs_in("STRUCTURE")
    pages = {path: structure.sees(path) for path in (own, f"{own}/inscrire", f"{own}/presences")}
    assert f"{own}/inscrire" not in links(pages[own] + pages[f"{own}/presences"])
    assert "Ils s'inscrivent avec leur compte" in pages[f"{own}/inscrire"]
    server.clock.now = AFTER
    claims.people.does("08-attest-who-came", STRUCTURE, animationId=training, parents=90, children=0)
    dossier = claims.certified(training)
    pages |= {f"{path}, after": structure.sees(path) for path in (own, f"{own}/presences", f"{own}/attestation")}
    page = pages["the dossier"] = structure.sees(f"/structure/dossiers/{dossier}")
    assert "Médiateurs présents" in page
    assert "Enfants présents" not in page
    figures = {"parents": "7", "reason": "Deux de moins."}
    pages["the amendment"] = structure.sends(page, "amender", figures)
    coordonnateur = Visitor(server.address).signs_in("COORDONNATEUR")
    pages["to decide"] = coordonnateur.sees(f"/territoire/dossiers/{dossier}")
    signed_in = {"authorization": f"Bearer {STRUCTURE}"}
    pages["the sheet"] = text(
        server.http.get(f"/animations/{training}/attendance-sheet/blank.pdf", headers=signed_in).content
    )
    assert "Médiateurs présents" in pages["the sheet"]
    spoken = {
        where: re.findall(r".{,30}\b[Pp]arents?\b(?! [Rr]essource).{,30}", words_of(page))
        for where, page in pages.items()
    }
    assert {where: words for where, words in spoken.items() if words} == {}


def words_of(page: str) -> str:
    """Return the words of a page's content, or of a paper."""
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0] or page))
