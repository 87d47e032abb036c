"""An auditor announces a control, judges each piece beside its file, replays a dossier; the structure answers."""

from __future__ import annotations

import html
import re

import pytest

from tests.scenarios.service.controls_story import OPENING, Controls
from tests.support.people import People
from tests.support.server import Server
from tests.support.visitor import Visitor, links

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def controls(server: Server) -> Controls:
    return Controls(People(server))


@pytest.fixture(scope="module")
def dossier(controls: Controls) -> str:
    (dossier,) = controls.certified(1)
    return dossier


@pytest.fixture(scope="module")
def path(controls: Controls, dossier: str, server: Server) -> str:
    """A control that an auditor announced, whose draw has followed."""
    auditor = Visitor(server.address).signs_in("AUDITOR")
    refused = auditor.sends(auditor.sees("/controle"), "annoncer", {"sharePercent": "tous"}, status=422)
    assert '<a href="#annoncer-sharePercent">' in refused
    values = OPENING | {"sharePercent": "100\u00a0%", "territory": "34"}
    page = auditor.sends(refused, "annoncer", {name: str(value) for name, value in values.items()})
    assert "Le contrôle est annoncé" in page
    assert "Annoncé, pas encore tiré" in page
    assert "Pas encore tiré au sort." in page
    controls.draw()
    assert "Tiré au sort le " in auditor.sees("/controle")
    (address,) = {link for link in links(auditor.sees("/controle")) if re.fullmatch(r"/controle/[0-9a-f-]{36}", link)}
    return address


def test_each_piece_is_judged_and_a_refusal_is_answered(path: str, dossier: str, server: Server) -> None:
    auditor, structure = (Visitor(server.address).signs_in(role) for role in ("AUDITOR", "STRUCTURE"))
    page = auditor.sees(path)
    assert f"Pièces qui restent à juger{NBSP}: 2." in page
    assert dossier in page.split("Dossiers tirés")[0]
    pieces = f"{path}/dossiers/{dossier}"
    page = auditor.sees(pieces)
    for verdict, reason, words in (
        ("non", "", "Motif du refus : indiquez pourquoi la pièce est refusée."),
        ("oui", "UNSIGNED", "Motif du refus : une pièce conforme n&#39;a pas de motif de refus"),
    ):
        refused = auditor.sends(page, "juger", {"accepted": verdict, "reasonCode": reason}, status=422)
        assert words in refused
    judge = {"accepted": "non", "reasonCode": "UNSIGNED"}
    page = auditor.sends(page, "juger", judge)
    assert "Pièce non signée." in page
    assert "Contrôle en cours" in structure.sees("/structure/dossiers")
    sheet = re.findall(r'name="piece" value="(sheet:[^"]+)"', page)[0]
    assert "Réponse de la structure" in structure.sends(structure.sees(pieces), "repondre", {"answer": "Au verso."})
    page = auditor.sends(page, "juger", {"piece": sheet, "seen": _state(page, sheet), "accepted": "oui"})
    assert page.count("Conforme") == 1
    assert f"La structure a répondu à 1{NBSP}refus." in auditor.sees(path)
    before = auditor.sees(pieces)
    page = auditor.sends(auditor.sees(path), "clore", {"conclusion": "Une réserve."})
    late = judge | {"piece": sheet, "seen": _state(before, sheet), "comment": "Trop tard."}
    assert "Trop tard." in auditor.sends(before, "juger", late, status=422)
    assert "Une réserve." in page
    assert "pas possible pour le moment" not in page
    closed = auditor.sees("/controle?etat=CLOSED")
    assert f"1{NBSP}pièce acceptée, 1{NBSP}refusée" in closed
    assert "Clos le " in closed
    coordonnateur = Visitor(server.address).signs_in("COORDONNATEUR")
    for visitor, desk in ((coordonnateur, "/territoire/dossiers"), (structure, "/structure/dossiers")):
        for page in (desk, f"{desk}/{dossier}"):
            assert "Pièce refusée par un contrôle" in visitor.sees(page), page
    seen = coordonnateur.sees(f"/territoire/dossiers/{dossier}")
    assert "Ce qu&#39;un contrôle refuse" in seen or "Ce qu'un contrôle refuse" in seen
    assert "Rien ne manque et rien n'est inhabituel" not in seen


