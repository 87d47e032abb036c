"""Volunteering for a school by its commune, in two steps, and what becomes of it."""

from __future__ import annotations

import re

import pytest

from tests.support.people import CANDIDATURE, DIRECTOR, INSPECTOR, SCHOOL, People
from tests.support.server import Server
from tests.support.visitor import Visitor


def test_a_parent_volunteers_for_a_school_follows_and_withdraws(visitor: Visitor, people: People) -> None:
    page = visitor.sees("/candidatures?lieu=Montpellier")
    assert "Devenir parent ressource à Montpellier" in page
    page = visitor.sees("/candidatures?commune=34172&ecole=autre")
    person = {name: str(CANDIDATURE[name]) for name in ("firstName", "lastName", "email", "motivation")}
    values = person | {"schoolUai": SCHOOL, "degree": "FIRST"}
    refused = visitor.sends(page, values=values | {"schoolUai": "1234"}, status=422)
    assert '<a href="#schoolUai">' in refused
    page = visitor.sends(visitor.sees("/candidatures?commune=34172&ecole=autre"), values=values)
    assert "Merci, votre candidature est envoyée" in page
    assert "<dt>Établissement</dt>" in page
    assert "Vous aviez déjà une candidature pour cet établissement ? Rien ne change" in page
    other_tab = page
    page = visitor.sends(page, "withdraw", {"reason": "Nous déménageons."})
    assert "<h1>Candidature retirée</h1>" in visitor.sends(other_tab, "withdraw")
    assert "<h1>Candidature retirée</h1>" in page
    assert "Nous déménageons." in page
    assert "<dt>Retirée le</dt>" in page


def test_all_schools_of_a_large_commune_are_offered(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = visitor.sees("/candidatures?commune=34172")
    monkeypatch.setattr("web.candidatures.candidacy._AT_ONCE", 3)
    page = visitor.sees("/candidatures?commune=34172")
    assert 6 < page.count("<option") == at_once.count("<option")


def test_a_volunteer_notes_whom_they_helped_and_reads_it(visitor: Visitor, people: People, server: Server) -> None:
    person = CANDIDATURE | {"email": "aide@exemple.fr", "lastName": "Aidante"}
    link = people.does("12-submit-a-candidature", None, **person)["link"]
    (candidature,) = (
        each["id"]
        for each in server.ask("{ candidatures { nodes { id lastName } } }", DIRECTOR)["candidatures"]["nodes"]
        if each["lastName"] == "Aidante"
    )
    people.does("13-give-an-opinion", DIRECTOR, candidatureId=candidature, favourable=True)
    people.does("14-validate-a-candidature", INSPECTOR, candidatureId=candidature)
    page = visitor.sees(f"/candidatures/{link}")
    for field in ("Date", "Mission", "Nombre de parents"):
        assert f"{field} (facultatif)" not in page
    refused = visitor.sends(page, "help", status=422)
    assert all(f'<a href="#{name}">' in refused for name in ("on", "mission", "parents"))
    values = {"on": server.clock.now.date().isoformat(), "mission": "RELAY", "parents": "2"}
    page = visitor.sends(refused, "help", values)
    assert page.index("Merci, c'est noté") < page.index("<h1>")
    assert "2\N{NO-BREAK SPACE}parents</dd>" in page
    desk = Visitor(server.address).signs_in("INSPECTOR").sees(f"/ecole/candidatures/{candidature}")
    assert "<dt>Validée le</dt>" in desk
    refused = visitor.sends(page, "withdraw", {"reason": "Je déménage. " * 500}, 422)
    assert ('<a href="#reason">' in refused, "Je déménage. Je déménage." in refused) == (True, True)
    assert refused.count('<details class="site-confirm" open>') == 1
    assert re.search(r'<details class="site-confirm" open>\s*<summary>Je retire', refused)
    # What is to be withdrawn needs none of these fields.
    assert "<h1>Candidature retirée</h1>" in visitor.sends(page, "withdraw")
