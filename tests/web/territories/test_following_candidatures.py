"""A candidature goes from desk to desk by pages: the school examines it, the coordonnateur accompanies its parent."""

from __future__ import annotations

import re

import pytest

from tests.support.people import CANDIDATURE, People
from tests.support.server import Server
from tests.support.visitor import Visitor
from web.core.french import day

HEADING = re.compile("<h1>(.*)</h1>")


@pytest.fixture(scope="module")
def candidature(people: People, server: Server) -> str:
    people.does("12-submit-a-candidature", None, **CANDIDATURE)
    page = Visitor(server.address).signs_in("DIRECTOR").sees("/ecole/candidatures")
    (identity,) = re.findall(r'href="/ecole/candidatures/([0-9a-f-]{36})"', page)
    return str(identity)


def test_the_school_examines_a_candidature_and_the_coordonnateur_accompanies_the_parent(
    candidature: str, server: Server
) -> None:
    director, inspector, coordonnateur = (
        Visitor(server.address).signs_in(role) for role in ("DIRECTOR", "INSPECTOR", "COORDONNATEUR")
    )
    path, own = f"/ecole/candidatures/{candidature}", f"/territoire/candidatures/{candidature}"
    page = coordonnateur.sees(own)
    assert "Attend l&#39;avis de la direction" in page
    page = director.sends(director.sees(path), "avis", {"favourable": "oui"})
    assert "Votre avis est enregistré" in page
    refused = inspector.sends(inspector.sees(path), "rejeter", status=422)
    assert '<a href="#rejeter-reason">' in refused
    assert "La candidature est validée" in inspector.sends(refused, "valider")

    to_call = coordonnateur.sees("/territoire/candidatures?suite=contact")
    assert candidature in to_call
    assert f"Validée le {day(server.clock.now.date())}." in to_call
    today = str(server.clock.now.date())
    page = coordonnateur.sends(coordonnateur.sees(own), "contact", {"on": today, "note": "Appelé."})
    assert "Appelé." in page
    page = coordonnateur.sends(page, "formation", {"on": today, "subject": "Pronote"})
    assert f"Pronote, {day(today)}" in page
    page = coordonnateur.sends(page, "accompagner", {"on": today, "mission": "ACCOMPANY", "parents": "3"})
    (number,) = re.findall(r'name="number" value="(\d+)"', page)
    corrected = {"number": number, "on": today, "mission": "RELAY", "parents": "2", "reason": "Une erreur."}
    assert "un nombre" in coordonnateur.sends(page, "corriger-accompagnement", corrected | {"parents": "x"}, status=422)
    page = coordonnateur.sends(page, "corriger-accompagnement", corrected)
    assert f"{day(today)} : Relayer l&#39;information, 2\N{NO-BREAK SPACE}parents" in page
    assert HEADING.findall(page) == ["Prénom Nom"]
    assert "Le bénévole n&#39;a pas demandé d&#39;attestation." in page
    assert candidature not in coordonnateur.sees("/territoire/candidatures?suite=contact")


@pytest.mark.parametrize("role", ["STRUCTURE", "ELSEWHERE", "AUDITOR"])
def test_a_candidature_of_others_does_not_exist(role: str, candidature: str, visitor: Visitor) -> None:
    visitor.signs_in(role)
    visitor.sees(f"/territoire/candidatures/{candidature}", 404)
    visitor.sees(f"/ecole/candidatures/{candidature}", 404)
    if role != "ELSEWHERE":
        visitor.sees("/territoire/candidatures", 404)
