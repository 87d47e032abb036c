"""Pages below a desk stay those of the structure, the territory or the school that the reader chose there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from domain.kernel.identifiers import structure_id
from tests.support.people import ANIMATION, COLLEGE, OTHER_SIRET, OTHER_STRUCTURE, SCHOOL, STRUCTURE_ID, People
from tests.support.visitor import Visitor, elements, links

SECOND = str(structure_id(OTHER_SIRET))


@pytest.fixture(scope="module")
def second(people: People) -> str:
    """A structure beside the first, with an animation and a service dossier."""
    convention = people.sign(siret=OTHER_SIRET, structureName="Maison du Lac")["convention"]["id"]
    animation = people.does(
        "03-declare-an-animation", OTHER_STRUCTURE, **{**ANIMATION, "structureId": SECOND, "title": "Café du lac"}
    )["animation"]["id"]
    people.publish(animation)
    period = {"periodFrom": "2027-01-01", "periodUntil": "2027-03-31"}
    people.does("18-open-a-service-dossier", OTHER_STRUCTURE, structureId=SECOND, conventionId=convention, **period)
    return SECOND


def below(visitor: Visitor, start: str, depth: int = 3) -> Iterator[tuple[str, str]]:
    """Yield the addresses and pages of a desk that links lead to from there."""
    desk, seen, level = start.partition("?")[0], {start}, [start]
    for _ in range(depth):
        further = []
        for address in level:
            answer = visitor.http.get(address, follow_redirects=True)
            if "text/html" not in answer.headers["content-type"]:
                continue
            yield address, answer.text
            paths = [link.partition("#")[0].replace("&amp;", "&") for link in links(answer.text)]
            further += [path for path in paths if re.match(rf"{desk}[/?]", path) and path not in seen]
            seen.update(paths)
        level = list(dict.fromkeys(further))


def trail(page: str) -> list[str]:
    """Return the addresses of the pages above a page."""
    return re.findall(r'<li><a class="fr-breadcrumb__link" href="([^"]+)"', page)


def posts(page: str) -> list[str]:
    return [form["action"] for tag, form in elements(page) if tag == "form" and form.get("method") == "post"]


def test_every_page_below_a_structure_leads_back_to_that_one(visitor: Visitor, second: str) -> None:
    visitor.signs_in("BOTH")
    chosen, seen = f"/structure?structure={second}", []
    for address, page in below(visitor, chosen):
        if f"structure={STRUCTURE_ID}" in address or not trail(page):
            continue
        seen.append(address)
        # However that list was last narrowed.
        assert trail(page)[0].startswith(chosen), address
        assert [link for link in trail(page) if link in ("/structure/dossiers", "/structure/publications")] == []
    names = ("import", "dossiers", "contacts", "logo", "publications", "satisfaction", "personnes", "demandes")
    for name in (*names, "chiffres", "abonnements", "animations/nouvelle", "publications/nouvelle"):
        assert f"/structure/{name}?structure={second}" in seen
    things = [address for address in seen if re.match(r"/structure/(animations|dossiers)/[0-9a-f-]{36}", address)]
    assert {address.split("/")[2] for address in things} == {"animations", "dossiers"}


def test_who_speaks_for_one_structure_reads_short_addresses(visitor: Visitor, people: People) -> None:
    visitor.signs_in("STRUCTURE")
    for address, page in below(visitor, "/structure", 2):
        assert "structure=" not in address
        assert set(trail(page)[:1]) <= {"/structure"}


@pytest.mark.usefixtures("second")
def test_every_page_below_a_territory_leads_back_to_that_one(visitor: Visitor) -> None:
    visitor.signs_in("TWO")
    chosen, seen = "/territoire?territoire=34", []
    for address, page in below(visitor, chosen):
        # What waits in all territories, and what is of a structure alone, are of none.
        if "territoire=34" in address and trail(page):
            seen.append(address.partition("?")[0])
            assert trail(page)[0] == chosen, address
    names = ("dossiers", "chiffres", "demandes", "strategies", "projets", "groupes", "candidatures", "logo")
    assert {f"/territoire/{name}" for name in (*names, "publications", "abonnements")} <= set(seen)
    assert f"/territoire/structures/{STRUCTURE_ID}/personnes" in seen
    assert [address for address in seen if address.startswith("/territoire/dossiers/")]


@pytest.mark.usefixtures("second")
def test_lists_below_a_territory_hold_what_is_of_that_one(visitor: Visitor) -> None:
    visitor.signs_in("TWO")
    lists = ("dossiers", "attestations", "candidatures", "demandes", "strategies", "projets", "groupes", "publications")
    for name in lists:
        page = visitor.sees(f"/territoire/{name}?territoire=13")
        assert "Département 13 seulement" in page, name
        assert f'href="/territoire/{name}">Voir tous les départements' in page
        assert "n'est pas compris" not in page
        assert "est pas compris" in visitor.sees(f"/territoire/{name}?territoire=zz"), name
    assert "Maison du Lac" in visitor.sees("/territoire/dossiers?territoire=34")
    assert "Maison du Lac" not in visitor.sees("/territoire/dossiers?territoire=13")
    assert 'name="territoire" value="13"' in visitor.sees("/territoire/dossiers?territoire=13")


def test_pages_of_a_school_are_those_of_the_one_that_an_inspector_chose(visitor: Visitor, people: People) -> None:
    for school in (SCHOOL, COLLEGE):
        people.publish(people.declare(title=f"Atelier de {school}", school=school))
    desk = visitor.signs_in("INSPECTOR_OF_TWO").sees("/ecole")
    assert all(f"Atelier de {school}" in desk for school in (SCHOOL, COLLEGE))
    desk = visitor.sees(f"/ecole?ecole={COLLEGE}")
    assert (f"Atelier de {SCHOOL}" in desk, f"Atelier de {COLLEGE}" in desk) == (False, True)
    for name in ("candidatures", "demandes"):
        assert f"/ecole/{name}?ecole={COLLEGE}" in links(desk)
        page = visitor.sees(f"/ecole/{name}?ecole={COLLEGE}")
        assert f'Établissement {COLLEGE} seulement. <a href="/ecole/{name}">' in page
        assert trail(page)[0] == f"/ecole?ecole={COLLEGE}"
        assert "n'est pas compris" not in page


def test_a_form_keeps_the_filters_of_its_page_when_it_is_refused_and_when_it_is_done(
    visitor: Visitor, people: People
) -> None:
    for role, address in (
        ("TEAM", "/moderation/personnes?role=COORDONNATEUR"),
        ("AUDITOR", "/controle?etat=ANNOUNCED"),
    ):
        assert set(posts(visitor.signs_in(role).sees(address))) == {address}
    visitor.signs_in("DIRECTOR")
    page = visitor.sees("/ecole/demandes?etat=OPEN")
    assert posts(page) == ["/ecole/demandes?etat=OPEN"]
    refused = visitor.sends(page, "demander", status=422)
    assert '<option value="OPEN" selected>' in refused
    visitor.signs_in("TWO")
    page = visitor.sees("/territoire/groupes?territoire=13")
    assert '<option value="13" selected>' in page
    content = {"name": "Groupe", "subject": "Ce que les parents demandent"}
    page = visitor.sends(page, "ouvrir", content | {"territory": "13"})
    assert trail(page)[:2] == ["/territoire?territoire=13", "/territoire/groupes?territoire=13"]


@pytest.mark.usefixtures("second")
def test_what_is_of_a_structure_is_declared_for_that_one(visitor: Visitor, people: People) -> None:
    visitor.signs_in("BOTH")
    page = visitor.sees(f"/structure/publications/nouvelle?structure={SECOND}")
    assert f'<option value="{SECOND}" selected>' in page
    content = {"structureId": SECOND, "kind": "NEWS", "title": "Du lac", "summary": "Un résumé.", "text": "Un texte."}
    page = visitor.sends(page, values=content | {"themes": "educonnect"})
    assert trail(page)[:2] == [f"/structure?structure={SECOND}", f"/structure/publications?structure={SECOND}"]
    assert "Du lac" in visitor.sees(f"/structure/publications?structure={SECOND}")
    assert "Du lac" not in visitor.sees(f"/structure/publications?structure={STRUCTURE_ID}")
    # A draft that was begun for one is found again from one's own data.
    page = visitor.sees(f"/structure/animations/nouvelle?structure={SECOND}")
    visitor.sends(page, values={"action": "garder", "title": "À finir"})
    assert f"/structure/animations/nouvelle?structure={SECOND}" in visitor.sees("/mon-compte/donnees")


@pytest.mark.parametrize(
    ("role", "address"),
    [
        *(
            ("COORDONNATEUR", f"/territoire{page}?territoire=13")
            for page in ("", "/dossiers", "/demandes", "/chiffres")
        ),
        ("COORDONNATEUR", "/territoire/candidatures?territoire=02"),
        *(("STRUCTURE", f"/structure{page}?structure={SECOND}") for page in ("", "/dossiers", "/demandes")),
        *(("STRUCTURE", f"/structure/{page}?structure=other") for page in ("publications", "abonnements")),
        *(("DIRECTOR", f"/ecole{page}?ecole={COLLEGE}") for page in ("", "/demandes", "/candidatures", "/projet")),
        *((role, "/ecole?ecole=none") for role in ("DIRECTOR", "TEACHER", "HEAD", "INSPECTOR_OF_TWO")),
    ],
)
def test_a_territory_a_structure_or_a_school_that_is_not_the_readers_is_shown_like_what_does_not_exist(
    visitor: Visitor, second: str, role: str, address: str
) -> None:
    visitor.signs_in(role)
    assert "<h1>Page introuvable</h1>" in visitor.sees(address, 404)
    visitor.sees(address.partition("?")[0])


@pytest.mark.parametrize("role", ["TEAM", "AUDITOR"])
def test_who_reads_about_the_whole_country_chooses_any_territory(visitor: Visitor, role: str) -> None:
    visitor.signs_in(role)
    page = visitor.sees("/territoire?territoire=13")
    # Searching there stays there, and the country is a link away.
    assert '<input type="hidden" name="territoire" value="13">' in page
    assert "Département 13 seulement" in page
