"""Parents Ressource at work: named on animations, what they do, and the programme's page; nobody's name is public."""

from __future__ import annotations

from datetime import datetime

from tests.support.people import (
    CANDIDATURE,
    COLLEGE,
    COORDONNATEUR,
    HEAD,
    NATIONAL,
    OTHER_STRUCTURE,
    SCHOOL,
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
    helped = {"on": "2027-01-10", "mission": "ACCOMPANY", "parents": 3}
    early = people.is_refused("159-record-an-accompaniment", None, link=made["link"], **helped | {"on": "2027-01-05"})
    assert [each["field"] for each in early] == [["on"]], "nobody helps before they are validated"
    people.does("159-record-an-accompaniment", None, link=made["link"], **helped)
    people.does("159-record-an-accompaniment", COORDONNATEUR, candidatureId=volunteer, **helped | {"parents": 2})
    noted = "query($id: ID!) { candidature(id: $id) { accompaniments { number parents } } }"
    numbers = {
        each["parents"]: each["number"]
        for each in server.ask(noted, COORDONNATEUR, id=volunteer)["candidature"]["accompaniments"]
    }
    correct, fewer = "164-correct-an-accompaniment", helped | {"parents": 1, "reason": "L'une est venue deux fois."}
    (refused,) = people.is_refused(correct, COORDONNATEUR, candidatureId=volunteer, number=1, **fewer)
    assert refused["field"] == ["number"]
    corrected = people.does(correct, None, link=made["link"], number=numbers[2], **fewer)["candidature"]
    assert [each["parents"] for each in corrected["accompaniments"]] == [1, 3]
    work = server.ask(WORK, COORDONNATEUR, territory="34")["volunteering"]
    counted = {each.pop("mission"): each for each in work["missions"]}
    assert list(counted) == ["RELAY", "TAKE_PART", "PROMOTE", "ACCOMPANY", "WATCH"]
    assert (work["volunteers"], counted["ACCOMPANY"]) == (1, {"records": 2, "parents": 4, "volunteers": 1})
    assert server.ask(WORK, COORDONNATEUR, territory="13") == {"volunteering": None}
    programme = server.ask(PROGRAMME)["programme"]
    herault = next(each for each in programme["byTerritory"] if each["territory"]["code"] == "34")
    assert (programme["volunteers"], herault["volunteers"]) == (1, 1)
    assert (programme["territories"], programme["goal"], programme["strategiesGoal"]) == (12, 0.25, 10)
    then = server.ask(PROGRAMME, at={"day": "2026-12-31"})["programme"]
    assert (then["volunteers"], then["animations"]) == (0, 0)


COVERAGE = """query { coverage(territory: "34") { targetSchools reached unreached { uai }
  nextPlaces { commune { code } schools { uai } } } }"""
FAR = "0340002T"
#: In Montpellier, in Béziers, and nobody says where.
SCHOOLS = f"UAI;nom;commune;degré\n{SCHOOL};École Jean Jaurès;34172;1\n{FAR};Lycée de Béziers;34032;2"
MEASURES = """query($at: At) { programme(at: $at) { strategiesAdopted targetSchools schoolsWithPart share schoolsReached
  byTerritory { territory { code } strategyAdopted targetSchools schoolsReached } } }"""


def test_target_schools_that_no_animation_has_reached_tell_where_to_go_next(people, server):
    people.sign()
    people.does("113-import-schools", COORDONNATEUR, csv=SCHOOLS)
    strategy = people.does(
        "210-write-a-strategy",
        COORDONNATEUR,
        territory="34",
        diagnosis="Les parents demandent de l'aide.",
        objectives=[{"label": "Établissements touchés", "target": 3}],
        targetSchools=[SCHOOL, FAR, COLLEGE],
        stakeholders=[{"name": "Rectorat", "kind": "EDUCATION"}],
    )["strategy"]
    day = {"strategyId": strategy["id"], "stakeholder": "Rectorat", "on": server.clock.now.date().isoformat()}
    people.does("212-validate-a-strategy", COORDONNATEUR, **day)
    covered = server.ask(COVERAGE, COORDONNATEUR)["coverage"]
    assert (covered["targetSchools"], covered["reached"]) == (3, 0)
    assert {place["commune"]["code"] for place in covered["nextPlaces"]} >= {"34172", "34032"}
    animation = people.declare(startsAt="2027-01-12T18:00:00+01:00", endsAt="2027-01-12T20:00:00+01:00")
    people.publish(animation)
    server.clock.now = datetime.fromisoformat("2027-01-13T09:00:00+01:00")
    covered = server.ask(COVERAGE, COORDONNATEUR)["coverage"]
    assert SCHOOL not in {school["uai"] for school in covered["unreached"]}
    assert "34172" not in {place["commune"]["code"] for place in covered["nextPlaces"]}

    part = {"uai": SCHOOL, "schoolYear": "2026-2027", "hasPart": True, "evidence": "Projet d'école, page 3."}
    people.does("217-record-a-school-project", COORDONNATEUR, **part)
    programme = server.ask(MEASURES)["programme"]
    assert (programme["strategiesAdopted"], programme["targetSchools"], programme["schoolsWithPart"]) == (1, 3, 1)
    assert programme["share"] == 0.3333
    herault = next(each for each in programme["byTerritory"] if each["territory"]["code"] == "34")
    assert (herault["strategyAdopted"], herault["schoolsReached"]) == (True, 3 - len(covered["unreached"]))
    then = server.ask(MEASURES, at={"day": "2027-01-09"})["programme"]
    assert (then["strategiesAdopted"], then["targetSchools"], then["share"]) == (0, 0, None)
