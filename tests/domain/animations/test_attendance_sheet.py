"""The signed sheet: attached by its structure after the end, replaced by a further one, never the same twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.animations.attendance_sheet import attach_sheet
from domain.animations.events import (
    AnimationCancelled,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AttendanceSheetAttached,
)
from domain.catalogue import ANIMATION
from domain.kernel.actors import Role
from domain.kernel.errors import ErrorCode
from tests.support.domain.builders import (
    AFTER,
    CONVENTION_ID,
    END,
    OTHER_STRUCTURE,
    SHEET,
    STRUCTURE,
    actor,
    attested,
    created,
    values,
)
from tests.support.domain.story import given

PUBLISHED = AnimationPublished()
ATTACHED = AttendanceSheetAttached(
    file_name=SHEET.file_name, media_type=SHEET.media_type, size=SHEET.size, sha256=SHEET.sha256
)
BETTER_SCAN = replace(SHEET, file_name="Émargement, lisible.pdf", sha256="0a" * 32)


@pytest.mark.parametrize("before", [(), (attested(),)], ids=["not attested yet", "attested"])
def test_the_structure_attaches_the_signed_sheet_after_the_animation(before):
    state = (
        given(ANIMATION, created(), PUBLISHED, *before).when(attach_sheet, None, STRUCTURE, SHEET, AFTER).then(ATTACHED)
    )
    assert state.sheet == SHEET.sha256
    assert state.attested is bool(before)


def test_a_sheet_is_signed_only_once_the_animation_is_over():
    story = given(ANIMATION, created(), PUBLISHED)
    early = story.when(attach_sheet, None, STRUCTURE, SHEET, END - timedelta(seconds=1))
    early.then_refused(ErrorCode.RULE_BROKEN, saying="pas encore terminée")
    story.when(attach_sheet, None, STRUCTURE, SHEET, END).then_accepted()


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ((), "attend sa publication"),
        ((AnimationRefused(reason="Non"),), "refusée"),
        ((PUBLISHED, AnimationCancelled(reason="Neige")), "annulée"),
    ],
)
def test_only_what_was_published_has_a_signed_sheet(before, reason):
    story = given(ANIMATION, created(), *before).when(attach_sheet, None, STRUCTURE, SHEET, AFTER)
    story.then_refused(ErrorCode.RULE_BROKEN, saying=reason)


def test_a_further_sheet_replaces_the_one_before():
    story = given(ANIMATION, created(), PUBLISHED, ATTACHED)
    (fact,) = story.when(attach_sheet, None, STRUCTURE, BETTER_SCAN, AFTER).then_accepted()
    assert given(ANIMATION, *story.events, fact).state.sheet == BETTER_SCAN.sha256


def test_the_very_same_file_is_not_attached_twice_under_another_name_either():
    story = given(ANIMATION, created(), PUBLISHED, ATTACHED)
    again = story.when(attach_sheet, None, STRUCTURE, replace(SHEET, file_name="copie.pdf"), AFTER)
    again.then_refused(ErrorCode.RULE_BROKEN, "file", saying="déjà la liste")


def test_the_first_sheet_may_come_back_after_another_one():
    other = AttendanceSheetAttached(**{**ATTACHED.model_dump(), "sha256": BETTER_SCAN.sha256})
    given(ANIMATION, created(), PUBLISHED, ATTACHED, other).when(attach_sheet, None, STRUCTURE, SHEET, AFTER).then(
        ATTACHED
    )


@pytest.mark.parametrize("who", [OTHER_STRUCTURE, *(actor(role) for role in Role if role is not Role.STRUCTURE)])
def test_nobody_attaches_another_structures_sheet(who):
    given(ANIMATION, created(), PUBLISHED).when(attach_sheet, None, who, SHEET, AFTER).then_refused(ErrorCode.FORBIDDEN)


def test_a_modification_leaves_the_sheet_in_its_place():
    modified = AnimationModified(**values(seats=20), convention_id=CONVENTION_ID, changed=("seats",))
    assert given(ANIMATION, created(), PUBLISHED, ATTACHED, modified).state.sheet == SHEET.sha256
