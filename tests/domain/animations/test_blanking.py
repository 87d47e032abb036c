"""The national team blanks a text that was corrected, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from domain.animations.animation import Animation
from domain.animations.blanking import blank_text
from domain.animations.events import (
    AnimationModified,
    AnimationPublished,
    AnimationTextBlanked,
    AnimationWordsErased,
)
from domain.catalogue import ANIMATION
from domain.kernel.actors import Role
from domain.kernel.errors import ErrorCode
from tests.support.domain.builders import CONVENTION_ID, NATIONAL, NOW, actor, created, values
from tests.support.domain.story import given

WHY = "Une personne y est nommée"
NAMED = {"description": "Appelez Zoé Exemple", "venue_name": "Chez Zoé Exemple"}
FIRST, PUBLISHED = created(**NAMED), AnimationPublished()
BLANKED = AnimationTextBlanked(version=1, reason=WHY)
FORBIDDEN, INVALID, RULE_BROKEN = ErrorCode.FORBIDDEN, ErrorCode.INVALID, ErrorCode.RULE_BROKEN


def modified(*changed: str, **changes: Any) -> AnimationModified:
    return AnimationModified(**values(**changes), convention_id=CONVENTION_ID, changed=changed or tuple(changes))


SEATS = modified("seats", seats=30, **NAMED)
CORRECTED = modified(description="Corrigé", venue_name="Salle A", seats=30)


@pytest.mark.parametrize("version", [1, 2, 3], ids=["declared", "published", "with other seats"])
def test_a_replaced_text_is_blanked_by_any_version_that_had_it(version: int):
    state: Animation = (
        given(ANIMATION, FIRST, PUBLISHED, SEATS, CORRECTED)
        .when(blank_text, NATIONAL, version, WHY, NOW)
        .then(AnimationTextBlanked(version=version, reason=WHY))
    )
    assert state.texts.hidden == {("description", NAMED["description"]), ("venue_name", NAMED["venue_name"])}
    assert state.content.description == "Corrigé"


def test_what_is_the_same_today_stays_readable():
    state: Animation = given(ANIMATION, FIRST, CORRECTED).when(blank_text, NATIONAL, 1, WHY, NOW).then(BLANKED)
    assert "title" not in dict(state.texts.hidden)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.NATIONAL])
def test_nobody_else_blanks_a_text(role: Role):
    given(ANIMATION, FIRST, CORRECTED).when(blank_text, actor(role), 1, WHY, NOW).then_refused(FORBIDDEN)


@pytest.mark.parametrize("version", [0, -1, 3])
def test_a_version_that_there_is_not_is_refused_with_those_that_there_are(version: int):
    given(ANIMATION, FIRST, CORRECTED).when(blank_text, NATIONAL, version, WHY, NOW).then_refused(
        INVALID, "version", "de 1 à 2"
    )


def test_where_nothing_was_corrected_there_is_nothing_to_blank():
    given(ANIMATION, FIRST, PUBLISHED, SEATS).when(blank_text, NATIONAL, 1, WHY, NOW).then_refused(
        RULE_BROKEN, saying="Aucun ancien texte"
    )


@pytest.mark.parametrize("version", [2, 3])
def test_a_text_in_force_is_corrected_first(version: int):
    given(ANIMATION, FIRST, CORRECTED, PUBLISHED).when(blank_text, NATIONAL, version, WHY, NOW).then_refused(
        RULE_BROKEN, "version", "corrigez-le d'abord"
    )


def test_a_text_that_came_back_is_in_force():
    back = modified("description", "venue_name", **NAMED)
    given(ANIMATION, FIRST, CORRECTED, back).when(blank_text, NATIONAL, 1, WHY, NOW).then_refused(
        RULE_BROKEN, "version", "corrigez-le d'abord"
    )


@pytest.mark.parametrize("version", [1, 2])
def test_a_text_is_blanked_once(version: int):
    again = modified("title", title="Autre", description="Corrigé")
    given(ANIMATION, FIRST, SEATS, CORRECTED, again, BLANKED).when(
        blank_text, NATIONAL, version, WHY, NOW
    ).then_refused(RULE_BROKEN, "version", "déjà masqué")


def test_once_all_is_blanked_the_action_is_closed():
    given(ANIMATION, FIRST, CORRECTED, BLANKED).when(blank_text, NATIONAL, 1, WHY, NOW).then_refused(
        RULE_BROKEN, saying="Aucun ancien texte"
    )


@pytest.mark.parametrize("reason", ["", " ", "."])
def test_a_blanking_has_a_reason(reason: str):
    given(ANIMATION, FIRST, CORRECTED).when(blank_text, NATIONAL, 1, reason, NOW).then_refused(INVALID, "reason")


def test_erased_words_stay_erased_and_a_title_can_still_be_blanked():
    renamed = modified(title="Café", **NAMED)
    state: Animation = (
        given(ANIMATION, FIRST, renamed, AnimationWordsErased()).when(blank_text, NATIONAL, 1, WHY, NOW).then(BLANKED)
    )
    assert state.texts.hidden == {("title", FIRST.title)}
