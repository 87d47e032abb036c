"""What a control leaves on the dossiers that it drew: they are not paid, or their sum is due back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.catalogue import CONTROL
from domain.controls.control import judge
from domain.controls.outcome import concluded, drawn
from domain.controls.pieces import ReasonCode
from domain.kernel.errors import ErrorCode
from domain.service_dossiers.events import DossierDrawn
from domain.service_dossiers.transitions import allowed_actions
from domain.service_dossiers.withdrawal import recover, withdraw
from tests.support.domain.builders import NATIONAL
from tests.support.domain.control_builders import (
    ALL_JUDGED,
    AUDITOR,
    BAD_INVOICE,
    CLOSED,
    OURS,
    PIECES,
    UNSIGNED_SHEET,
    accepted,
    opened,
    outcome,
    refused,
)
from tests.support.domain.dossier_builders import (
    GATHERED,
    OPENED,
    PAID,
    certified,
    dossier,
    nobody_came,
    piece,
    recovered,
    submitted,
    withdrawn,
)
from tests.support.domain.dossier_builders import accepted as amended
from tests.support.domain.dossier_decisions import certifying, paying
from tests.support.domain.story import SUBJECT, given

INVALID, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.RULE_BROKEN
DRAWN = DossierDrawn(control_id=SUBJECT)
MADE = (OPENED, GATHERED, piece(), submitted())
TO_CERTIFIED = (*MADE, certified())
TO_PAID = (*TO_CERTIFIED, PAID)
DAY = PAID.paid_on


def pay(*events):
    return dossier(*events).when(*paying())


def conclude(*judged, before=TO_CERTIFIED):
    """Return the outcome of a control of one dossier in which this was judged, on the dossier."""
    control = given(CONTROL, opened(), *judged).state
    story = dossier(*before)
    return story, given().when(concluded, control, replace(story.state, id=OURS))


def payment_reason(*events):
    actions = allowed_actions(dossier(*events).state, NATIONAL)
    return next(action.reason for action in actions if action.action == "servicePaymentRecord")


def test_a_dossier_that_is_drawn_is_not_paid_until_the_control_is_closed():
    assert drawn(SUBJECT) == [DRAWN]
    pay(*TO_CERTIFIED, DRAWN).then_refused(RULE_BROKEN, saying="tiré ce dossier au sort")
    assert "tiré ce dossier au sort" in payment_reason(*TO_CERTIFIED, DRAWN)
    pay(*TO_CERTIFIED, DRAWN, outcome()).then(PAID)


def test_a_refusal_blocks_the_payment_until_it_is_taken_back():
    refusal = outcome(UNSIGNED_SHEET)
    pay(*TO_CERTIFIED, DRAWN, refusal).then_refused(RULE_BROKEN, saying="a refusé des pièces de ce dossier (1)")
    assert "l'auditeur revient" in payment_reason(*TO_CERTIFIED, DRAWN, refusal)
    pay(*TO_CERTIFIED, DRAWN, refusal, outcome()).then(PAID)


def test_a_refusal_weighs_on_the_submission_that_was_controlled_and_on_no_other():
    again = (*TO_CERTIFIED, DRAWN, outcome(UNSIGNED_SHEET), withdrawn())
    dossier(*again).when(*certifying()).then_accepted()
    pay(*again, certified()).then_refused(RULE_BROKEN, saying="a refusé")
    pay(*again, submitted(), certified()).then(PAID)
    other = DossierDrawn(control_id=OURS)
    pay(*TO_CERTIFIED, other, withdrawn(), submitted(), certified()).then_refused(RULE_BROKEN, saying="tiré")


def test_what_is_refused_is_told_on_each_dossier():
    _, result = conclude(*ALL_JUDGED[1:])
    result.then(outcome(replace_reason(UNSIGNED_SHEET, PIECES[0]), control_id=SUBJECT))


def replace_reason(refusal, name):
    return refusal.model_copy(update={"piece": name, "reason_code": ReasonCode.MISSING})


@pytest.mark.parametrize(
    ("pieces", "back"),
    [
        ([PIECES[0]], "150.00"),
        ([PIECES[0], PIECES[1]], "150.00"),
        ([PIECES[1], PIECES[3]], "300.00"),
        ([PIECES[4]], "300.00"),
        ([], "0.00"),
    ],
    ids=["an attestation", "both of one animation", "two sheets", "a piece of the whole", "nothing"],
)
def test_what_is_refused_is_due_back_once_it_was_paid(pieces, back):
    judged = [refused(name) if name in pieces else accepted(name) for name in PIECES]
    _, result = conclude(*judged, before=TO_PAID)
    (event,) = result.then_accepted()
    assert (event.to_recover, len(event.refused)) == (Decimal(back), len(pieces))
    state = dossier(*TO_PAID, event).state
    assert state.to_recover == Decimal(back)


def test_what_nobody_came_to_and_is_refused_as_well_is_due_back_once():
    void = (*TO_PAID, nobody_came(), amended(after="150.00", back="150.00"))
    _, result = conclude(*ALL_JUDGED[1:], before=void)
    (event,) = result.then_accepted()
    assert event.to_recover == Decimal("150.00")


def test_a_refused_piece_of_the_dossier_is_recovered_and_the_certification_can_still_be_withdrawn():
    story = dossier(*TO_PAID, outcome(BAD_INVOICE, back="300.00"))
    story.when(recover, NATIONAL, Decimal("300.00"), DAY, "T", DAY).then_accepted()
    story.when(withdraw, NATIONAL, "Facture illisible").then_accepted()


def closed(*judged):
    return given(CONTROL, opened(), *judged, CLOSED)


def test_the_auditor_takes_a_refusal_back_after_the_end_and_says_why():
    story = closed(*ALL_JUDGED[1:])
    refusal = outcome(replace_reason(UNSIGNED_SHEET, PIECES[0]))
    controlled = replace(dossier(*TO_CERTIFIED, DRAWN, refusal).state, id=OURS)
    review = (judge, controlled, PIECES[0], True, None)
    story.when(*review, None, AUDITOR).then_refused(INVALID, "comment")
    event = accepted(comment="La feuille est au verso")
    state = story.when(*review, "La feuille est au verso", AUDITOR).then(event)
    given().when(concluded, state, controlled).then(outcome())


def test_nothing_else_changes_after_the_end():
    story = closed(*ALL_JUDGED[1:])
    controlled = replace(dossier(*TO_CERTIFIED, DRAWN, outcome(UNSIGNED_SHEET)).state, id=OURS)
    further = (judge, controlled, PIECES[1], False, ReasonCode.MISSING, "Finalement non", AUDITOR)
    story.when(*further).then_refused(RULE_BROKEN, "accepted", "seul un refus")


def test_a_refusal_is_not_taken_back_once_its_sum_came_back():
    before = (*TO_PAID, outcome(UNSIGNED_SHEET, back="150.00"), recovered("150.00"))
    _, result = conclude(*(accepted(name) for name in PIECES), before=before)
    result.then_refused(RULE_BROKEN, saying="déjà été recouvrée")
