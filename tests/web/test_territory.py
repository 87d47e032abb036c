"""A coordonnateur sees what each structure owes and what happened to it; others find no such page."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.support.people import STRUCTURE_ID, People
from tests.support.server import Server
from tests.support.visitor import Visitor

STRUCTURE_PAGE = f"/territoire/structures/{STRUCTURE_ID}"
PAGES = ("/territoire", "/territoire/attestations", STRUCTURE_PAGE)


@pytest.fixture(scope="module")
def owing(server: Server, people: People) -> None:
    """One attestation is due since yesterday, another since long."""
    days = {"Un retard": "2027-01-18", "À faire": "2027-02-19"}
    for title, day in days.items():
        times = {"startsAt": f"{day}T18:00:00+01:00", "endsAt": f"{day}T20:00:00+01:00"}
        people.publish(people.declare(title=title, **times))
    server.clock.now = datetime.fromisoformat("2027-02-20T12:00:00+01:00")


@pytest.mark.usefixtures("owing")
def test_a_coordonnateur_sees_what_each_structure_owes_and_everything_that_happened(visitor: Visitor) -> None:
    visitor.signs_in("COORDONNATEUR")
    page = visitor.sees("/territoire?doit=oui")
    assert "Centre social Les Tilleuls" in page
    assert "1\N{NO-BREAK SPACE}attestation en retard" in page
    assert "1\N{NO-BREAK SPACE}attestation à faire" in page
    assert "Les Tilleuls" not in visitor.sees("/territoire?doit=non")
    assert "Les Tilleuls" not in visitor.sees("/territoire?nom=mairie")
    page = visitor.sees("/territoire/attestations")
    assert page.index("Un retard") < page.index("À faire")
    assert page.count("En retard") == 1
    page = visitor.sees(STRUCTURE_PAGE)
    assert "dont 1 depuis plus de sept jours" in page
    assert "Animation publiée\N{NO-BREAK SPACE}: Un retard" in page
    assert page.index("Animation publiée") < page.index("Convention signée")


@pytest.mark.usefixtures("owing")
@pytest.mark.parametrize("role", ["STRUCTURE", "PARENT", "DIRECTOR"])
def test_who_answers_for_no_territory_finds_no_such_page(role: str, visitor: Visitor) -> None:
    visitor.signs_in(role)
    nothing = visitor.sees("/territoire/rien", 404).replace("/territoire/rien", "")
    for path in PAGES:
        assert visitor.sees(path, 404).replace(path, "") == nothing


@pytest.mark.usefixtures("owing")
def test_who_answers_for_another_territory_sees_nothing_of_this_one(visitor: Visitor) -> None:
    visitor.signs_in("ELSEWHERE")
    assert "Les Tilleuls" not in visitor.sees("/territoire")
    assert "Tout est attesté" in visitor.sees("/territoire/attestations")
    visitor.sees(STRUCTURE_PAGE, 404)


def test_who_is_not_signed_in_signs_in_first_and_comes_back(visitor: Visitor) -> None:
    assert 'name="vers" value="/territoire/attestations"' in visitor.sees("/territoire/attestations")
    for role in ("AUDITOR", "TEAM"):
        assert "Les Tilleuls" in visitor.signs_in(role).sees("/territoire?doit=oui")
