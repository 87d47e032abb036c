"""A coordonnateur writes a strategy that stakeholders validate, records projects, runs a group; a head records one."""

from __future__ import annotations

import re

from tests.support.people import COLLEGE
from tests.support.server import Server
from tests.support.visitor import Visitor, links

STRATEGY = {
    "territory": "34",
    "diagnosis": "Peu d'ateliers.",
    "objectives": "Familles accompagnées : 250\nAteliers ; 40,5",
    "targetSchools": COLLEGE.lower(),
    "stakeholders": "CAF : État",
    "writtenOn": "02/01/2027",
}
PROJECT = {"schoolYear": "2026-2027", "hasPart": "oui", "evidence": "Axe 3 du projet."}


def test_measures_are_kept_on_pages(server: Server) -> None:
    coordonnateur, head = (Visitor(server.address).signs_in(role) for role in ("COORDONNATEUR", "HEAD"))
    desk = coordonnateur.sees("/territoire/strategies")
    wrong = coordonnateur.sends(desk, "ecrire", STRATEGY | {"objectives": "Familles"}, status=422)
    assert "Erreur" in wrong
    listed = coordonnateur.sends(wrong, "ecrire", STRATEGY)
    assert "La version est enregistrée" in listed
    (strategy,) = {link for link in links(listed) if re.fullmatch(r"/territoire/strategies/[0-9a-f-]{36}", link)}
    page = coordonnateur.sees(strategy)
    assert "Ateliers : 40,5" in page
    adopted = coordonnateur.sends(page, "valider", {"stakeholder": "CAF", "on": "02/01/2027"})
    assert "Adoptée" in adopted
    own = head.sends(head.sees("/ecole/projet"), "relever", PROJECT)
    assert "Avec ce volet" in own
    assert "Axe 3 du projet." in coordonnateur.sees("/territoire/projets")
    assert "soit 100&nbsp;%" in coordonnateur.sees("/territoire/projets")
    opening = {"name": "GRAF écrans", "territory": "34", "subject": "Le temps d'écran"}
    group = coordonnateur.sends(coordonnateur.sees("/territoire/groupes"), "ouvrir", opening)
    member = {"firstName": "Awa", "lastName": "Diallo", "email": "awa@exemple.fr", "profession": "psychologue"}
    group = coordonnateur.sends(group, "ajouter", member)
    met = {"on": "2027-01-04", "professions": "psychologue\nenseignante", "outcome": "Un questionnaire."}
    assert "Professions : psychologue, enseignante." in coordonnateur.sends(group, "reunir", met)
    assert "Awa" not in Visitor(server.address).signs_in("AUDITOR").sees(re.findall(r'action="([^"]+)"', group)[-1])
