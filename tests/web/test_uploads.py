"""Desks send files by a form: the logo of a structure or a territory, a table of schools. Others find no such page."""

from __future__ import annotations

import re

from tests.support.papers.dossiers import pdf
from tests.support.people import NATIONAL, STRUCTURE, People
from tests.support.server import Server
from tests.support.visitor import Visitor
from tests.web.structures.test_structure_office import sends_file

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="200"><circle cx="200" cy="99" r="90"/></svg>'
LOGOS = "query($id: ID!) { animation(id: $id) { territory { logo { size } } structure { logo { size } } } }"


def test_a_logo_is_set_and_withdrawn_by_who_speaks_for_it(server: Server, people: People) -> None:
    animation = people.declare()

    def sizes() -> tuple[object, object]:
        shown = server.ask(LOGOS, STRUCTURE, id=animation)["animation"]
        return shown["structure"]["logo"], shown["territory"]["logo"]

    for role, path in (("STRUCTURE", "/structure/logo"), ("COORDONNATEUR", "/territoire/logo")):
        visitor = Visitor(server.address).signs_in(role)
        page = visitor.sees(path)
        address = page.partition('<form method="post" novalidate action="')[2].partition('"')[0]
        assert "choisissez une image" in sends_file(visitor, page, address, "", b"")
        assert "Erreur : Logo" in sends_file(visitor, page, address, "logo.png", b"no picture")
        shown = sends_file(visitor, page, address, "logo.svg", LOGO)
        assert "Le logo est enregistré" in shown
        assert 'alt="Logo actuel"' in shown
    assert sizes() == ({"size": len(LOGO)}, {"size": len(LOGO)})
    for _ in ("once", "and by a double click"):
        assert "Le logo est retiré" in sends_file(visitor, shown, f"{address}&retirer=oui", "", b"")
    assert sizes() == ({"size": len(LOGO)}, None)


def test_a_table_of_schools_is_tried_and_then_recorded(server: Server) -> None:
    visitor, path = Visitor(server.address).signs_in("TEAM"), "/territoire/etablissements"
    table = "UAI;nom;commune;degré\n0180766K;École Jean Macé;18033;1\n".encode()
    page = visitor.sees(path)
    assert "choisissez un tableau" in sends_file(visitor, page, path, "", b"")
    assert "Erreur : " in sends_file(visitor, page, path, "ecoles.csv", b"UAI;nom\n1;A\n")
    new = "1\N{NO-BREAK SPACE}établissement nouveau"
    tried = sends_file(visitor, page, f"{path}?essai=oui", "ecoles.csv", table)
    assert f"rien n&#39;est enregistré : {new}" in tried
    assert f"C&#39;est enregistré : {new}" in sends_file(visitor, tried, path, "ecoles.csv", table)


def test_of_several_files_those_that_can_be_kept_are_kept_once_and_the_others_are_sent_again(
    server: Server, people: People
) -> None:
    resource = {"kind": "TUTORIAL", "title": "Écrans", "summary": "Un tutoriel.", "text": "Deux.", "draft": True}
    written = people.does("140-propose-a-publication", NATIONAL, **resource, themes=["temps-ecran"])
    visitor, path = Visitor(server.address).signs_in("TEAM"), f"/moderation/publications/{written['publication']['id']}"

    def joins(page: str, *files: tuple[str, bytes]) -> str:
        form = page.partition(f'action="{path}/fichiers"')[2].partition("</form>")[0]
        fields = dict(re.findall(r'name="(jeton|cle)" value="([^"]+)"', form))
        sent = [("fichiers", file) for file in files]
        return visitor.http.post(f"{path}/fichiers", data=fields, files=sent, follow_redirects=True).text

    first, second, third = (pdf(pages=number) for number in (1, 2, 3))
    page = joins(visitor.sees(path), ("un.pdf", first), ("deux.pdf", b"rien"), ("trois.pdf", third))
    assert "« deux.pdf » : " in page
    assert "Les 2 autres sont enregistrés" in page
    assert page.count('id="fichiers"') == 1
    # The other forms of that page are still the publication's.
    assert (page.count(f'action="{path}/fichiers"'), f'action="{path}"' in page) == (1, True)
    assert "Le fichier est joint" in joins(page, ("deux.pdf", second))
    assert "Les fichiers sont joints" in joins(page, ("un.pdf", first), ("deux.pdf", second), ("trois.pdf", third))
    assert visitor.sees(path).count("Enlever le fichier") == 3
    page = joins(page, *((f"{number}.txt", b"rien") for number in range(25)))
    assert "« 24.txt » : " in page
