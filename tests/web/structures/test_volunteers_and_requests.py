"""Parents Ressource on the pages of structures and their own; a school's request from its desk to the structure's."""

from __future__ import annotations

import re

from tests.support.people import CANDIDATURE, COLLEGE, COORDONNATEUR, HEAD, NATIONAL, SCHOOL, STRUCTURE_ID, People
from tests.support.server import Server
from tests.support.visitor import Visitor, links

VOLUNTEER = CANDIDATURE | {"schoolUai": COLLEGE, "degree": "SECOND", "firstName": "Zélie"}


def test_a_structure_names_a_volunteer_who_notes_whom_they_helped(
    visitor: Visitor, people: People, server: Server
) -> None:
    animation = people.declare(title="Avec une bénévole")
    people.publish(animation)
    made = people.does("12-submit-a-candidature", None, **VOLUNTEER)
    volunteer = made["candidature"]["id"]
    people.does("14-validate-a-candidature", HEAD, candidatureId=volunteer)
    people.does("62-record-a-contact", COORDONNATEUR, candidatureId=volunteer, on="2027-01-04")
    path = f"/structure/animations/{animation}"
    page = visitor.signs_in("STRUCTURE").sees(path)
    named = visitor.sends(page, "benevoles", {"candidatureIds": volunteer})
    assert "Zélie" in named
    assert "Zélie" not in Visitor(server.address).sees(f"/animations/{animation}")
    own = Visitor(server.address)
    page = own.sees(f"/candidatures/{made['link']}")
    wrong = {"on": "2027-01-10", "mission": "ACCOMPANY", "parents": "beaucoup"}
    refused = own.sends(page, "help", wrong, status=422)
    assert '<a href="#parents">' in refused
    assert "noté" in own.sends(refused, "help", wrong | {"parents": "3"})
    figures = Visitor(server.address).signs_in("COORDONNATEUR").sees("/territoire/chiffres")
    assert re.search(
        r'Accompagner des parents</th><td data-label="Fois">1</td><td data-label="Parents aidés">3<', figures
    )


def test_a_request_of_a_school_goes_to_a_structure_that_answers_it(
    visitor: Visitor, people: People, server: Server
) -> None:
    page = visitor.signs_in("DIRECTOR").sees("/ecole/demandes")
    wish = {"theme": "ent-pronote", "wishedFrom": "2027-03-01", "wishedUntil": "2027-03-31", "schoolUai": SCHOOL}
    refused = visitor.sends(page, "demander", wish, status=422)
    assert '<a href="#demander-text">' in refused
    sent = visitor.sends(refused, "demander", wish | {"text": "Plutôt le soir."})
    (request,) = {link.rpartition("/")[2] for link in links(sent) if link.startswith("/ecole/demandes/")}
    structure = Visitor(server.address).signs_in("STRUCTURE")
    people.does("113-import-schools", NATIONAL, csv=f"UAI;nom;commune;degré\n{SCHOOL};Jean Jaurès;Montpellier;école")
    counts = {
        place: request in structure.sees(f"/structure/demandes?{place}")
        for place in (
            *("lieu=montpellier", "lieu=34090", "lieu=34172", f"etablissement={SCHOOL}"),
            *("lieu=Lunel", "lieu=nulle+part", "etablissement=0349999Z"),
        )
    }
    assert counts == {
        **dict.fromkeys(("lieu=montpellier", "lieu=34090", "lieu=34172", f"etablissement={SCHOOL}"), True),
        **{"lieu=Lunel": False, "lieu=nulle+part": False, "etablissement=0349999Z": True},
    }
    taken = structure.sends(structure.sees(f"/structure/demandes/{request}"), "prendre", {"structureId": STRUCTURE_ID})
    assert f"etablissement={SCHOOL}" in taken
    animation = people.declare(title="Demandée", school=SCHOOL)
    page = structure.sees(f"/structure/demandes/{request}")
    assert re.search(r"Demandée \(\w+ [^)]* 2027\)<", page)
    assert '<a href="#repondre-animationId">' in structure.sends(page, "repondre", {"animationId": ""}, status=422)
    answered = structure.sends(page, "repondre", {"animationId": animation})
    assert "Demandée" in answered
    assert "Une animation y répond" in visitor.sees("/ecole/demandes")
    for path in ("/structure/chiffres", "/programme"):
        assert "<table" in structure.sees(path)
    before = structure.sees("/programme?au=05/01/2027")
    assert ("5 janvier 2027" in before.replace("\xa0", " "), "Aujourd&#39;hui" in before) == (True, False)
    last_year = structure.sees("/programme?annee=2025-2026")
    assert ("31 août 2026" in last_year.replace("\xa0", " "), "2026-2027, en cours" in last_year) == (True, True)
    for query, figures in (
        ("annee=2019-2020", "Aujourd&#39;hui"),
        ("au=2025-01-01&annee=2023-2024", "1er janvier 2025"),
    ):
        page = structure.sees(f"/programme?{query}").replace("\xa0", " ")
        assert ('id="annee-erreur"' in page, figures in page) == (True, True)
    assert not re.search(r'<form[^>]*>(?:(?!</form>).)*name="au"(?:(?!</form>).)*name="annee"', before, re.S)
    for odd in ("demain", "2999-01-01", "2027-02-30"):
        page = structure.sees(f"/programme?au={odd}")
        assert ("Donnez un jour passé" in page, "Aujourd&#39;hui" in page) == (True, True)


def test_lists_say_of_what_still_waits_that_its_days_are_past(visitor: Visitor, people: People, server: Server) -> None:
    page = visitor.signs_in("DIRECTOR").sees("/ecole/demandes")
    wish = {"theme": "ent-pronote", "wishedFrom": "2027-05-03", "wishedUntil": "2027-05-07", "schoolUai": SCHOOL}
    sent = visitor.sends(page, "demander", wish | {"text": "Avant l'été."})
    titled = r'href="/ecole/demandes/([0-9a-f-]{36})[^>]*>(?:(?!</a>).)*</a></h2>\s*<p>Du (?:lundi )?3 mai'
    (request,) = re.findall(titled, sent.replace("\xa0", " "))
    people.declare(title="Restée en attente")
    lists = ("/structure/demandes", "/structure?mots=Restée")
    structure = Visitor(server.address).signs_in("STRUCTURE")
    taken = structure.sends(structure.sees(f"/structure/demandes/{request}"), "prendre", {"structureId": STRUCTURE_ID})
    shown = [taken, *map(structure.sees, lists)]
    assert not any("passée<" in page for page in shown)
    now = server.clock.now
    server.clock.now = now.replace(year=now.year + 1)
    try:
        structure = Visitor(server.address).signs_in("STRUCTURE")
        assert "Période passée<" in structure.sees(f"/structure/demandes/{request}")
        assert "Période passée<" in structure.sees(lists[0])
        assert "date passée<" in structure.sees(lists[1])
    finally:
        server.clock.now = now
