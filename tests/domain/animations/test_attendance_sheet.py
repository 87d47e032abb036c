"""The signed sheet: attached by its structure after the end, page by page, none of them twice."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest

from domain.animations.attendance_sheet import Sheet, attach_sheet, withdraw_sheet
from domain.animations.events import (
    AnimationCancelled,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AttendanceSheetAttached,
    AttendanceSheetWithdrawn,
)
from domain.catalogue import ANIMATION
from domain.files.pages import MOST_FILES
from domain.kernel.actors import Role
from domain.kernel.dossier_status import DossierStatus
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
SECOND_PAGE = replace(SHEET, file_name="Émargement, page 2.jpg", media_type="image/jpeg", sha256="0a" * 32)
BETTER_SCAN = replace(SHEET, file_name="Émargement, lisible.pdf", sha256="0b" * 32, likenesses=("0f" * 288,))


def attached(page: Sheet, **changes: Any) -> AttendanceSheetAttached:
    return AttendanceSheetAttached(**{**asdict(page), "replaces": (), "reason": None, **changes})


ATTACHED = attached(SHEET)
TWO_PAGES = (created(), PUBLISHED, ATTACHED, attached(SECOND_PAGE))


@pytest.mark.parametrize("before", [(), (attested(),)], ids=["not attested yet", "attested"])
def test_the_structure_attaches_the_signed_sheet_after_the_animation(before):
    state = (
        given(ANIMATION, created(), PUBLISHED, *before).when(attach_sheet, None, STRUCTURE, SHEET, AFTER).then(ATTACHED)
    )
    assert list(state.sheets) == [SHEET.sha256]
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
        ((AnimationRefused(reason="Refusée"),), "refusée"),
        ((PUBLISHED, AnimationCancelled(reason="Neige")), "annulée"),
    ],
)
def test_only_what_was_published_has_a_signed_sheet(before, reason):
    story = given(ANIMATION, created(), *before).when(attach_sheet, None, STRUCTURE, SHEET, AFTER)
    story.then_refused(ErrorCode.RULE_BROKEN, saying=reason)


def test_a_further_file_is_a_further_page():
    story = given(ANIMATION, created(), PUBLISHED, ATTACHED)
    state = story.when(attach_sheet, None, STRUCTURE, SECOND_PAGE, AFTER).then(attached(SECOND_PAGE))
    assert list(state.sheets) == [SHEET.sha256, SECOND_PAGE.sha256]


def test_a_page_takes_the_place_of_another_for_a_reason():
    story = given(ANIMATION, *TWO_PAGES)
    replacing = (attach_sheet, None, STRUCTURE, BETTER_SCAN, AFTER, SHEET.sha256)
    story.when(*replacing).then_refused(ErrorCode.INVALID, "reason")
    fact = attached(BETTER_SCAN, replaces=(SHEET.sha256,), reason="Illisible")
    state = story.when(*replacing, "Illisible").then(fact)
    assert state.sheets == {BETTER_SCAN.sha256: ("0f" * 288,), SECOND_PAGE.sha256: ()}


def test_only_a_page_that_is_there_is_replaced_or_withdrawn():
    story = given(ANIMATION, created(), PUBLISHED, ATTACHED)
    unknown = story.when(attach_sheet, None, STRUCTURE, BETTER_SCAN, AFTER, SECOND_PAGE.sha256, "Illisible")
    unknown.then_refused(ErrorCode.INVALID, "replaces", saying="Aucune page")
    unknown = story.when(withdraw_sheet, None, STRUCTURE, SECOND_PAGE.sha256, "Illisible", AFTER)
    unknown.then_refused(ErrorCode.INVALID, "sha256", saying="Aucune page")


def test_a_page_sent_by_mistake_is_withdrawn_for_a_reason():
    story = given(ANIMATION, *TWO_PAGES)
    story.when(withdraw_sheet, None, STRUCTURE, SHEET.sha256, " ", AFTER).then_refused(ErrorCode.INVALID, "reason")
    fact = AttendanceSheetWithdrawn(sha256=SHEET.sha256, reason="Autre animation")
    state = story.when(withdraw_sheet, None, STRUCTURE, SHEET.sha256, "Autre animation", AFTER).then(fact)
    assert list(state.sheets) == [SECOND_PAGE.sha256]


def test_the_pages_of_a_submitted_or_certified_dossier_stay():
    story = given(ANIMATION, *TWO_PAGES, attested())
    for status in (DossierStatus.SUBMITTED, DossierStatus.CERTIFIED, DossierStatus.PAID, DossierStatus.WITHDRAWN):
        withdrawing = story.when(withdraw_sheet, status, STRUCTURE, SHEET.sha256, "Autre animation", AFTER)
        withdrawing.then_refused(ErrorCode.RULE_BROKEN)


def test_sheets_of_old_each_take_the_place_of_the_one_before():
    old = [attached(page, replaces=None) for page in (SHEET, SECOND_PAGE, SHEET)]
    assert list(given(ANIMATION, created(), PUBLISHED, *old).state.sheets) == [SHEET.sha256]


def test_the_very_same_file_is_not_attached_twice_under_another_name_either():
    story = given(ANIMATION, *TWO_PAGES)
    again = story.when(attach_sheet, None, STRUCTURE, replace(SHEET, file_name="copie.pdf"), AFTER)
    again.then_refused(ErrorCode.RULE_BROKEN, "file", saying="déjà une page")


def test_a_page_that_was_withdrawn_may_come_back():
    gone = AttendanceSheetWithdrawn(sha256=SHEET.sha256, reason="Autre animation")
    given(ANIMATION, *TWO_PAGES, gone).when(attach_sheet, None, STRUCTURE, SHEET, AFTER).then(ATTACHED)


def test_a_sheet_has_no_more_than_fifty_files():
    pages = [attached(SHEET, sha256=f"{number:064x}") for number in range(MOST_FILES)]
    story = given(ANIMATION, created(), PUBLISHED, *pages)
    story.when(attach_sheet, None, STRUCTURE, SHEET, AFTER).then_refused(ErrorCode.RULE_BROKEN, "file", saying="50")
    story.when(attach_sheet, None, STRUCTURE, SHEET, AFTER, f"{7:064x}", "Illisible").then_accepted()


@pytest.mark.parametrize("who", [OTHER_STRUCTURE, *(actor(role) for role in Role if role is not Role.STRUCTURE)])
def test_nobody_attaches_another_structures_sheet(who):
    given(ANIMATION, created(), PUBLISHED).when(attach_sheet, None, who, SHEET, AFTER).then_refused(ErrorCode.FORBIDDEN)


def test_a_modification_leaves_the_sheet_in_its_place():
    modified = AnimationModified(**values(seats=20), convention_id=CONVENTION_ID, changed=("seats",))
    assert given(ANIMATION, created(), PUBLISHED, ATTACHED, modified).state.sheets == {SHEET.sha256: ()}
