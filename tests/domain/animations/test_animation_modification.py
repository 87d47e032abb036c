"""The structure modifies its animation at any time before the attestation."""

from datetime import date, timedelta

import pytest

from domain.animations.animation import modify
from domain.animations.events import (
    AnimationCancelled,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
)
from domain.animations.transitions import AnimationStatus
from domain.catalogue import ANIMATION
from domain.kernel.errors import DomainError, ErrorCode
from domain.typology.typology import TermKind
from tests.support.domain.builders import (
    AFTER,
    CONVENTION_ID,
    END,
    NATIONAL,
    NOW,
    OTHER_STRUCTURE,
    START,
    STRUCTURE,
    THEIRS,
    around,
    attested,
    convention,
    created,
    retired,
    values,
)
from tests.support.domain.story import given

FORBIDDEN, INVALID, RULE_BROKEN = ErrorCode.FORBIDDEN, ErrorCode.INVALID, ErrorCode.RULE_BROKEN
PUBLISHED = AnimationPublished()


def modified(changed, convention_id=CONVENTION_ID, **changes):
    return AnimationModified(**values(**changes), convention_id=convention_id, changed=changed)


@pytest.mark.parametrize("before", [(), (PUBLISHED,)])
def test_a_modification_holds_the_whole_content_and_names_what_is_new(before):
    state = (
        given(ANIMATION, created(), *before)
        .when(modify, STRUCTURE, {"title": "Autre titre", "seats": 20}, around(), NOW)
        .then(modified(("title", "seats"), title="Autre titre", seats=20))
    )
    assert (state.content.title, state.content.seats, state.content.venue_name) == ("Autre titre", 20, "Jean Jaurès")


def test_a_published_animation_stays_published_when_modified():
    state = given(ANIMATION, created(), PUBLISHED, modified(("seats",), seats=20)).state
    assert state.status is AnimationStatus.PUBLISHED


def test_a_refused_animation_waits_again_once_modified():
    story = given(ANIMATION, created(), AnimationRefused(reason="Refusée"))
    events = story.when(modify, STRUCTURE, {"seats": 20}, around(), NOW).then_accepted()
    assert (
        given(ANIMATION, created(), AnimationRefused(reason="Refusée"), *events).state.status
        is AnimationStatus.SUBMITTED
    )


def test_a_past_animation_may_be_modified_until_it_is_attested():
    story = given(ANIMATION, created(), PUBLISHED)
    story.when(modify, STRUCTURE, {"seats": 20}, around(), AFTER).then(modified(("seats",), seats=20))


def test_an_attested_animation_is_not_modified():
    given(ANIMATION, created(), PUBLISHED, attested()).when(
        modify, STRUCTURE, {"seats": 20}, around(), AFTER
    ).then_refused(RULE_BROKEN, saying="attestation est déjà remplie")


def test_a_cancelled_animation_is_not_modified():
    given(ANIMATION, created(), AnimationCancelled(reason="Refusée")).when(
        modify, STRUCTURE, {"seats": 20}, around(), NOW
    ).then_refused(RULE_BROKEN, saying="annulée")


@pytest.mark.parametrize("who", [OTHER_STRUCTURE, NATIONAL])
def test_only_its_structure_modifies_an_animation(who):
    given(ANIMATION, created()).when(modify, who, {"seats": 20}, around(), NOW).then_refused(FORBIDDEN)


@pytest.mark.parametrize("changes", [{}, {"seats": 12}, {"title": "  Café des parents : Pronote sans peine "}])
def test_a_modification_changes_something(changes):
    given(ANIMATION, created()).when(modify, STRUCTURE, changes, around(), NOW).then_refused(
        RULE_BROKEN, saying="Rien ne change"
    )


def test_the_same_instant_told_by_another_clock_is_no_change():
    given(ANIMATION, created()).when(
        modify, STRUCTURE, {"starts_at": "2027-03-15T17:00:00Z"}, around(), NOW
    ).then_refused(RULE_BROKEN, saying="Rien ne change")


def test_an_optional_field_may_be_emptied():
    given(ANIMATION, created()).when(modify, STRUCTURE, {"address": None}, around(), NOW).then(
        modified(("address",), address=None)
    )


@pytest.mark.parametrize("name", ["title", "starts_at", "themes", "seats"])
def test_a_mandatory_field_may_not_be_emptied(name):
    given(ANIMATION, created()).when(modify, STRUCTURE, {name: None}, around(), NOW).then_refused(
        INVALID, name, "champ obligatoire"
    )


def test_a_field_that_does_not_exist_is_named():
    given(ANIMATION, created()).when(modify, STRUCTURE, {"status": "PUBLISHED"}, around(), NOW).then_refused(
        INVALID, "status", "champ inconnu"
    )


