"""An address of a desk may hold anything: what is not understood is left out of the list, never an error."""

from __future__ import annotations

import re

from tests.support.people import People
from tests.support.server import Server
from tests.support.visitor import Visitor, elements

LISTS = {
    "STRUCTURE": ["/structure?etat=", "/structure?etat=SUBMITTED&etat="]
    + [f"/structure?{name}=" for name in ("theme", "type", "public", "du", "avant", "quand", "tri", "sens")],
    "TEAM": [
        *("/moderation?territoire=", "/moderation?publiees=", "/controle?etat="),
        *("/moderation/personnes?role=", "/moderation/publications?etat=", "/territoire/demandes?etat="),
    ],
    "COORDONNATEUR": [
        *("/territoire?territoire=", "/territoire?doit=", "/territoire/attestations?structure="),
        *("/territoire/dossiers?etat=", "/territoire/dossiers?structure=", "/territoire/dossiers?avenants="),
        "/territoire/candidatures?suite=",
    ],
    "DIRECTOR": ["/ecole/candidatures?suite="],
}
PASSED_OVER = re.compile(r"publiees")
LEFT_OUT = "La liste est affichée sans lui"


def test_a_list_of_a_desk_is_shown_without_what_its_address_does_not_make_clear(
    visitor: Visitor, people: People
) -> None:
    for role, addresses in LISTS.items():
        visitor.signs_in(role)
        for address in addresses:
            page = visitor.sees(f"{address}XX")
            assert (LEFT_OUT in page) is (PASSED_OVER.search(address) is None), address


def test_a_list_of_a_desk_names_what_its_address_names_and_no_list_knows(server: Server, people: People) -> None:
    """The API's own names, as people copy them, would otherwise seem to narrow the list."""
    for role, addresses in LISTS.items():
        visitor = Visitor(server.address).signs_in(role)
        for path in {address.partition("?")[0] for address in addresses}:
            page = visitor.sees(f"{path}?status=OPEN&utm_source=lettre&fbclid=x&status=PAID&after=")
            assert page.count(LEFT_OUT) == 1, path
            assert "Le critère « status »" in page, path
            # What its own form and its own links name is known.
            for query in own_queries(page, path):
                assert LEFT_OUT not in visitor.sees(f"{path}?{query}"), (path, query)


def own_queries(page: str, path: str) -> list[str]:
    """Return what the forms that look for something in this list send when nothing is chosen, and what its links do."""
    forms, queries, searches = list[list[str]](), list[str](), False
    for tag, attributes in elements(page):
        if tag == "form":
            searches = attributes.get("method") == "get" and attributes["action"].partition("#")[0] == path
            forms += [[]] if searches else []
        elif tag in ("input", "select") and "name" in attributes and searches:
            forms[-1].append(f"{attributes['name']}=")
        elif tag == "a" and attributes.get("href", "").startswith(f"{path}?") and "status" not in attributes["href"]:
            queries.append(attributes["href"].partition("?")[2].partition("#")[0])
    return [*("&".join(names) for names in forms), *queries]


LONG = "x" * 101
SEARCHES = {
    None: [
        *("/?text=", "/animations?lieu=", "/animations?vue=mois&text="),
        *("/ressources?text=", "/actualites?text=", "/candidatures?lieu="),
    ],
    "STRUCTURE": ["/structure?mots="],
    "TEAM": ["/moderation?mots="],
    "COORDONNATEUR": ["/territoire?nom="],
    "PARENT": ["/mediateur?nom="],
}
#: What a link that was cut, copied from elsewhere or of long ago may hold.
OTHER = (
    "theme=inconnu",
    "kind=FILM&degree=THIRD",
    "startsFrom=demain",
    "after=rien",
    "before=rien",
    "tri=rien",
    "text=%00",
)


def test_a_search_that_is_too_long_is_named_beside_its_field_and_the_rest_is_shown(server: Server, people: People):
    for role, addresses in SEARCHES.items():
        visitor = Visitor(server.address)
        if role is not None:
            visitor.signs_in(role)
        for address in addresses:
            # A page of a list that is no more: its first one is shown.
            visitor.sees(f"{address}&after=zz")
            # What nobody sees is nothing to look for.
            assert "-erreur" not in visitor.sees(f"{address}%00%E2%80%8B"), address
            name = address.rpartition("?")[2].rpartition("&")[2].removesuffix("=")
            page = visitor.sees(f"{address}{LONG}", 422 if role is None else 200)
            assert "100 caractères au plus" in re.findall(rf'id="{name}-erreur">([^<]*)<', page)[0], address
            assert "maxlength" in visitor.sees(f"{address}{LONG[1:]}", 422 if "lieu" in address else 200)
    visitor = Visitor(server.address)
    for path in ("/animations", "/ressources", "/actualites", "/programme", "/candidatures"):
        for query in OTHER:
            answer = visitor.http.get(f"{path}?{query}", follow_redirects=True)
            assert answer.status_code in (200, 422), (path, query)
            assert "<h1" in answer.text


def test_a_criterion_of_a_desk_that_is_not_understood_is_named(server: Server):
    visitor = Visitor(server.address).signs_in("COORDONNATEUR")
    assert "n'est pas compris" in visitor.sees("/territoire?doit=zz")
    page = visitor.sees("/territoire/chiffres?du=zz&au=2027-01-15")
    assert ("« À partir du » : un jour est attendu" in page, "« Jusqu'au »" in page) == (True, False)
