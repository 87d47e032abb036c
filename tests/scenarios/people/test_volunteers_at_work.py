"""Parents Ressource at work: named on animations, what they do, and the programme's page; nobody's name is public."""

from __future__ import annotations

from tests.support.people import (
    CANDIDATURE,
    COLLEGE,
    COORDONNATEUR,
    HEAD,
    NATIONAL,
    OTHER_STRUCTURE,
    STRUCTURE,
)

NAMED = "query($id: ID!) { animation(id: $id) { volunteers { candidatureId firstName } } }"
CHOICE = 'query { volunteers(territory: "34") { nodes { candidatureId firstName } } }'
WORK = """query($territory: String) { volunteering(territory: $territory) {
  volunteers missions { mission records parents volunteers } } }"""
PROGRAMME = """query($at: At) { programme(at: $at) {
  territories volunteers animations goal strategiesGoal byTerritory { territory { code } volunteers } } }"""


def test_volunteers_are_named_help_parents_and_are_counted(people, server):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    second = CANDIDATURE | {"schoolUai": COLLEGE, "degree": "SECOND"}
    made = people.does("12-submit-a-candidature", None, **second)
    volunteer = made["candidature"]["id"]
    naming = {"animationId": animation, "candidatureIds": [volunteer]}
    (refused,) = people.is_refused("158-name-volunteers", STRUCTURE, **naming)
    assert refused["field"] == ["candidatureIds", "0"]
    people.does("14-validate-a-candidature", HEAD, candidatureId=volunteer)
    assert server.ask(CHOICE, STRUCTURE)["volunteers"]["nodes"] == []
    people.does("62-record-a-contact", COORDONNATEUR, candidatureId=volunteer, on="2027-01-04")
    shown = {"candidatureId": volunteer, "firstName": CANDIDATURE["firstName"]}
    assert server.ask(CHOICE, STRUCTURE)["volunteers"]["nodes"] == [shown]
    assert server.ask(CHOICE, OTHER_STRUCTURE)["volunteers"]["nodes"] == []
    people.does("158-name-volunteers", STRUCTURE, **naming)
    for reader in (STRUCTURE, COORDONNATEUR, NATIONAL):
        assert server.ask(NAMED, reader, id=animation)["animation"]["volunteers"] == [shown]
    for other in (None, OTHER_STRUCTURE, HEAD):
        assert server.ask(NAMED, other, id=animation)["animation"]["volunteers"] is None
    helped = {"on": "2027-01-05", "mission": "ACCOMPANY", "parents": 3}
    people.does("159-record-an-accompaniment", None, link=made["link"], **helped)
    people.does("159-record-an-accompaniment", COORDONNATEUR, candidatureId=volunteer, **helped | {"parents": 2})
    work = server.ask(WORK, COORDONNATEUR, territory="34")["volunteering"]
    counted = {each.pop("mission"): each for each in work["missions"]}
    assert list(counted) == ["RELAY", "TAKE_PART", "PROMOTE", "ACCOMPANY", "WATCH"]
    assert (work["volunteers"], counted["ACCOMPANY"]) == (1, {"records": 2, "parents": 5, "volunteers": 1})
    assert server.ask(WORK, COORDONNATEUR, territory="13") == {"volunteering": None}
    programme = server.ask(PROGRAMME)["programme"]
    herault = next(each for each in programme["byTerritory"] if each["territory"]["code"] == "34")
    assert (programme["volunteers"], herault["volunteers"]) == (1, 1)
    assert (programme["territories"], programme["goal"], programme["strategiesGoal"]) == (12, 0.25, 10)
    then = server.ask(PROGRAMME, at={"day": "2026-12-31"})["programme"]
    assert (then["volunteers"], then["animations"]) == (0, 0)
