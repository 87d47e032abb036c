"""An animation is not cloned twice to the same hour, however the hour is written."""

from __future__ import annotations

import pytest

from tests.support.people import ANIMATION, STRUCTURE

CLONE = "07-clone-an-animation"
ONCE = {"startsAt": "2027-04-12T18:00:00+02:00", "endsAt": "2027-04-12T20:00:00+02:00"}


@pytest.fixture
def animation(people) -> str:
    people.sign()
    return str(people.declare())


def test_the_second_clone_to_an_hour_is_refused_and_names_the_field(people, animation):
    first = people.does(CLONE, STRUCTURE, animationId=animation, **ONCE)["animation"]["id"]
    clock = {"startsAt": "2027-04-12T18:00", "endsAt": "2027-04-12T20:00"}
    in_utc = {"startsAt": "2027-04-12T16:00:00Z", "endsAt": "2027-04-12T18:00:00Z"}
    for again, source in ((ONCE, animation), (in_utc, animation), (clock, animation), (ONCE, first)):
        (error,) = people.is_refused(CLONE, STRUCTURE, animationId=source, **again)
        assert (error["code"], error["field"]) == ("DUPLICATE", ["startsAt"])


def test_another_hour_and_what_no_longer_stands_are_no_double(people, server, animation):
    first = people.does(CLONE, STRUCTURE, animationId=animation, **ONCE)["animation"]["id"]
    later = {"startsAt": "2027-04-13T18:00:00+02:00", "endsAt": "2027-04-13T20:00:00+02:00"}
    people.does(CLONE, STRUCTURE, animationId=animation, **later)
    document = "mutation($input: AnimationCancelInput!) { animationCancel(input: $input) { errors { message } } }"
    server.ask(document, STRUCTURE, input={"animationId": first, "reason": "Salle prise"})
    people.does(CLONE, STRUCTURE, animationId=animation, **ONCE)


def test_a_clone_to_a_local_time_that_is_free_is_recorded_at_that_time_of_the_territory(people, animation):
    local = {"startsAt": "2027-07-12T18:00", "endsAt": "2027-07-12T20:00"}
    clone = people.does(CLONE, STRUCTURE, animationId=animation, **local)["animation"]
    assert clone["startsAt"] == "2027-07-12T18:00:00+02:00"


def test_who_declares_an_animation_again_is_told_of_the_first(people, server, animation):
    document = """mutation($input: AnimationCreateInput!) {
      animationCreate(input: $input) { animation { id } warnings errors { code } } }"""
    again = server.ask(document, STRUCTURE, input=ANIMATION | {"title": str(ANIMATION["title"]).upper()})[
        "animationCreate"
    ]
    (warning,) = again["warnings"]
    assert animation in warning
    other = server.ask(document, STRUCTURE, input=ANIMATION | {"venueName": "Mairie"})["animationCreate"]
    assert other["warnings"] == []
    into = """mutation($input: AnimationModifyInput!) { animationModify(input: $input) { warnings errors { code } } }"""
    change = {"animationId": other["animation"]["id"], "venueName": ANIMATION["venueName"]}
    assert len(server.ask(into, STRUCTURE, input=change)["animationModify"]["warnings"]) == 2
