"""Where an animation is: in a commune that there is, of its territory unless the address says why not."""

from __future__ import annotations

from typing import Any

import pytest

from domain.animations.animation import declare, modify
from domain.animations.copying import clone
from domain.animations.events import AnimationCreated, AnimationModified
from domain.animations.place import with_commune
from domain.catalogue import ANIMATION
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.places import places
from tests.support.domain.builders import (
    AISNE,
    END,
    NOW,
    OURS,
    START,
    STRUCTURE,
    around,
    content,
    created,
)
from tests.support.domain.story import given

INVALID = ErrorCode.INVALID
FRANCE = around(places=places())


def declaring(**changes: Any) -> Any:
    return given().when(declare, content(**changes), OURS, STRUCTURE, lambda: FRANCE, NOW)


def code_of(**changes: Any) -> str | None:
    (fact,) = declaring(**changes).then_accepted()
    assert isinstance(fact, AnimationCreated)
    return fact.commune_code


@pytest.mark.parametrize("code", ["00000", "99999", "34000"])
def test_a_commune_that_there_is_not_is_refused(code: str):
    declaring(commune_code=code).then_refused(INVALID, "commune_code", f"Aucune commune n'a le code INSEE {code}")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("20004", "Ajaccio est dans un autre département, Corse-du-Sud (2A), que le territoire Hérault (34)"),
        ("13201", "Marseille 1er Arrondissement est dans un autre département, Bouches-du-Rhône (13)"),
        ("97105", "Basse-Terre est dans un autre département, Guadeloupe (971)"),
        ("75101", "Paris (75)"),
    ],
)
def test_a_commune_of_another_department_is_refused_by_the_departments_name_unless_the_address_says_why(
    code: str, words: str
):
    declaring(commune_code=code, address=None).then_refused(INVALID, "commune_code", words)
    for nothing in ("x", "12 rue A", "aaaaaaaaaaaa"):
        declaring(commune_code=code, address=nothing).then_refused(INVALID, "commune_code", "en 10 lettres au moins")
    assert code_of(commune_code=code, address="En visioconférence, depuis nos locaux") is not None


def test_a_former_code_becomes_that_of_today():
    assert code_of(commune_code="20004", address="Festival d'Ajaccio") == "2A004"


def test_a_commune_of_the_territory_an_arrondissement_and_none_are_taken():
    assert code_of(commune_code="34172", address=None) == "34172"
    assert code_of(commune_code=None, address=None) is None
    assert code_of(commune_code="13201", address="Chez nos voisins") == "13201"


def test_a_school_is_one_of_the_territory_and_one_that_was_declared_before_stays():
    outcome = declaring(school="0180035r")
    outcome.then_refused(INVALID, "school", "Établissement du territoire Hérault (34) attendu, « 0180035R »")
    (fact,) = declaring(school="034 0766 y").then_accepted()
    assert isinstance(fact, AnimationCreated)
    assert fact.school == "0340766Y"
    former = created(school="0180035R")
    (after,) = given(ANIMATION, former).when(modify, STRUCTURE, {"seats": 3}, FRANCE, NOW).then_accepted()
    assert isinstance(after, AnimationModified)
    assert after.school == "0180035R"


def test_an_unknown_commune_is_named_with_everything_else_that_is_wrong():
    outcome = declaring(commune_code="00000", ends_at=START, venue_type="gymnase")
    assert outcome.refusal is not None
    assert {problem.field[0] for problem in outcome.refusal.problems} == {"commune_code", "ends_at", "venue_type"}


OLD = created(commune_code="99999")


def test_what_was_declared_before_stays_when_something_else_changes_or_it_is_cloned():
    (changed,) = given(ANIMATION, OLD).when(modify, STRUCTURE, {"seats": 30}, FRANCE, NOW).then_accepted()
    assert isinstance(changed, AnimationModified)
    assert changed.commune_code == "99999"
    (copied,) = given(ANIMATION, OLD).when(clone, STRUCTURE, START, END, FRANCE, NOW).then_accepted()
    assert isinstance(copied, AnimationCreated)
    assert copied.commune_code == "99999"


@pytest.mark.parametrize("changes", [{"commune_code": "00000"}, {"address": "Ailleurs"}])
def test_a_place_that_is_changed_is_held_to_the_rule(changes: dict[str, str]):
    given(ANIMATION, OLD).when(modify, STRUCTURE, changes, FRANCE, NOW).then_refused(INVALID, "commune_code")


def test_history_is_held_to_no_communes():
    assert with_commune(content(commune_code="99999"), AISNE, None, None).commune_code == "99999"
    with pytest.raises(DomainError):
        with_commune(content(commune_code="99999"), AISNE, places(), None)
