"""Amendments: after certification an attestation changes only as the coordonnateur accepts it."""

import pytest

from domain.animations.attestation import correct_attestation
from domain.catalogue import ANIMATION, SERVICE_DOSSIER
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import ErrorCode
from domain.service_dossiers.amendment import accept, decline, propose
from domain.service_dossiers.events import AmendmentRefused
from tests.support.domain.builders import (
    AFTER,
    CAME,
    COORDONNATEUR,
    FORM,
    NATIONAL,
    OTHER_STRUCTURE,
    STRUCTURE,
    TODAY,
)
from tests.support.domain.dossier_builders import (
    COUNTED_AGAIN,
    FIRST,
    PAID,
    SECOND,
    THIRD,
    TO_CERTIFIED,
    TO_SUBMITTED,
    accepted,
    attended,
    proposed,
)
from tests.support.domain.story import given

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
NOT_FOUND = ErrorCode.NOT_FOUND
REASON = "Une signature comptée deux fois"


def dossier(*events):
    return given(SERVICE_DOSSIER, *events)


@pytest.mark.parametrize("before", [TO_CERTIFIED, (*TO_CERTIFIED, PAID)], ids=["certified", "paid"])
def test_a_structure_proposes_other_figures_for_what_is_certified(before):
    story = dossier(*before).when(propose, STRUCTURE, FIRST, CAME, COUNTED_AGAIN, FORM.version, REASON)
    state = story.then(proposed())
    assert list(state.pending) == [1]


def test_before_certification_there_is_nothing_to_amend():
    story = dossier(*TO_SUBMITTED).when(propose, STRUCTURE, FIRST, CAME, COUNTED_AGAIN, FORM.version, REASON)
    story.then_refused(RULE_BROKEN, saying="soumis")


@pytest.mark.parametrize("who", [OTHER_STRUCTURE, COORDONNATEUR, NATIONAL], ids=lambda who: who.role)
def test_nobody_else_proposes(who):
    dossier(*TO_CERTIFIED).when(propose, who, FIRST, CAME, COUNTED_AGAIN, FORM.version, REASON).then_refused(FORBIDDEN)


@pytest.mark.parametrize("before", [TO_CERTIFIED, TO_SUBMITTED], ids=["certified", "submitted"])
def test_an_animation_of_another_dossier_is_not_amended_here_whatever_its_status(before):
    story = dossier(*before).when(propose, STRUCTURE, THIRD, CAME, COUNTED_AGAIN, FORM.version, REASON)
    story.then_refused(INVALID, "animation_id")


def test_the_same_figures_are_no_amendment():
    story = dossier(*TO_CERTIFIED).when(propose, STRUCTURE, FIRST, CAME, CAME, FORM.version, REASON)
    story.then_refused(RULE_BROKEN, saying="Rien ne change")


def test_an_amendment_has_a_reason():
    story = dossier(*TO_CERTIFIED).when(propose, STRUCTURE, FIRST, CAME, COUNTED_AGAIN, FORM.version, " ")
    story.then_refused(INVALID, "reason")


def test_one_amendment_of_an_animation_waits_at_a_time():
    waiting = dossier(*TO_CERTIFIED, proposed())
    again = waiting.when(propose, STRUCTURE, FIRST, CAME, COUNTED_AGAIN, FORM.version, REASON)
    again.then_refused(RULE_BROKEN, "animation_id", "attend")
    other = waiting.when(propose, STRUCTURE, SECOND, CAME, COUNTED_AGAIN, FORM.version, REASON)
    other.then(proposed(2, SECOND))


def test_the_coordonnateur_accepts_an_amendment():
    state = dossier(*TO_CERTIFIED, proposed()).when(accept, COORDONNATEUR, 1).then(accepted())
    assert state.pending == {}


def test_the_coordonnateur_refuses_an_amendment_with_a_reason():
    refused = AmendmentRefused(number=1, reason="La feuille dit autre chose")
    dossier(*TO_CERTIFIED, proposed()).when(decline, COORDONNATEUR, 1, refused.reason).then(refused)
    dossier(*TO_CERTIFIED, proposed()).when(decline, COORDONNATEUR, 1, "").then_refused(INVALID, "reason")


@pytest.mark.parametrize("who", [STRUCTURE, NATIONAL], ids=lambda who: who.role)
def test_nobody_else_decides_on_an_amendment(who):
    dossier(*TO_CERTIFIED, proposed()).when(accept, who, 1).then_refused(FORBIDDEN)
    dossier(*TO_CERTIFIED, proposed()).when(decline, who, 1, "Refusée").then_refused(FORBIDDEN)


def test_an_amendment_is_decided_on_once():
    decided = dossier(*TO_CERTIFIED, proposed(), accepted())
    decided.when(accept, COORDONNATEUR, 1).then_refused(NOT_FOUND, "number", "aucun")
    decided.when(decline, COORDONNATEUR, 1, "Refusée").then_refused(NOT_FOUND, "number")


def test_numbers_go_on_after_a_decision():
    decided = dossier(*TO_CERTIFIED, proposed(), accepted())
    decided.when(propose, STRUCTURE, FIRST, CAME, COUNTED_AGAIN, FORM.version, REASON).then(proposed(2))


@pytest.mark.parametrize(
    ("status", "saying"),
    [
        (DossierStatus.SUBMITTED, "demandez d'abord son renvoi"),
        (DossierStatus.CERTIFIED, "proposez un avenant"),
        (DossierStatus.PAID, "proposez un avenant"),
    ],
)
def test_what_is_submitted_or_certified_is_not_corrected_directly(status, saying):
    correct = given().when(
        correct_attestation, attended(), status, STRUCTURE, COUNTED_AGAIN, REASON, FORM, TODAY, AFTER
    )
    correct.then_refused(RULE_BROKEN, saying=saying)


@pytest.mark.parametrize("status", [DossierStatus.OPEN, DossierStatus.RETURNED, None])
def test_what_is_in_preparation_can_still_be_corrected(status):
    correct = given().when(
        correct_attestation, attended(), status, STRUCTURE, COUNTED_AGAIN, REASON, FORM, TODAY, AFTER
    )
    correct.then_accepted()


def test_an_animation_knows_the_dossier_that_holds_it():
    from domain.animations.events import AnimationGathered, AnimationReleased
    from tests.support.domain.builders import attested, created

    held = given(ANIMATION, created(), attested(), AnimationGathered(dossier_id=THIRD))
    assert held.state.dossier_id == THIRD
    assert given(ANIMATION, *held.events, AnimationReleased(dossier_id=THIRD)).state.dossier_id is None
