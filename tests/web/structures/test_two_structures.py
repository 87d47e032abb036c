"""Whoever speaks for several structures acts on pages for the one that the page is of, and stays there."""

from __future__ import annotations

from domain.kernel.identifiers import structure_id
from tests.support.people import OTHER_SIRET, People
from tests.support.visitor import Visitor, elements
from tests.web.structures.test_structure_office import TABLE, sends_file


def test_who_speaks_for_two_structures_acts_for_the_one_whose_page_it_is(visitor: Visitor, people: People) -> None:
    people.sign(siret=OTHER_SIRET, structureName="Maison du Lac")
    second = str(structure_id(OTHER_SIRET))
    visitor.signs_in("BOTH")
    contacts, imports = (f"/structure/{name}?structure={second}" for name in ("contacts", "contacts/import"))
    page = visitor.sends(
        visitor.sees(contacts), "ajouter", {"name": "Du second", "email": "second@exemple.fr", "kind": "école"}
    )
    assert "Du second" in page
    table = b"nom;courriel;type\nMairie seconde;mairie@exemple.fr;mairie\n"
    assert imports in [attributes.get("action") for _tag, attributes in elements(page)]
    page = sends_file(visitor, page, imports, "c.csv", table)
    assert "Mairie seconde" in page
    assert "1\xa0contact ajouté" in page
    # The address of the form, opened again from a history.
    assert visitor.http.get(imports).headers["location"] == contacts
    wrong = sends_file(visitor, page, imports, "c.csv", b"")
    page = visitor.sends(wrong, "ajouter", {"name": "Encore", "email": "encore@exemple.fr", "kind": "école"})
    assert "Encore" in page
    visitor.sends(page, "retirer")
    first = visitor.sees("/structure/contacts")
    assert [name for name in ("Du second", "Mairie seconde", "Encore") if name in first] == []
    page = visitor.sees(f"/structure/personnes?structure={second}")
    page = visitor.sends(page, "inviter", {"email": "marie@exemple.fr"})
    assert ("Maison du Lac" in page, "marie@exemple.fr" in page, "invitation est partie" in page) == (True,) * 3
    imports = f"/structure/import?structure={second}"
    checked = sends_file(visitor, visitor.sees(imports), imports, "saison.csv", TABLE.encode())
    content = checked.partition('name="content" value="')[2].partition('"')[0]
    fields = dict(
        pair.split("=") for pair in visitor.form(checked).content.decode().split("&") if "content" not in pair
    )
    confirmed = {name: fields[name] for name in ("jeton", "cle")} | {"content": content, "fileName": "saison.csv"}
    answer = visitor.http.post(imports, data=confirmed, files={"file": ("", b"")}, follow_redirects=True)
    assert "Café un" in answer.text
    assert "Café un" not in visitor.sees("/structure")
