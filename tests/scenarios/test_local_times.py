"""Times over HTTP: on the clocks of the territory, with or without their offset; every other is refused in words."""

from __future__ import annotations

from tests.support.people import ANIMATION, STRUCTURE

DECLARE, MODIFY = "03-declare-an-animation", "47-modify-an-animation"
WINTER = "le 15 janvier 2027 (Hérault), l'heure est +01:00"


def _times(payload):
    return payload["animation"]["startsAt"], payload["animation"]["endsAt"]


def test_a_local_time_without_offset_is_declared_changed_and_copied(people, server):
    people.sign()
    animation = people.declare(startsAt="2027-01-15T18:00", endsAt="2027-01-16T00:00")
    document = "query($id: ID!) { animation(id: $id) { startsAt endsAt } }"

    def times(id_):
        shown = server.ask(document, STRUCTURE, id=id_)["animation"]
        return shown["startsAt"], shown["endsAt"]

    assert times(animation) == ("2027-01-15T18:00:00+01:00", "2027-01-16T00:00:00+01:00")
    people.does(MODIFY, STRUCTURE, animationId=animation, startsAt="2027-07-15T18:00", endsAt="2027-07-15T20:00:30")
    assert times(animation) == ("2027-07-15T18:00:00+02:00", "2027-07-15T20:00:30+02:00")
    clone = """mutation($input: AnimationCloneInput!) {
      animationClone(input: $input) { animation { startsAt endsAt } errors { message field } } }"""
    copied = {"animationId": animation, "startsAt": "2027-01-22T17:00:00Z", "endsAt": "2027-01-22T20:00"}
    payload = server.ask(clone, STRUCTURE, input=copied)["animationClone"]
    assert payload["errors"] == []
    assert _times(payload) == ("2027-01-22T18:00:00+01:00", "2027-01-22T20:00:00+01:00")
    wrong = copied | {"startsAt": "2027-01-15T18:00:00-04:00"}
    (error,) = server.ask(clone, STRUCTURE, input=wrong)["animationClone"]["errors"]
    assert (error["field"], WINTER in error["message"]) == (["startsAt"], True)


def test_each_wrong_time_is_named_with_the_right_offset(people):
    people.sign(validUntil="2027-12-31")
    for wrong in ("2027-01-15T18:00:00+02:00", "2027-01-15T18:00:00+00:00", "2027-01-15T18:00:00-04:00"):
        start, end = people.is_refused(DECLARE, STRUCTURE, **_declared(wrong, wrong.replace("18", "20")))
        assert (start["code"], start["field"], end["field"]) == ("INVALID", ["startsAt"], ["endsAt"])
        assert WINTER in start["message"]
        assert "écrivez 20:00" in end["message"]
    for start_at, end_at, words in (
        ("2027-03-28T02:30", "2027-03-28T04:00", "n'existe pas"),
        ("2027-10-31T02:30", "2027-10-31T04:00", "il est deux fois 2 h 30"),
        ("2027-01-15", "2027-01-15T20:00", "date et heure attendues"),
        ("demain", "2027-01-15T20:00", "date et heure attendues"),
    ):
        (error,) = people.is_refused(DECLARE, STRUCTURE, **_declared(start_at, end_at))
        assert (error["field"], words in error["message"]) == (["startsAt"], True), error


def _declared(starts_at, ends_at):
    return ANIMATION | {"startsAt": starts_at, "endsAt": ends_at}
