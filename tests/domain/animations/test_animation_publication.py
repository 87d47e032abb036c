"""The national team publishes or refuses; what is refused is corrected and submitted again; cancellation."""

import pytest

from domain.animations.animation import cancel, modify, publish, refuse_publication
from domain.animations.events import (
    AnimationCancelled,
    AnimationPublished,
    AnimationRefused,
    AnimationResubmitted,
)
from domain.animations.transitions import AnimationStatus
from domain.catalogue import ANIMATION
from domain.kernel.actors import Role
from domain.kernel.errors import ErrorCode
from tests.support.domain.builders import (
    AFTER,
    COORDONNATEUR,
    NATIONAL,
    NOW,
    OTHER_STRUCTURE,
    STRUCTURE,
    actor,
    around,
    attested,
    created,
)
from tests.support.domain.story import given

FORBIDDEN, INVALID, RULE_BROKEN = ErrorCode.FORBIDDEN, ErrorCode.INVALID, ErrorCode.RULE_BROKEN
PUBLISHED, REFUSED = AnimationPublished(), AnimationRefused(reason="Date manquante sur l'affiche")
CANCELLED, AGAIN = AnimationCancelled(reason="Salle inondée"), AnimationResubmitted()
NOT_NATIONAL = [role for role in Role if role is not Role.NATIONAL]


def test_the_national_team_publishes():
    state = given(ANIMATION, created()).when(publish, NATIONAL, NOW).then(PUBLISHED)
    assert state.status is AnimationStatus.PUBLISHED


def test_the_national_team_refuses_with_a_reason():
    state = given(ANIMATION, created()).when(refuse_publication, NATIONAL, REFUSED.reason, NOW).then(REFUSED)
    assert state.status is AnimationStatus.REFUSED


@pytest.mark.parametrize("role", NOT_NATIONAL)
def test_nobody_else_publishes_or_refuses(role):
    story = given(ANIMATION, created())
    story.when(publish, actor(role), NOW).then_refused(FORBIDDEN)
    story.when(refuse_publication, actor(role), "Refusée", NOW).then_refused(FORBIDDEN)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_refusal_has_a_reason(reason):
    given(ANIMATION, created()).when(refuse_publication, NATIONAL, reason, NOW).then_refused(
        INVALID, "reason", "obligatoire"
    )


@pytest.mark.parametrize(
    ("before", "saying"),
    [
        ((PUBLISHED,), "déjà publiée"),
        ((REFUSED,), "est refusée"),
        ((CANCELLED,), "est annulée"),
        ((PUBLISHED, attested()), "déjà publiée"),
    ],
)
def test_only_what_waits_is_published_or_refused(before, saying):
    story = given(ANIMATION, created(), *before)
    story.when(publish, NATIONAL, NOW).then_refused(RULE_BROKEN, saying=saying)
    story.when(refuse_publication, NATIONAL, "Refusée", NOW).then_refused(RULE_BROKEN, saying=saying)


def test_a_refused_animation_that_is_corrected_is_submitted_again():
    events = (
        given(ANIMATION, created(), REFUSED)
        .when(modify, STRUCTURE, {"title": "Nouveau"}, around(), NOW)
        .then_accepted()
    )
    assert [type(event) for event in events][1:] == [AnimationResubmitted]
    given(ANIMATION, created(), REFUSED, *events).when(publish, NATIONAL, NOW).then(PUBLISHED)


def test_a_resubmitted_animation_can_be_refused_again():
    given(ANIMATION, created(), REFUSED, AGAIN).when(refuse_publication, NATIONAL, REFUSED.reason, NOW).then(REFUSED)


@pytest.mark.parametrize("before", [(), (PUBLISHED,), (REFUSED, AGAIN)])
@pytest.mark.parametrize("who", [STRUCTURE, NATIONAL])
def test_the_structure_or_the_national_team_cancels_with_a_reason(who, before):
    state = given(ANIMATION, created(), *before).when(cancel, who, CANCELLED.reason, NOW).then(CANCELLED)
    assert state.status is AnimationStatus.CANCELLED


@pytest.mark.parametrize("who", [OTHER_STRUCTURE, COORDONNATEUR])
def test_nobody_else_cancels(who):
    given(ANIMATION, created()).when(cancel, who, "Refusée", NOW).then_refused(FORBIDDEN)


@pytest.mark.parametrize("reason", ["", " "])
def test_a_cancellation_has_a_reason(reason):
    given(ANIMATION, created()).when(cancel, STRUCTURE, reason, NOW).then_refused(INVALID, "reason", "obligatoire")


def test_an_animation_is_cancelled_once():
    given(ANIMATION, created(), CANCELLED).when(cancel, STRUCTURE, "Encore", NOW).then_refused(
        RULE_BROKEN, saying="annulée"
    )


def test_an_attested_animation_is_not_cancelled():
    given(ANIMATION, created(), PUBLISHED, attested()).when(cancel, STRUCTURE, "Trop tard", AFTER).then_refused(
        RULE_BROKEN, saying="attestation est déjà remplie"
    )


def test_a_reason_is_kept_without_the_blanks_around_it():
    given(ANIMATION, created()).when(cancel, STRUCTURE, "  Salle inondée\n", NOW).then(CANCELLED)
