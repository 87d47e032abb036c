"""Structures and animations of the same name are known however their names are spelt."""

from __future__ import annotations

import pytest

from tests.support.people import COORDONNATEUR, OTHER_SIRET, SIRET, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import Server

NAME = "Centre social Saint-Éloi"
SPELLINGS = ("Centre social Saint Eloi", "centre-social saint éloi", "Centre Social  St-Éloi")
SIGN = "mutation($input: ConventionSignInput!) { conventionSign(input: $input) { warnings errors { message } } }"


@pytest.mark.parametrize(
    ("other", "name"),
    [*((NAME, spelling) for spelling in SPELLINGS), ("جمعية الأمل", " جمعية  الأمل"), ("ΑΓΟΡΑ", "αγορα")],
)
def test_no_structure_takes_the_name_of_another_in_another_spelling(people: People, other: str, name: str) -> None:
    people.sign()
    people.sign(siret=OTHER_SIRET, structureName=other)
    (error,) = people.is_refused(
        "75-rename-a-structure", COORDONNATEUR, structureId=STRUCTURE_ID, name=name, reason="Fusion"
    )
    assert (error["field"], "s'appelle déjà ainsi" in error["message"]) == (["name"], True)


def test_who_signs_is_told_of_another_name_not_of_another_spelling(people: People, server: Server) -> None:
    people.sign(structureName=NAME)
    days = {"signedOn": "2026-08-26", "validFrom": "2027-09-01", "validUntil": "2028-08-31"}
    convention = {"siret": SIRET, "territory": "34", "coordonnateur": "Coordination 34", **days}
    signed = {"validFrom": "2028-09-01", "validUntil": "2029-08-31"}
    for values, warned in (({"structureName": SPELLINGS[2]}, 0), ({"structureName": "Centre Jaurès"} | signed, 1)):
        payload = server.ask(SIGN, COORDONNATEUR, input=convention | values)["conventionSign"]
        assert (payload["errors"], len(payload["warnings"])) == ([], warned)


def test_who_declares_an_animation_twice_is_told_so_however_it_is_spelt(people: People, server: Server) -> None:
    people.sign()
    people.declare(title="Café-parents", venueName="École Saint-Éloi")
    animation = people.declare(title="Autre", venueName="Ecole St Éloi")
    mutation = "mutation($input: AnimationModifyInput!) { animationModify(input: $input) { warnings } }"
    for title, warned in (("Cafe parents", 1), ("Café des parents", 0)):
        answer = server.ask(mutation, STRUCTURE, input={"animationId": animation, "title": title})
        assert len(answer["animationModify"]["warnings"]) == warned
