"""An address of a desk may hold anything: what is not understood is left out of the list, never an error."""

from __future__ import annotations

import re

from tests.support.people import People
from tests.support.visitor import Visitor

LISTS = {
    "STRUCTURE": ["/structure?etat=", "/structure?etat=SUBMITTED&etat="]
    + [f"/structure?{name}=" for name in ("theme", "type", "public", "du", "avant", "quand", "tri", "sens")],
    "TEAM": ["/moderation?territoire=", "/moderation?publiees=", "/controle?etat="],
    "COORDONNATEUR": [
        *("/territoire?territoire=", "/territoire?doit=", "/territoire/attestations?structure="),
        *("/territoire/dossiers?etat=", "/territoire/dossiers?structure=", "/territoire/dossiers?avenants="),
        "/territoire/candidatures?suite=",
    ],
    "DIRECTOR": ["/ecole/candidatures?suite="],
}
PASSED_OVER = re.compile(r"publiees|doit|avenants|suite|dossiers.etat|controle.etat")


def test_a_list_of_a_desk_is_shown_without_what_its_address_does_not_make_clear(
    visitor: Visitor, people: People
) -> None:
    for role, addresses in LISTS.items():
        visitor.signs_in(role)
        for address in addresses:
            page = visitor.sees(f"{address}XX")
            assert ("La liste est affichée sans lui" in page) is (PASSED_OVER.search(address) is None), address
