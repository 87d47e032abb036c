"""Where to go next, or why no place is named: in each state of a territory's target schools."""

from __future__ import annotations

from datetime import datetime

from tests.support.people import COORDONNATEUR, SCHOOL, People
from tests.support.server import Server
from tests.support.visitor import Visitor, links

STRATEGY = {
    **{"territory": "34", "diagnosis": "Peu d'ateliers.", "targetSchools": [SCHOOL]},
    "objectives": [{"label": "Familles", "target": 3}],
    "stakeholders": [{"name": "Rectorat", "kind": "État"}],
}


def test_a_territory_is_told_where_to_go_next_or_why_no_place_is_named(server: Server, people: People) -> None:
    visitor, path = Visitor(server.address).signs_in("COORDONNATEUR"), "/territoire/chiffres"
    page = visitor.sees(path)
    assert "aucune ne l'est encore ici" in page
    assert "/territoire/strategies" in links(page)
    strategy = people.does("210-write-a-strategy", COORDONNATEUR, **STRATEGY)["strategy"]["id"]
    day = {"stakeholder": "Rectorat", "on": server.clock.now.date().isoformat()}
    people.does("212-validate-a-strategy", COORDONNATEUR, strategyId=strategy, **day)
    page = visitor.sees(path)
    assert "0 sur 1 touchés" in page
    assert "la commune des établissements qui restent n'est pas connue" in page
    assert "/territoire/etablissements" in links(page)
    assert "/territoire/etablissements" not in links(
        Visitor(server.address).signs_in("AUDITOR").sees(f"{path}?territoire=34")
    )
    table = f"UAI;nom;commune;degré\n{SCHOOL};École Jean Jaurès;34172;1\n"
    people.does("113-import-schools", COORDONNATEUR, csv=table)
    page = visitor.sees(path)
    assert "Une animation dans cette commune toucherait" in page
    assert "<strong>Montpellier</strong>" in page
    people.publish(people.declare(startsAt="2027-01-12T18:00:00+01:00", endsAt="2027-01-12T20:00:00+01:00"))
    server.clock.now = datetime.fromisoformat("2027-01-13T09:00:00+01:00")
    assert "Il n'y a pas d'autre lieu où aller" in visitor.sees(path)
