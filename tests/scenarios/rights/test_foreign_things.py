"""Each power that makes a tie, tried over HTTP on what is another's beside what is one's own: nothing is recorded."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from domain.kernel.actors import Role
from domain.kernel.identifiers import structure_id
from tests.support.people import (
    ANIMATION,
    CANDIDATURE,
    CONVENTION,
    COORDONNATEUR,
    DIRECTOR,
    OTHER_SIRET,
    OTHER_STRUCTURE,
    SCHOOL,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import token

#: A school of the Doubs, where the other structure is; ours and our coordonnateur are of the Hérault.
ABROAD = "0250001R"
DOUBS = token(Role.COORDONNATEUR, "Coordination 25", territories=["25"])
THEIRS = str(structure_id(OTHER_SIRET))
PERIOD = {"periodFrom": "2026-09-01", "periodUntil": "2027-08-31"}
CONTACT = {"name": "École", "email": "k@exemple.fr"}
PERSON = {"firstName": "Léa", "lastName": "Inventée"}


@pytest.fixture
def ids(people: People) -> dict[str, str]:
    """What is theirs, and where it says so what is ours."""
    ours = people.sign()["convention"]["id"]
    other = CONVENTION | {"siret": OTHER_SIRET, "territory": "25", "structureName": "Un autre"}
    theirs = people.does("01-sign-a-convention", DOUBS, **other)["convention"]["id"]
    there = ANIMATION | {"structureId": THEIRS, "territory": "25", "communeCode": "25056"}
    animation = people.does("03-declare-an-animation", OTHER_STRUCTURE, **there)["animation"]["id"]
    people.publish(animation)
    seated = people.does("41-register-somebody-else", OTHER_STRUCTURE, animationId=animation, **PERSON)
    invited = people.does(
        "50-invite-somebody-to-speak-for-a-structure", OTHER_STRUCTURE, structureId=THEIRS, email="i@exemple.fr"
    )
    medi = token(Role.PARENT, "medi@exemple.fr")
    (mandate,) = people.does("53-register-as-mediateur", medi, structureId=THEIRS)["mandates"]
    applied = CANDIDATURE | {"territory": "25", "schoolUai": ABROAD, "degree": "SECOND"}
    return {
        "ours": ours,
        "convention": theirs,
        "animation": animation,
        "registration": seated["registration"]["id"],
        "invitation": invited["invitation"]["id"],
        "account": mandate["accountId"],
        "mandate": mandate["id"],
        "candidature": people.does("12-submit-a-candidature", None, **applied)["candidature"]["id"],
    }


#: Who tries what, on what is theirs: `{name}` stands for an id. What is named beside it is the asker's own.
FOREIGN: list[tuple[str, str, dict[str, Any]]] = [
    ("01-sign-a-convention", COORDONNATEUR, CONVENTION | {"siret": OTHER_SIRET, "territory": "25"}),
    ("75-rename-a-structure", COORDONNATEUR, {"structureId": THEIRS, "name": "Autre", "reason": "Fusion"}),
    ("75-rename-a-structure", STRUCTURE, {"structureId": STRUCTURE_ID, "name": "Autre", "reason": "Fusion"}),
    ("50-invite-somebody-to-speak-for-a-structure", COORDONNATEUR, {"structureId": THEIRS, "email": "x@exemple.fr"}),
    ("50-invite-somebody-to-speak-for-a-structure", STRUCTURE, {"structureId": THEIRS, "email": "x@exemple.fr"}),
    ("52-revoke-an-invitation", COORDONNATEUR, {"invitationId": "{invitation}"}),
    ("52-revoke-an-invitation", STRUCTURE, {"invitationId": "{invitation}"}),
    *(
        (operation, who, {"accountId": "{account}", "mandateId": "{mandate}"})
        for operation in ("76-accept-a-mediateur", "57-end-a-mandate")
        for who in (COORDONNATEUR, STRUCTURE)
    ),
    (
        "55-bind-school-staff",
        COORDONNATEUR,
        {"subject": "x", "staffRole": "HEAD", "territory": "25", "schools": [ABROAD]},
    ),
    ("70-add-a-contact", STRUCTURE, {"structureId": THEIRS, **CONTACT}),
    ("71-import-contacts", STRUCTURE, {"structureId": THEIRS, "csv": "nom;courriel\nÉcole;k@exemple.fr"}),
    ("73-send-the-planning", STRUCTURE, {"structureId": THEIRS}),
    ("03-declare-an-animation", STRUCTURE, ANIMATION | {"structureId": THEIRS}),
    ("47-modify-an-animation", STRUCTURE, {"animationId": "{animation}", "seats": 5}),
    ("41-register-somebody-else", STRUCTURE, {"animationId": "{animation}", **PERSON}),
    (
        "44-remove-a-registration",
        STRUCTURE,
        {"animationId": "{animation}", "registrationId": "{registration}", "reason": "x"},
    ),
    (
        "18-open-a-service-dossier",
        STRUCTURE,
        {"structureId": STRUCTURE_ID, "conventionId": "{convention}", **PERIOD},
    ),
    ("13-give-an-opinion", DIRECTOR, {"candidatureId": "{candidature}", "favourable": True}),
    ("62-record-a-contact", COORDONNATEUR, {"candidatureId": "{candidature}", "on": "2027-01-02"}),
]
#: What is one's own, with something of somebody else's in it: told on its field.
MIXED: list[tuple[str, str, dict[str, Any], list[str]]] = [
    (
        "55-bind-school-staff",
        COORDONNATEUR,
        {"subject": "x", "staffRole": "DIRECTOR", "territory": "34", "schools": [SCHOOL, ABROAD]},
        ["schools"],
    ),
    ("12-submit-a-candidature", DIRECTOR, CANDIDATURE | {"schoolUai": ABROAD}, ["schoolUai"]),
    ("03-declare-an-animation", STRUCTURE, ANIMATION | {"territory": "25"}, ["startsAt"]),
    (
        "18-open-a-service-dossier",
        STRUCTURE,
        {"structureId": STRUCTURE_ID, "conventionId": "{ours}", **PERIOD, "animationIds": ["{animation}"]},
        ["animationIds", "0"],
    ),
]
#: A candidature is a parent's own.
_AS_NOBODY = "12-submit-a-candidature"


def _filled(template: Any, ids: dict[str, str]) -> Any:
    if isinstance(template, dict):
        return {name: _filled(value, ids) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, ids) for value in template]
    return template.format(**ids) if isinstance(template, str) and template.startswith("{") else template


def test_each_power_is_refused_on_what_is_anothers_in_the_same_words_whether_it_exists_or_not(people, ids):
    nothing = {name: str(uuid4()) for name in ids}
    for operation, who, values in FOREIGN:
        refusals = [people.is_refused(operation, who, **_filled(values, things)) for things in (ids, nothing)]
        assert refusals[0] == refusals[1], operation
        assert [error["code"] for error in refusals[0]] == ["FORBIDDEN"], operation


def test_what_is_ones_own_takes_nothing_of_anothers_in(people, ids):
    for operation, who, values, field in MIXED:
        asker = None if operation == _AS_NOBODY else who
        (error,) = people.is_refused(operation, asker, **_filled(values, ids))
        assert error["field"] == field, (operation, error)
