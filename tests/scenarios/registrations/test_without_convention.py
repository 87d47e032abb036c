"""A convention ends before its animations: nothing is booked, everybody concerned hears of it, another one lifts it."""

from __future__ import annotations

from typing import Any

import pytest
from icalendar import Calendar

from cli.server.following import RESUMED
from cli.server.jobs import follow, suspend_uncovered
from tests.support.network.post_office import sent_by
from tests.support.people import COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, STRUCTURE
from tests.support.server import Server

REGISTER = "40-register-for-an-animation"
WHO = {"firstName": "Léa", "lastName": "Inventée"}
TERMINATE = """mutation($input: ConventionTerminateInput!) {
  conventionTerminate(input: $input) { position errors { message } } }"""
LEFT = "{ managedAnimations(where: {withoutConvention: true}) { nodes { id suspended } } }"
INBOX = "{ viewer { notifications(first: 1) { nodes { kind message url } } } }"


@pytest.fixture
def terminated(people: Any, server: Server) -> str:
    """An animation with a registrant, and a convention that ends before it."""
    convention = people.sign()["convention"]["id"]
    animation: str = people.declare()
    people.publish(animation)
    people.does(REGISTER, None, animationId=animation, email="lea@example.org", **WHO)
    sent_by(server.application)
    answer = server.ask(
        TERMINATE,
        COORDONNATEUR,
        input={"conventionId": convention, "terminatedOn": "2027-03-01", "reason": "Fin prévue."},
    )
    assert answer["conventionTerminate"]["errors"] == []
    return animation


def _follows(server: Server) -> int:
    """What the scheduler does within half a minute."""
    server.post({"query": "{ position }"}, None, Min_Position=str(server.log_head())).raise_for_status()
    app, now = server.application, server.clock.now
    return suspend_uncovered(app, now) + follow(app, RESUMED, now)


def _public(server: Server, animation: str) -> tuple[Any, ...]:
    """What the public reads of it: seats, what has seats, the calendar, JSON-LD, and whether the table omits it."""
    document = """query($id: ID!) { animation(id: $id) { seatsLeft }
      animations(where: {seatsLeft: true}) { nodes { id } } }"""
    answer = server.ask(document, id=animation)
    (entry,) = Calendar.from_ical(server.http.get(f"/animations/{animation}/calendar.ics").text).walk("VEVENT")
    (event,) = server.http.get("/animations.jsonld").json()["@graph"]
    left_out = animation not in server.http.get("/animations.csv?seatsLeft=true").text
    status = event["eventStatus"].removeprefix("https://schema.org/")
    with_seats = [node["id"] for node in answer["animations"]["nodes"]]
    remaining = event["remainingAttendeeCapacity"]
    return f"{answer['animation']['seatsLeft']} places", with_seats, str(entry["STATUS"]), status, remaining, left_out


def _latest(server: Server, who: str) -> Any:
    (node,) = server.ask(INBOX, who)["viewer"]["notifications"]["nodes"]
    return node


def test_nothing_is_booked_and_the_coordonnateur_sees_what_is_left_at_once(people, server, terminated):
    (error,) = people.is_refused(REGISTER, None, animationId=terminated, email="b@example.org", **WHO)
    assert (error["code"], error["field"]) == ("RULE_BROKEN", ["animationId"])
    assert "Les inscriptions sont suspendues : la convention de la structure" in error["message"]
    assert server.ask(LEFT, COORDONNATEUR)["managedAnimations"]["nodes"] == [{"id": terminated, "suspended": True}]
    assert _public(server, terminated) == ("0 places", [], "TENTATIVE", "EventPostponed", 0, True)
    page = server.http.get(f"/animations/{terminated}").text
    assert "Les inscriptions sont suspendues pour le moment." in page
    assert "S'inscrire</button>" not in page
    before = {"position": server.log_head() - 1}
    then = "query($id: ID!, $at: At!) { animation(id: $id, at: $at) { suspended seatsLeft } }"
    assert server.ask(then, None, id=terminated, at=before)["animation"] == {"suspended": False, "seatsLeft": 11}
    now = {"position": server.log_head()}
    assert server.ask(then, None, id=terminated, at=now)["animation"] == {"suspended": True, "seatsLeft": 0}
    people.sign(validFrom="2027-03-02")
    assert server.ask(LEFT, COORDONNATEUR)["managedAnimations"]["nodes"] == []
    assert _public(server, terminated) == ("11 places", [terminated], "CONFIRMED", "EventScheduled", 11, False)
    people.does(REGISTER, None, animationId=terminated, email="b@example.org", **WHO)


def test_everybody_concerned_hears_of_it_once_and_again_when_another_convention_covers_it(people, server, terminated):
    assert _follows(server) == 1
    assert _follows(server) == 0, "it is told once"
    office = sent_by(server.application)
    assert office.to("lea@example.org") == ["Suspendue : Café des parents : Pronote sans peine"]
    assert "Vous gardez votre inscription." in office.text()
    for who in (STRUCTURE, COORDONNATEUR, NATIONAL):
        node = _latest(server, who)
        assert node["kind"] == "animation.suspended"
        assert "« Café des parents : Pronote sans peine » (lundi 15 mars 2027" in node["message"]
        assert "de Centre social Les Tilleuls, n'est plus couverte par une convention" in node["message"]
        assert node["url"].endswith(f"/animations/{terminated}")
    assert server.ask(LEFT, NATIONAL)["managedAnimations"]["nodes"] == [{"id": terminated, "suspended": True}]
    assert server.ask(INBOX, OTHER_STRUCTURE)["viewer"]["notifications"]["nodes"] == []
    convention = people.sign(validFrom="2027-03-02")["convention"]["id"]
    assert _follows(server) == 1
    assert sent_by(server.application).to("lea@example.org") == ["Maintenue : Café des parents : Pronote sans peine"]
    assert _latest(server, STRUCTURE)["kind"] == "animation.resumed"
    document = "query($id: ID!) { animation(id: $id) { suspended structure { conventions { id } } } }"
    assert server.ask(document, STRUCTURE, id=terminated)["animation"]["suspended"] is False
    resumed = [entry for entry in people.history(animationId=terminated) if entry["type"] == "animation.resumed"]
    assert [entry["data"]["convention_id"] for entry in resumed] == [convention]


def test_a_suspension_that_is_lifted_within_a_burst_is_told_to_no_registrant(people, server, terminated):
    assert _follows(server) == 1
    people.sign(validFrom="2027-03-02")
    assert _follows(server) == 1
    assert sent_by(server.application).received == []