def test_the_end_still_comes_after_the_start():
    given(ANIMATION, created()).when(modify, STRUCTURE, {"starts_at": END}, around(), NOW).then_refused(
        INVALID, "ends_at"
    )


def test_new_values_are_held_to_todays_limits():
    given(ANIMATION, created()).when(modify, STRUCTURE, {"seats": 0}, around(), NOW).then_refused(INVALID, "seats")


def test_the_new_date_is_covered_by_a_convention():
    moved = {"starts_at": START + timedelta(days=365), "ends_at": END + timedelta(days=365)}
    given(ANIMATION, created()).when(modify, STRUCTURE, moved, around(), NOW).then_refused(
        RULE_BROKEN, "starts_at", "ne couvre le 14/03/2028"
    )


@pytest.mark.parametrize(
    ("late", "now", "days", "is_refused"),
    [
        (False, NOW, -70, True),
        (True, NOW, -70, True),
        (False, AFTER, -1, True),
        (False, AFTER + timedelta(days=2), 1, False),
        (True, AFTER, -1, False),
        (False, AFTER, 1, False),
    ],
)
def test_no_declaration_escapes_its_mark_by_a_move_into_the_past(late, now, days, is_refused):
    moved = {"starts_at": START + timedelta(days=days), "ends_at": END + timedelta(days=days)}
    deciding = given(ANIMATION, created(declared_late=late), PUBLISHED).when(modify, STRUCTURE, moved, around(), now)
    if is_refused:
        deciding.then_refused(RULE_BROKEN, "starts_at", "nouvelle animation")
    else:
        deciding.then(modified(("starts_at", "ends_at"), **moved))


def test_an_animation_that_moves_under_another_convention_says_so():
    moved = {"starts_at": START + timedelta(days=365), "ends_at": END + timedelta(days=365)}
    next_year = convention(id=THEIRS, valid_from=date(2027, 9, 1), valid_until=date(2028, 8, 31))
    state = (
        given(ANIMATION, created())
        .when(modify, STRUCTURE, moved, around(conventions=[convention(), next_year]), NOW)
        .then(modified(("starts_at", "ends_at"), convention_id=THEIRS, **moved))
    )
    assert state.convention_id == THEIRS


def test_a_correction_never_moves_an_animation_to_another_convention_while_its_own_covers_the_day():
    later = {"starts_at": START + timedelta(days=1), "ends_at": END + timedelta(days=1)}
    signed_since = convention(id=THEIRS)
    for changes in ({"seats": 9}, later):
        deciding = given(ANIMATION, created()).when(
            modify, STRUCTURE, changes, around(conventions=[convention(), signed_since]), NOW
        )
        (fact,) = deciding.then_accepted()
        assert isinstance(fact, AnimationModified)
        assert fact.convention_id == CONVENTION_ID


def test_a_slip_can_be_corrected_after_the_convention_was_terminated():
    ended = convention(terminated_on=date(2026, 12, 31))
    given(ANIMATION, created()).when(modify, STRUCTURE, {"seats": 9}, around(conventions=[ended]), NOW).then(
        modified(("seats",), seats=9)
    )


def test_an_unknown_term_is_refused():
    given(ANIMATION, created()).when(modify, STRUCTURE, {"type": "patinage"}, around(), NOW).then_refused(
        INVALID, "type", "n'existe pas"
    )


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (TermKind.THEME, "ent-pronote"),
        (TermKind.VENUE_TYPE, "ecole"),
        (TermKind.AUDIENCE, "parents"),
        (TermKind.ANIMATION_TYPE, "cafe-des-parents"),
    ],
)
def test_a_term_that_was_declared_before_its_retirement_may_stay(kind, code):
    given(ANIMATION, created()).when(modify, STRUCTURE, {"seats": 20}, around(typology=retired(kind, code)), NOW).then(
        modified(("seats",), seats=20)
    )


def test_a_retired_term_may_not_be_chosen_anew():
    with pytest.raises(DomainError) as refusal:
        modify(
            given(ANIMATION, created()).state,
            STRUCTURE,
            {"themes": ("ent-pronote", "temps-ecran")},
            around(typology=retired(TermKind.THEME, "temps-ecran")),
            NOW,
        )
    assert [problem.field for problem in refusal.value.problems] == [("themes", "1")]


def test_history_outlives_todays_limits():
    # A title longer than today's limit, recorded when more was allowed, can still be folded and modified away.
    old = created(title="x" * 5_000)
    given(ANIMATION, old).when(modify, STRUCTURE, {"title": "Court"}, around(), NOW).then(
        modified(("title",), title="Court")
    )
