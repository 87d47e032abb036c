"""A clone: the same content at new dates, waiting for publication, never with the attestation."""

from datetime import timedelta

import pytest

from domain.animations.copying import clone
from domain.animations.events import (
    AnimationCancelled,
    AnimationCreated,
    AnimationPublished,
    AnimationRefused,
)
from domain.animations.transitions import AnimationStatus
from domain.catalogue import ANIMATION, TYPOLOGY
from domain.kernel.errors import ErrorCode
from domain.typology.typology import TermAdded, TermKind, TermMerged, ThemeFamily, Typology
from tests.support.domain.builders import (
    AFTER,
    END,
    NATIONAL,
    NOW,
    OTHER_STRUCTURE,
    START,
    STRUCTURE,
    TERMS,
    around,
    attested,
    created,
    retired,
    same_content,
)
from tests.support.domain.story import SUBJECT, fold, given

NEXT_START, NEXT_END = START + timedelta(days=7), END + timedelta(days=7)
PUBLISHED = AnimationPublished()
CLONE = created(starts_at=NEXT_START, ends_at=NEXT_END, cloned_from=SUBJECT)
EVERY_STAGE = [
    (),
    (PUBLISHED,),
    (AnimationRefused(reason="Refusée"),),
    (AnimationCancelled(reason="Refusée"),),
    (PUBLISHED, attested()),
]


@pytest.mark.parametrize("before", EVERY_STAGE)
def test_a_clone_has_the_same_content_at_new_dates_and_names_its_source(before):
    story = given(ANIMATION, created(), *before).when(clone, STRUCTURE, NEXT_START, NEXT_END, around(), NOW)
    (event,) = story.then_accepted()
    assert event == CLONE
    assert isinstance(event, AnimationCreated)
    assert event.cloned_from == SUBJECT
    assert same_content(event) == same_content(created()) | {"starts_at": NEXT_START, "ends_at": NEXT_END}


@pytest.mark.parametrize("before", EVERY_STAGE)
def test_a_clone_never_carries_the_attestation_nor_the_status(before):
    events = (
        given(ANIMATION, created(), *before)
        .when(clone, STRUCTURE, NEXT_START, NEXT_END, around(), AFTER)
        .then_accepted()
    )
    state = fold(ANIMATION, *events)
    assert (state.status, state.attested) == (AnimationStatus.SUBMITTED, False)


@pytest.mark.parametrize("who", [OTHER_STRUCTURE, NATIONAL])
def test_only_its_structure_clones_an_animation(who):
    given(ANIMATION, created()).when(clone, who, NEXT_START, NEXT_END, around(), NOW).then_refused(ErrorCode.FORBIDDEN)


def test_a_clone_ends_after_it_starts():
    given(ANIMATION, created()).when(clone, STRUCTURE, NEXT_END, NEXT_START, around(), NOW).then_refused(
        ErrorCode.INVALID, "ends_at"
    )


def test_a_clones_dates_are_covered_by_a_convention():
    far = timedelta(days=365)
    given(ANIMATION, created()).when(clone, STRUCTURE, START + far, END + far, around(), NOW).then_refused(
        ErrorCode.RULE_BROKEN, "starts_at", "ne couvre"
    )


def test_a_clone_speaks_todays_typology():
    later = around(typology=retired(TermKind.THEME, "ent-pronote"))
    given(ANIMATION, created()).when(clone, STRUCTURE, NEXT_START, NEXT_END, later, NOW).then_refused(
        ErrorCode.RULE_BROKEN, "themes.0"
    )


def test_a_clone_takes_what_the_terms_of_its_source_became_once_they_were_merged():
    later: Typology = fold(
        TYPOLOGY,
        *TERMS,
        TermAdded(kind=TermKind.THEME, code="ecrans", label="Écrans", family=ThemeFamily.DIGITAL_PARENTING),
        TermMerged(kind=TermKind.THEME, code="ent-pronote", into="temps-ecran"),
        TermMerged(kind=TermKind.THEME, code="temps-ecran", into="ecrans"),
        TermMerged(kind=TermKind.VENUE_TYPE, code="ecole", into="mediatheque"),
    )
    source = created(themes=["temps-ecran", "ent-pronote"], venue_type="ecole")
    story = given(ANIMATION, source, PUBLISHED, attested())
    (event,) = story.when(clone, STRUCTURE, NEXT_START, NEXT_END, around(typology=later), AFTER).then_accepted()
    assert isinstance(event, AnimationCreated)
    assert (event.themes, event.venue_type) == (("ecrans",), "mediatheque")


def test_a_clone_keeps_a_term_that_is_merged_from_a_later_day_on():
    merged = TermMerged(
        kind=TermKind.THEME, code="ent-pronote", into="temps-ecran", since=NEXT_START.date() + timedelta(1)
    )
    later: Typology = fold(TYPOLOGY, *TERMS, merged)
    story = given(ANIMATION, created()).when(clone, STRUCTURE, NEXT_START, NEXT_END, around(typology=later), NOW)
    assert story.then_accepted() == [CLONE]


def test_a_clone_of_a_clone_names_the_one_it_was_made_from():
    (event,) = given(ANIMATION, CLONE).when(clone, STRUCTURE, START, END, around(), NOW).then_accepted()
    assert isinstance(event, AnimationCreated)
    assert event.cloned_from == SUBJECT


def test_a_clone_made_after_its_start_is_marked_late():
    story = given(ANIMATION, created()).when(clone, STRUCTURE, NEXT_START, NEXT_END, around(), NEXT_END)
    assert story.then_accepted() == [CLONE.model_copy(update={"declared_late": True})]


def test_a_clone_needs_an_account():
    given(ANIMATION, created()).when(clone, STRUCTURE, NEXT_START, NEXT_END, around(structure=None), NOW).then_refused(
        ErrorCode.FORBIDDEN
    )
