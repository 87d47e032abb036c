"""The national team publishes several animations at once, reads one whole, and refuses it with a usual reason."""

from __future__ import annotations

import pytest

from tests.support.people import SCHOOL, STRUCTURE, People
from tests.support.server import Server
from tests.support.visitor import Visitor

NBSP = "\N{NO-BREAK SPACE}"
STATUS = "query($id: ID!) { animation(id: $id) { status refusalReason } }"


@pytest.fixture(scope="module")
def declared(people: People) -> list[str]:
    days = ("2027-03-15", "2027-03-16", "2027-03-17")
    times = [{"startsAt": f"{day}T18:00:00+01:00", "endsAt": f"{day}T20:00:00+01:00"} for day in days]
    return [people.declare(title=f"Atelier {number}", **each) for number, each in enumerate(times, 1)]


def test_several_are_published_at_once_and_one_is_refused_with_a_usual_reason(
    declared: list[str], server: Server
) -> None:
    team = Visitor(server.address).signs_in("TEAM")
    page = team.sees("/moderation?mots=atelier")
    assert f"3{NBSP}animations attendent" in page
    assert '<a href="#animationIds">Cochez au moins une animation.</a>' in team.sends(page, status=422)
    request = team.form(page)
    fields = [*dict(pair.split("=") for pair in request.content.decode().split("&")).items()]
    chosen = [("animationIds", animation) for animation in declared[:2]]
    answer = team.http.post("/moderation", data={**dict(fields), "animationIds": [id for _, id in chosen]})
    assert answer.headers["location"] == "/moderation?publiees=2"
    page = team.sees(answer.headers["location"])
    assert f"2{NBSP}animations publiées" in page
    assert "Atelier 1" not in page

    path = f"/moderation/animations/{declared[2]}"
    page = team.sees(path)
    assert '<a href="#refuser-reason">' in team.sends(page, "refuser", status=422)
    usual = "Le titre ne dit pas de quoi il s'agit."
    page = team.sends(page, "refuser", {"usual": usual, "reason": "Dites-en plus."})
    assert "L&#39;animation est refusée" in page
    seen = server.ask(STATUS, STRUCTURE, id=declared[2])["animation"]
    assert seen == {"status": "REFUSED", "refusalReason": f"{usual} Dites-en plus."}
    # What went another way meanwhile is named; the rest is published.
    late = team.http.post("/moderation", data={**dict(fields), "animationIds": declared[:1], "cle": ""})
    assert late.status_code == 422


def test_the_typology_is_changed_and_roles_are_given_and_ended(server: Server) -> None:
    team = Visitor(server.address).signs_in("TEAM")
    page = team.sees("/moderation/typologie")
    refused = team.sends(page, "renommer", {"term": "THEME:temps-ecran"}, status=422)
    assert '<a href="#renommer-label">' in refused
    page = team.sends(refused, "renommer", {"term": "THEME:temps-ecran", "label": "Écrans"})
    assert "Écrans" in page
    page = team.sends(page, "ajouter", {"kind": "THEME", "label": "Intelligence artificielle", "code": "ia"})
    page = team.sends(page, "fusionner", {"term": "THEME:ia", "into": "THEME:temps-ecran"})
    assert "remplacé par temps-ecran" in page

    page = team.sees("/moderation/personnes")
    assert '<a href="#admettre-until">' in team.sends(page, "admettre", {"subject": "cour"}, status=422)
    page = team.sends(page, "admettre", {"subject": "cour-des-comptes", "until": "2027-12-31"})
    assert "cour-des-comptes" in page
    page = team.sends(page, "nommer", {"subject": "camille", "territories": "34"})
    assert "camille" in page
    page = team.sends(page, "finir")
    assert "Le mandat a pris fin" in page


def test_a_school_finds_what_waits_and_an_account_leads_to_its_desk(server: Server) -> None:
    director = Visitor(server.address).signs_in("DIRECTOR")
    assert 'href="/ecole"' in director.sees("/mon-compte")
    page = director.sees("/ecole")
    assert "candidature de parent à examiner" in page
    assert SCHOOL in page


@pytest.mark.parametrize("role", ["STRUCTURE", "COORDONNATEUR", "AUDITOR"])
def test_the_queue_does_not_exist_for_others(role: str, declared: list[str], visitor: Visitor) -> None:
    visitor.signs_in(role)
    for path in ("/moderation", "/moderation/typologie", "/moderation/personnes", "/ecole"):
        visitor.sees(path, 404)
    visitor.sees(f"/moderation/animations/{declared[0]}", 404)
