"""News and resources on pages: a structure proposes, the national team refuses, then puts online, everybody reads."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.papers.dossiers import pdf
from tests.support.people import COORDONNATEUR, NATIONAL, STRUCTURE_ID, People
from tests.support.server import Server
from tests.support.visitor import Visitor, links

NBSP = "\N{NO-BREAK SPACE}"
WORKSHOP = {
    "kind": "WORKSHOP",
    "title": "Régler les écrans en famille",
    "summary": "Un atelier pour écrire les règles de la maison.",
    "text": "## Déroulé\n\n- Un tour de table\n- Les réglages",
    "themes": "temps-ecran",
    "degree": "FIRST",
    "audience": "parents",
    "links": "Fiche de l'animateur : https://exemple.fr/fiche\nhttps://exemple.org/",
    "author": "Anne Autrice",
    "authorEmail": "anne@exemple.fr",
    "structureId": STRUCTURE_ID,
    "territory": "34",
}


def test_a_structure_proposes_on_a_page_and_everybody_reads_what_the_national_team_puts_online(
    people: People, server: Server
) -> None:
    writer, team, reader = (Visitor(server.address) for _ in range(3))
    writer.signs_in("STRUCTURE")
    team.signs_in("TEAM")
    assert "/structure/publications" in links(writer.sees("/structure"))
    page = writer.sees("/structure/publications/nouvelle")
    refused = writer.sends(page, values={**WORKSHOP, "title": "", "links": "javascript:alert(1)"}, status=422)
    assert '<a href="#title">' in refused
    assert '<a href="#links">' in refused
    assert "Les réglages" in refused
    nothing_else = {**dict.fromkeys(WORKSHOP, ""), "text": "## Cadre\n\n<script>alert(1)</script>", "apercu": "oui"}
    preview = writer.sends(refused, values=nothing_else)
    assert ("<h3>Cadre</h3>" in preview, "<script>alert" in preview, "Rien n" in preview) == (True, False, True)
    assert "## Cadre" in preview
    for text in ("", " \n", "e" * 20_001):
        preview = writer.sends(preview, values={**WORKSHOP, "text": text, "apercu": "oui"}, status=422)
        assert ('<a href="#text">' in preview, WORKSHOP["summary"] in preview) == (True, True)
    preview = writer.sends(preview, values={**WORKSHOP, "text": "e" * 20_000, "apercu": "oui"})
    assert f"<p>{'e' * 20_000}</p>" in preview
    page = writer.sends(preview, values=WORKSHOP)
    assert "Vous pouvez joindre des fichiers" in page

    path = re.search(r'action="(/structure/publications/[0-9a-f-]+)/fichiers"', page)
    assert path is not None
    token = dict(re.findall(r'name="(jeton|cle)" value="([^"]+)"', page))
    sent = {"data": token | {"label": "Diaporama"}, "files": {"fichiers": ("mon diaporama.pdf", pdf())}}
    answer = writer.http.post(f"{path[1]}/fichiers", **sent)  # type: ignore[arg-type]
    page = writer.sees(answer.headers["location"])
    assert "Le fichier est joint." in page
    file = next(link for link in links(page) if "/files/" in link)
    assert (writer.http.get(file).content, reader.http.get(file).status_code) == (pdf(), 404)

    publication = path[1].rpartition("/")[2]
    queue = team.sees("/moderation/publications")
    assert f"1{NBSP}publication attend" in queue
    page = team.sees(f"/moderation/publications/{publication}")
    page = team.sends(page, "refuser", {"usual": "Indiquez la durée et le matériel.", "reason": "Merci !"})
    assert "Indiquez la durée et le matériel. Merci" in page
    assert "Indiquez la durée" in writer.sees("/structure/publications")
    change = writer.sees(f"{path[1]}/modifier")
    assert "Fiche de l&#39;animateur https://exemple.fr/fiche" in change
    kept = {**WORKSHOP, "text": "Une heure et demie.", "links": "Fiche de l'animateur https://exemple.fr/fiche"}
    assert "En attente" in writer.sends(change, values=kept)
    team.sends(team.sees(f"/moderation/publications/{publication}"), "publier")

    toolbox = reader.sees("/ressources?text=ecran&kind=WORKSHOP&theme=temps-ecran")
    assert f"/ressources/{publication}" in links(toolbox)
    assert "/publications.atom?theme=temps-ecran&kind=WORKSHOP&text=ecran" in links(toolbox)
    assert f"/ressources/{publication}" not in links(reader.sees("/ressources?degree=SECOND"))
    assert "n'est pas compris" in reader.sees("/ressources?theme=inconnu&kind=FILM&degree=THIRD")
    page = reader.sees(f"/ressources/{publication}")
    assert ("Anne Autrice" in page, "Une heure et demie." in page, file in links(page)) == (True, True, True)
    assert reader.http.get(file).content == pdf()
    marked = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert marked is not None
    (work,) = json.loads(marked[1])["@graph"]
    (fed,) = reader.http.get("/publications.jsonld").json()["@graph"]
    assert {name: value for name, value in fed.items() if name != "text"} == {
        name: value for name, value in work.items() if name != "text"
    }
    assert "evil.example" not in reader.http.get(f"/ressources/{publication}", headers={"Host": "evil.example"}).text
    assert "https://exemple.fr/fiche" in links(page)


@pytest.mark.parametrize("path", ["/actualites", "/ressources"])
def test_criteria_are_offered_to_be_erased_only_where_there_are_some(visitor: Visitor, path: str) -> None:
    assert "Effacer les critères" not in visitor.sees(path)
    assert "Effacer les critères" in visitor.sees(f"{path}?degree=FIRST")


def test_a_coordonnateur_publishes_news_and_desks_are_for_those_who_sit_there(people: People, server: Server) -> None:
    coordonnateur, reader = Visitor(server.address).signs_in("COORDONNATEUR"), Visitor(server.address)
    page = coordonnateur.sees("/territoire/publications/nouvelle")
    page = coordonnateur.sends(page, values={**WORKSHOP, "kind": "NEWS", "title": "Rentrée dans l'Hérault"})
    assert "En ligne" in page
    assert "Rentrée dans l&#39;Hérault" in reader.sees("/actualites")
    assert "Rentrée dans l&#39;Hérault" not in reader.sees("/ressources")
    assert "Rentrée dans l&#39;Hérault" in reader.sees("/actualites?territory=34")
    assert "Rentrée dans l&#39;Hérault" not in reader.sees("/actualites?territory=13")
    assert "« Département » n'est pas compris" in reader.sees("/actualites?territory=999")
    own = next(link for link in links(page) if link.endswith("/modifier")).removesuffix("/modifier")
    page = coordonnateur.sends(coordonnateur.sees(own), "retirer", {"reason": "La rentrée est passée."})
    assert "Retirée" in page
    assert "pas possible pour le moment" not in page
    reader.sees(f"/ressources/{own.rpartition('/')[2]}", 404)
    other = Visitor(server.address).signs_in("OTHER")
    for path in (own, own.replace("/territoire", "/structure"), "/moderation/publications", "/territoire/publications"):
        other.sees(path, 404)
    assert people.server.run("149-see-publications-to-review", NATIONAL)["totalCount"] == 0
    managed = people.server.run("250-see-managed-publications", COORDONNATEUR)["nodes"]
    assert own.rpartition("/")[2] in {publication["id"] for publication in managed}
