"""The attestation: who came, declared once, after the end; a mistake is corrected by a further event."""

from datetime import timedelta

import pytest

from domain.animations.animation import Attendance
from domain.animations.attestation import attest, check_changes, correct_attestation
from domain.animations.events import (
    AnimationCancelled,
    AnimationPublished,
    AnimationRefused,
    AttestationCorrected,
)
from domain.catalogue import ANIMATION, ATTESTATION_FORM
from domain.kernel.actors import Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.typology.attestation_form import AttestationForm, FormWorded, word
from tests.support.domain.builders import (
    AFTER,
    CAME,
    END,
    FORM,
    NATIONAL,
    NOW,
    OTHER_STRUCTURE,
    STRUCTURE,
    TODAY,
    actor,
    attested,
    created,
)
from tests.support.domain.story import given

FORBIDDEN, INVALID, RULE_BROKEN = ErrorCode.FORBIDDEN, ErrorCode.INVALID, ErrorCode.RULE_BROKEN
PUBLISHED, WITH_CHILDREN = AnimationPublished(), created(type="atelier-parents-enfants")
CORRECTED = AttestationCorrected(
    parents=8, children=0, form_version=FORM.version, answers=("3", "Oui"), reason="Un parent compté deux fois"
)
MINUS_ONE = [(Attendance(-1), "parents"), (Attendance(1, -1), "children")]


def test_the_structure_attests_who_came():
    state = given(ANIMATION, created(), PUBLISHED).when(attest, STRUCTURE, CAME, FORM, TODAY, AFTER).then(attested())
    assert state.attested


def test_an_animation_is_attested_only_after_its_end():
    story = given(ANIMATION, created(), PUBLISHED)
    for too_early in (NOW, END - timedelta(hours=1), END - timedelta(microseconds=1)):
        story.when(attest, STRUCTURE, CAME, FORM, TODAY, too_early).then_refused(
            RULE_BROKEN, saying="pas encore terminée"
        )
    story.when(attest, STRUCTURE, CAME, FORM, TODAY, END).then(attested())


def test_an_animation_is_attested_once():
    given(ANIMATION, created(), PUBLISHED, attested()).when(attest, STRUCTURE, CAME, FORM, TODAY, AFTER).then_refused(
        RULE_BROKEN, saying="déjà remplie"
    )


@pytest.mark.parametrize(
    ("before", "saying"),
    [
        ((), "attend sa publication"),
        ((AnimationRefused(reason="Refusée"),), "refusée"),
        ((PUBLISHED, AnimationCancelled(reason="Refusée")), "annulée"),
    ],
)
def test_only_a_published_animation_is_attested(before, saying):
    given(ANIMATION, created(), *before).when(attest, STRUCTURE, CAME, FORM, TODAY, AFTER).then_refused(
        RULE_BROKEN, saying=saying
    )


@pytest.mark.parametrize("who", [OTHER_STRUCTURE, *(actor(role) for role in Role if role is not Role.STRUCTURE)])
def test_only_its_structure_attests_and_corrects(who):
    given(ANIMATION, created(), PUBLISHED).when(attest, who, CAME, FORM, TODAY, AFTER).then_refused(FORBIDDEN)
    given(ANIMATION, created(), PUBLISHED, attested()).when(
        correct_attestation, None, who, CAME, "Erreur", FORM, TODAY, AFTER
    ).then_refused(FORBIDDEN)


@pytest.mark.parametrize(("came", "field"), MINUS_ONE)
def test_attendance_is_never_negative(came, field):
    given(ANIMATION, WITH_CHILDREN, PUBLISHED).when(attest, STRUCTURE, came, FORM, TODAY, AFTER).then_refused(
        INVALID, field, "négatif"
    )


def test_nobody_may_have_come():
    given(ANIMATION, created(), PUBLISHED).when(attest, STRUCTURE, Attendance(0), FORM, TODAY, AFTER).then_accepted()


def test_children_are_counted_only_where_the_type_admits_them():
    came = Attendance(9, 7, ("3", "Oui"))
    given(ANIMATION, created(), PUBLISHED).when(attest, STRUCTURE, came, FORM, TODAY, AFTER).then_refused(
        RULE_BROKEN, "children", "n'accueille pas d'enfants"
    )
    given(ANIMATION, WITH_CHILDREN, PUBLISHED).when(attest, STRUCTURE, came, FORM, TODAY, AFTER).then(
        attested(parents=9, children=7)
    )


