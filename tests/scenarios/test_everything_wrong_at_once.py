"""Whatever is wrong in a command with several fields is named in one answer, also what rules and forms refuse apart."""

from __future__ import annotations

import pytest

from tests.support.people import ANIMATION, CONVENTION, COORDONNATEUR, NATIONAL, STRUCTURE, STRUCTURE_ID

WRONG_CONTENT = {
    "title": "",
    "venueType": "gymnase",
    "communeCode": "34999",
    "audience": "grands-parents",
    "themes": ["orientation"],
    "seats": 0,
    "endsAt": "2027-03-15T17:00:00+01:00",
}


def wrong_fields(server, mutation: str, who: str, **values: object) -> list[str]:
    """The fields that are named, in alphabetical order."""
    name = mutation[0].upper() + mutation[1:]
    document = f"mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ errors {{ field }} }} }}"
    errors = server.ask(document, who, input=values)[mutation]["errors"]
    return sorted(".".join(error["field"] or ["?"]) for error in errors)


def test_content_is_looked_at_as_a_whole_when_it_is_declared_and_when_it_is_changed(people, server):
    people.sign()
    animation = people.declare()
    every = ["audience", "communeCode", "endsAt", "seats", "themes.0", "title", "venueType"]
    assert wrong_fields(server, "animationCreate", STRUCTURE, **ANIMATION | WRONG_CONTENT) == every
    assert wrong_fields(server, "animationModify", STRUCTURE, animationId=animation, **WRONG_CONTENT) == every
    elsewhere = {"animationId": animation, "territory": "18", "structureId": animation, "seats": 0, "type": "cafe"}
    assert wrong_fields(server, "animationModify", STRUCTURE, **elsewhere) == [
        *("seats", "structureId", "territory", "type")
    ]
    # Its end is not held against the start that stands: it goes with another one.
    moved = {"animationId": animation, "startsAt": "1927-02-15T18:00:00", "endsAt": "2027-02-15T20:00:00"}
    assert wrong_fields(server, "animationModify", STRUCTURE, **moved) == ["startsAt"]


@pytest.mark.parametrize(
    ("mutation", "who", "values", "every"),
    [
        (
            "conventionSign",
            COORDONNATEUR,
            CONVENTION | {"structureName": "", "signedOn": "2030-01-01", "validUntil": "2020-01-01"},
            ["signedOn", "structureName", "validUntil"],
        ),
        (
            "conventionSign",
            COORDONNATEUR,
            CONVENTION | {"territory": "99", "signedOn": "2030-01-01", "validUntil": "2020-01-01"},
            ["signedOn", "territory", "validUntil"],
        ),
        (
            "structureMove",
            COORDONNATEUR,
            {"structureId": STRUCTURE_ID, "siret": "12", "on": "2040-01-01", "reason": "."},
            ["on", "reason", "siret"],
        ),
        ("auditorAdmit", NATIONAL, {"subject": "", "until": "2000-01-01T00:00:00+01:00"}, ["subject", "until"]),
    ],
    ids=["a convention", "a convention elsewhere", "a move", "an auditor"],
)
def test_forms_and_rules_are_told_together(people, server, mutation, who, values, every):
    people.sign(validFrom="2025-09-01", validUntil="2026-08-31")
    assert wrong_fields(server, mutation, who, **values) == every


def test_an_attestation_and_the_end_of_a_convention_name_each_field(people, server):
    convention = people.sign()["convention"]["id"]
    animation = people.declare(type="cafe-des-parents")
    people.publish(animation)
    server.clock.now = server.clock.now.replace(year=2027, month=3, day=16)
    came = {"animationId": animation, "parents": -1, "children": 4, "answers": ["a", "b", "c", "d"]}
    assert wrong_fields(server, "animationAttest", STRUCTURE, **came) == ["answers", "children", "parents"]
    ended = {"conventionId": convention, "terminatedOn": "2040-01-01", "reason": "."}
    assert wrong_fields(server, "conventionTerminate", COORDONNATEUR, **ended) == ["reason", "terminatedOn"]
    amended = {"conventionId": convention, "validUntil": "2020-01-01", "reason": "."}
    assert wrong_fields(server, "conventionAmend", COORDONNATEUR, **amended) == ["reason", "validUntil"]
