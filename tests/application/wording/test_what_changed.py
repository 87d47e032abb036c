"""A history says in French what became of an animation: former and new values, and how many came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from application.wording.what_changed import details
from domain.animations.events import AnimationAttested, AnimationModified, AttestationCorrected
from domain.kernel.events import ERASED_WORDS
from tests.support.domain.builders import created

NBSP = "\N{NO-BREAK SPACE}"
LATER = {
    "starts_at": datetime.fromisoformat("2027-03-16T17:00:00+01:00"),
    "ends_at": datetime.fromisoformat("2027-03-16T19:00:00+01:00"),
}


def _modified(**changes: Any) -> AnimationModified:
    fact = created()
    content = fact.model_dump(include=set(AnimationModified.model_fields)) | changes
    return AnimationModified(**content | {"changed": tuple(changes)})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"seats": 20}, ["Places : 12 → 20"]),
        ({"title": "Un thé"}, ["Titre : « Café des parents : Pronote sans peine » → « Un thé »"]),
        (
            {"venue_name": "Mairie", "address": None},
            ["Lieu : Jean Jaurès → Mairie", "Adresse : 1 rue de l'École, Montpellier → aucune"],
        ),
        ({"description": "x", "themes": ("a",)}, ["Ce qui change : description, thèmes"]),
        ({"seats": 3, "description": "x"}, ["Places : 12 → 3", "Aussi : description"]),
        ({"venue_name": ERASED_WORDS}, [f"Lieu : Jean Jaurès → {ERASED_WORDS}"]),
    ],
)
def test_a_change_is_told_with_the_former_and_the_new_value(changes: dict[str, Any], expected: list[str]) -> None:
    assert details([created(), _modified(**changes)]) == expected


def test_a_new_date_is_told_in_the_time_of_the_place() -> None:
    (line,) = details([created(), _modified(**LATER)])
    assert line.endswith(f"→ mardi 16 mars 2027, de 17{NBSP}h à 19{NBSP}h")


def test_those_who_came_are_told_and_so_is_what_a_correction_changed() -> None:
    attested = AnimationAttested(parents=9, children=1, form_version=1, answers=())
    corrected = AttestationCorrected(parents=1, children=0, form_version=1, answers=(), reason="Erreur.")
    assert details([created(), attested]) == [f"Présents : 9{NBSP}parents et 1{NBSP}enfant"]
    assert details([created(), attested, corrected])[0].endswith(f"→ 1{NBSP}parent et 0{NBSP}enfant")


def test_children_are_not_named_where_none_came() -> None:
    attested = AnimationAttested(parents=9, children=0, form_version=1, answers=())
    assert details([created(), attested]) == [f"Présents : 9{NBSP}parents"]
