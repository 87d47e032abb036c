"""A coordonnateur writes a strategy that stakeholders validate, records projects, runs a group; a head records one."""

from __future__ import annotations

import re

from tests.support.papers.dossiers import pdf
from tests.support.people import COLLEGE, COORDONNATEUR, People
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
    # Only one is awaited: it is chosen already.
    adopted = coordonnateur.sends(page, "valider", {"on": "02/01/2027"})
    assert "Adoptée" in adopted
    _keeps_documents(coordonnateur, strategy)
    own = head.sends(head.sees("/ecole/projet"), "relever", PROJECT)
    assert "Avec ce volet" in own
    assert "Axe 3 du projet." in coordonnateur.sees("/territoire/projets")
    assert "soit 100&nbsp;%" in coordonnateur.sees("/territoire/projets")
    opening = {"name": "GRAF écrans", "territory": "34", "subject": "Le temps d'écran"}
    groups = coordonnateur.sees("/territoire/groupes")
    # A group without one is national: a coordonnateur is asked for a territory, or told the only one.
    assert 'name="territory" value="34"' in groups
    group = coordonnateur.sends(groups, "ouvrir", opening)
    member = {"firstName": "Awa", "lastName": "Diallo", "email": "awa@exemple.fr", "profession": "psychologue"}
    group = coordonnateur.sends(group, "ajouter", member)
    met = {"on": "2027-01-04", "professions": "psychologue\nenseignante", "outcome": "Un questionnaire."}
    page = coordonnateur.sends(group, "reunir", met)
    fixed = met | {"number": "1", "outcome": "Deux questionnaires.", "reason": "Le second manquait."}
    page = coordonnateur.sends(page, "corriger-reunion", fixed)
    assert "Deux questionnaires." in page
    name = {"name": "Groupe corrigé", "subject": opening["subject"], "reason": "Une coquille."}
    page = coordonnateur.sends(page, "corriger", name)
    assert "<h1>Groupe corrigé</h1>" in page
    assert "Professions : psychologue, enseignante." in page
    assert "Relier" not in page
    lesson = {"kind": "LESSON", "title": "Ce que dit le questionnaire", "summary": "Bilan.", "text": "Un bilan."}
    about = {"territory": "34", "themes": ["temps-ecran"]}
    made = People(server).does("140-propose-a-publication", COORDONNATEUR, **lesson, **about)["publication"]["id"]
    address = re.findall(r'action="([^"]+)"', group)[-1]
    page = coordonnateur.sends(coordonnateur.sees(address), "enseigner")
    assert f"/ressources/{made}" in links(page)
    assert "a quitté le groupe" in coordonnateur.sends(page, "sortir")
    assert "Awa" not in Visitor(server.address).signs_in("AUDITOR").sees(re.findall(r'action="([^"]+)"', group)[-1])


def test_an_import_of_target_schools_names_what_reads_as_if_a_letter_was_lost(server: Server) -> None:
    coordonnateur = Visitor(server.address).signs_in("COORDONNATEUR")
    written = STRATEGY | {"diagnosis": "Un tableau suit."}
    listed = coordonnateur.sends(coordonnateur.sees("/territoire/strategies"), "ecrire", written)
    page = coordonnateur.sees(
        next(link for link in links(listed) if re.fullmatch(r"/territoire/strategies/.{36}", link))
    )
    numbers = range(349900, 349912)
    rows = [f"0{number}{'ABCDEFGHJKLMNPRSTUVWXYZ'[number % 23]};?cole {number};Béziers;1;x" for number in numbers]
    page = coordonnateur.sends(page, "importer", {"csv": "\n".join(["UAI;nom;commune;degré;note", *rows])})
    assert "Les établissements sont ajoutés" in page
    assert "Colonnes laissées de côté : note." in page
    assert page.count("semble remplacer une lettre perdue") == 10
    address = re.search(r'action="(/territoire/strategies/[0-9a-f-]{36})"', page)
    assert address is not None
    assert "<li>et 2\N{NO-BREAK SPACE}autres</li>" in page
    assert "lettre perdue" not in coordonnateur.sees(f"{address[1]}?fait=importer")


def _keeps_documents(coordonnateur: Visitor, strategy: str) -> None:
    token = dict(re.findall(r'name="(jeton|cle)" value="([^"]+)"', coordonnateur.sees(strategy)))
    sent = {"data": token | {"heading": "Convention signée"}, "files": {"file": ("texte.pdf", b"rien")}}
    refused = coordonnateur.http.post(f"{strategy}/documents", **sent)  # type: ignore[arg-type]
    assert (refused.status_code, '<a href="#file">' in refused.text) == (422, True)
    token = dict(re.findall(r'name="(jeton|cle)" value="([^"]+)"', refused.text))
    sent = {"data": token | {"heading": "Convention signée"}, "files": {"file": ("texte.pdf", pdf())}}
    attached = coordonnateur.http.post(f"{strategy}/documents", **sent)  # type: ignore[arg-type]
    page = coordonnateur.sees(attached.headers["location"])
    assert "Le document est joint." in page
    file = next(link for link in links(page) if re.fullmatch("/strategies/.+/documents/[0-9a-f]{64}", link))
    assert coordonnateur.http.get(file).content == pdf()
    assert "Aucun document" in coordonnateur.sends(page, "enlever", {"reason": "Périmé."})