def test_who_judges_a_piece_that_was_judged_meanwhile_reads_it_first_and_other_pieces_stand(
    controls: Controls, dossier: str, server: Server
) -> None:
    path = f"/controle/{controls.open()}"
    first, second = (Visitor(server.address).signs_in("AUDITOR") for _ in range(2))
    pieces = f"{path}/dossiers/{dossier}"
    seen = second.sees(pieces)
    sheet = re.findall(r'name="piece" value="(sheet:[^"]+)"', seen)[0]
    first.sends(first.sees(pieces), "juger", {"accepted": "oui", "comment": "Vu sur place."})
    refusal = {"accepted": "non", "reasonCode": "UNSIGNED", "comment": "Pas de signature."}
    page = second.sends(seen, "juger", refusal, status=422)
    assert "Quelqu'un a changé quelque chose ici entre-temps" in html.unescape(page)
    assert "Vu sur place." in page
    assert "Pas de signature." in page
    # The control moved on, but this piece is as it was.
    legible = {"piece": sheet, "seen": _state(seen, sheet), "accepted": "oui", "comment": "Lisible."}
    page = second.sends(seen, "juger", legible)
    assert "Lisible." in page
    twice = second.form(page, "juger", refusal)
    for _ in range(2):
        assert second.http.send(twice).status_code == 303
    assert "Pas de signature." in first.sees(pieces)


def test_a_dossier_is_replayed_with_positions_and_proofs(path: str, dossier: str, server: Server) -> None:
    auditor = Visitor(server.address).signs_in("AUDITOR")
    history = f"/controle/dossiers/{dossier}/historique"
    page = auditor.sees(history)
    assert "Service fait certifié, 1" in page
    assert "Animation publiée" in page
    assert "d'un journal signé de" in page
    assert " : refusée (pièce non signée)" in page.replace(NBSP, " ")
    (opened,) = re.findall(r"Dossier de service fait ouvert.*?position=(\d+)", page, re.DOTALL)
    assert "En préparation, " in auditor.sees(f"{history}?position={opened}")
    assert "n'existait pas encore" in auditor.sees(f"{history}?position={int(opened) - 1}")
    bundle = auditor.http.get(f"/service-dossiers/{dossier}/bundle.zip")
    assert (bundle.status_code, bundle.content[:2]) == (200, b"PK")


@pytest.mark.parametrize(("role", "status"), [("PARENT", 404), ("DIRECTOR", 404), ("ELSEWHERE", 200)])
def test_a_control_of_others_does_not_exist(role: str, status: int, path: str, dossier: str, visitor: Visitor) -> None:
    visitor.signs_in(role)
    assert path not in visitor.sees("/controle", status)
    for own in (path, f"{path}/dossiers/{dossier}", f"/controle/dossiers/{dossier}/historique"):
        visitor.sees(own, 404)


@pytest.mark.usefixtures("path")
def test_anybody_reads_how_to_verify_and_gets_a_verifier_that_can_ask_nobody(visitor: Visitor) -> None:
    assert "/verifier/verifier.html" in links(visitor.sees("/verifier"))
    answer = visitor.http.get("/verifier/verifier.html")
    plain = visitor.http.get("/verifier/verifier.html", headers={"accept-encoding": "identity"})
    assert ("content-encoding" not in plain.headers, plain.text) == (True, answer.text)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert "Vérifier un dossier de service fait" in answer.text
    assert {visitor.http.get(link).status_code for link in links(visitor.sees("/verifier"))} == {200}


def _state(page: str, piece: str) -> str:
    """What the form of a piece says that the page shows of it."""
    return str(re.findall(rf'value="{re.escape(piece)}".*?name="seen" value="([^"]*)"', page, re.DOTALL)[0])