def test_an_attestation_keeps_the_version_of_the_form_it_answered():
    newer = AttestationForm(version=4, questions=FORM.questions)
    (event,) = given(ANIMATION, created(), PUBLISHED).when(attest, STRUCTURE, CAME, newer, TODAY, AFTER).then_accepted()
    assert event.form_version == 4  # type: ignore[attr-defined]


def test_there_are_no_more_answers_than_questions():
    came = Attendance(9, 0, ("3", "Oui", "Peut-être"))
    given(ANIMATION, created(), PUBLISHED).when(attest, STRUCTURE, came, FORM, TODAY, AFTER).then_refused(
        RULE_BROKEN, "answers", "2 questions"
    )


def test_the_further_questions_may_be_left_unanswered():
    given(ANIMATION, created(), PUBLISHED).when(attest, STRUCTURE, Attendance(9), FORM, TODAY, AFTER).then_accepted()


def test_a_mistake_is_corrected_by_a_further_event_with_its_reason():
    state = (
        given(ANIMATION, created(), PUBLISHED, attested())
        .when(
            correct_attestation, None, STRUCTURE, Attendance(8, 0, CAME.answers), CORRECTED.reason, FORM, TODAY, AFTER
        )
        .then(CORRECTED)
    )
    assert state.attested


def test_a_correction_may_be_corrected():
    given(ANIMATION, created(), PUBLISHED, attested(), CORRECTED).when(
        correct_attestation, None, STRUCTURE, Attendance(8, 0, CAME.answers), CORRECTED.reason, FORM, TODAY, AFTER
    ).then(CORRECTED)


def test_a_correction_corrects_something():
    state = given(ANIMATION, created(), PUBLISHED, attested(), CORRECTED).state
    with pytest.raises(DomainError, match="Rien ne change"):
        check_changes(state, Attendance(8, 0, CORRECTED.answers))
    for came in (Attendance(8, 0, ("3", "Non")), Attendance(8, 1, CORRECTED.answers), CAME):
        check_changes(state, came)


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_corrections_need_a_reason(reason):
    given(ANIMATION, created(), PUBLISHED, attested()).when(
        correct_attestation, None, STRUCTURE, CAME, reason, FORM, TODAY, AFTER
    ).then_refused(INVALID, "reason", "champ obligatoire")


def test_what_was_not_attested_is_not_corrected():
    given(ANIMATION, created(), PUBLISHED).when(
        correct_attestation, None, STRUCTURE, CAME, "Erreur", FORM, TODAY, AFTER
    ).then_refused(RULE_BROKEN, saying="pas encore remplie")


@pytest.mark.parametrize(
    ("came", "code", "field"),
    [
        *((came, INVALID, field) for came, field in MINUS_ONE),
        (Attendance(1, 1), RULE_BROKEN, "children"),
        (Attendance(1, 0, ("a", "b", "c")), RULE_BROKEN, "answers"),
    ],
)
def test_a_correction_is_held_to_the_same_rules(came, code, field):
    given(ANIMATION, created(), PUBLISHED, attested()).when(
        correct_attestation, None, STRUCTURE, came, "Erreur", FORM, TODAY, AFTER
    ).then_refused(code, field)


WORDED = FormWorded(version=1, questions=("Combien ?",))


def test_the_national_team_words_the_form_and_versions_count_from_one():
    given().when(word, AttestationForm(), NATIONAL, ("Combien ?",)).then(WORDED)
    state = (
        given(ATTESTATION_FORM, WORDED)
        .when(word, NATIONAL, ("Qui ?",))
        .then(FormWorded(version=2, questions=("Qui ?",)))
    )
    assert state == AttestationForm(2, ("Qui ?",))


def test_nobody_else_words_the_form():
    given(ATTESTATION_FORM, WORDED).when(word, STRUCTURE, ("Qui ?",)).then_refused(FORBIDDEN)


def test_the_same_questions_are_no_new_version():
    given(ATTESTATION_FORM, WORDED).when(word, NATIONAL, WORDED.questions).then_refused(RULE_BROKEN, "questions")
