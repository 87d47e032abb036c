"""A structure's service dossiers on its pages: what is missing, wrong files taken back, controls answered."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from tests.scenarios.service.controls_story import Controls
from tests.support.papers.dossiers import png
from tests.support.papers.sheets import attach
from tests.support.people import COORDONNATEUR, People
from tests.support.server import Server
from tests.support.visitor import Visitor, links

NOT_NOW = "pas possible pour le moment"


@pytest.fixture(scope="module")
def controls(server: Server) -> Controls:
    return Controls(People(server))


def test_what_a_dossier_lacks_leads_to_where_it_is_mended(controls: Controls, server: Server, visitor: Visitor) -> None:
    claims = controls.claims
    gathered, later, never = claims.held(3)
    claims.attest(gathered)
    own = f"/structure/dossiers/{claims.open()['id']}"
    visitor.signs_in("STRUCTURE")
    animations = "/structure/animations"
    page = visitor.sees(own)
    assert {f"{animations}/{gathered}/feuilles", f"{animations}/{later}/attestation"} <= {*links(page)}
    assert "9\N{NO-BREAK SPACE}parents" in page
    claims.attest(later)
    page = visitor.sees(own)
    assert "est attestée, et pas dans ce dossier" in page
    scan = png()
    for animation in (gathered, later):
        attach(server, animation, scan, "feuille.png")
    page = visitor.sends(page, "rassembler")
    assert "est le même fichier que celle de" in page
    assert f"{animations}/{later}" in links(page.partition("À vérifier avant de soumettre")[2].partition("<h2>")[0])
    assert "et pas dans ce dossier" not in page
    assert f"{animations}/{never}/attestation" in links(page)
    other = claims.open()["id"]
    assert "qui ne sont pas dans un autre" in visitor.sees(f"/structure/dossiers/{other}")


def test_a_dossier_that_was_opened_by_mistake_is_given_up(controls: Controls, visitor: Visitor) -> None:
    claims = controls.claims
    claims.attest(*claims.held(1))
    own = f"/structure/dossiers/{claims.open()['id']}"
    page = visitor.signs_in("STRUCTURE").sees(own)
    assert '<a href="#abandonner-reason">' in visitor.sends(page, "abandonner", status=422)
    page = visitor.sends(page, "abandonner", {"reason": "Période fausse"})
    assert "<strong>Raison de l'abandon :</strong> Période fausse" in page.replace("\xa0", " ").replace("&#39;", "'")
    assert NOT_NOW not in page
    assert 'value="abandonner"' not in page
    assert "À calculer" not in page
    assert "Abandonné" in visitor.sees("/structure/dossiers")
    visitor.signs_in("COORDONNATEUR")
    assert "Abandonné" in visitor.sees("/territoire/dossiers?etat=DISCARDED")
    page = visitor.sees(own.replace("/structure", "/territoire"))
    assert "À calculer" not in page
    assert "Période fausse" in page
    assert NOT_NOW not in page


def test_a_file_that_was_attached_by_mistake_is_taken_back(controls: Controls, visitor: Visitor) -> None:
    next_year = {"validFrom": "2027-09-01", "validUntil": "2028-08-31", "requiredPieces": ["Facture", "RIB"]}
    convention = controls.people.sign(**next_year)["convention"]["id"]
    period = {"periodFrom": "2027-10-01", "periodUntil": "2027-12-31"}
    own = f"/structure/dossiers/{controls.claims.open(conventionId=convention, **period)['id']}"
    page = visitor.signs_in("STRUCTURE").sees(own)
    for piece in ("Facture", "RIB"):
        fields = {"jeton": re.findall('name="jeton" value="([^"]+)"', page)[0], "cle": "", "piece": piece}
        files = {"file": ("x.png", png(), "image/png")}
        assert visitor.http.post(f"{own}/pieces", data=fields, files=files).status_code == 303
    wrong = visitor.http.post(f"{own}/pieces", data=fields, files={"file": ("", b"")})
    assert "choisissez un fichier" in wrong.text
    # The other forms of that page are still the dossier's.
    assert wrong.text.count("Retirer ce fichier") == 2
    refused = visitor.sends(wrong.text, "retirer", {"reason": ""}, 422)
    assert '<a href="#retirer-0-reason">' in refused
    page = visitor.sends(refused, "retirer", {"reason": "Celle d'un autre."})
    assert "Le fichier est retiré" in page
    assert page.count("Retirer ce fichier") == 1
    # The address of the form that sends files, opened again from a history.
    assert visitor.http.get(f"{own}/pieces").headers["location"] == own


def test_a_structure_is_led_to_the_control_of_its_dossier_and_to_no_page_of_others(
    controls: Controls, server: Server, visitor: Visitor
) -> None:
    server.clock.now = max(server.clock.now, datetime.fromisoformat("2027-03-20T10:00:00+01:00"))
    (dossier,) = controls.certified(1)
    control = controls.open(sharePercent=100)
    page = visitor.signs_in("STRUCTURE").sees(f"/structure/dossiers/{dossier}")
    drawn = f"/controle/{control}/dossiers/{dossier}"
    assert drawn in links(page)
    about = {"dossierId": dossier, "reason": "Une feuille\nest fausse."}
    controls.people.does("28-withdraw-a-certification", COORDONNATEUR, **about)
    assert "Raison du retrait :</strong> Une feuille<br>est fausse." in visitor.sees(f"/structure/dossiers/{dossier}")
    page = visitor.sees(drawn)
    pages = [link for link in links(page) if link.startswith(("/controle", "/service-dossiers"))]
    assert {link for link in pages if visitor.http.get(link).status_code != 200} == set()
    assert f"/controle/dossiers/{dossier}/historique" in links(Visitor(server.address).signs_in("AUDITOR").sees(drawn))
