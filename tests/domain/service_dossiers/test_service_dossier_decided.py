"""Submitted dossiers: sent back, certified, paid (docs/glossary.md, "Proof of service…")."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.kernel.actors import Role
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import ErrorCode
from domain.service_dossiers.certification import certify, send_back
from domain.service_dossiers.events import DossierCertified, DossierReturned, DossierSubmitted
from domain.service_dossiers.gathering import MOST_ANIMATIONS
from domain.service_dossiers.payment import record_payment
from domain.service_dossiers.submission import submit
from domain.service_dossiers.transitions import allowed_actions
from tests.support.domain.builders import COORDONNATEUR, NATIONAL, STRUCTURE, actor, convention
from tests.support.domain.dossier_builders import (
    GATHERED,
    OPENED,
    PAID,
    TO_CERTIFIED,
    TO_SUBMITTED,
    attended,
    certified,
    dossier,
    withdrawn,
)

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
FROM, UNTIL = OPENED.period_from, OPENED.period_until
TODAY = date(2027, 4, 20)
RETURNED = DossierReturned(reason="Il manque une feuille")


def test_the_coordonnateur_sends_a_dossier_back_with_a_reason():
    state = dossier(*TO_SUBMITTED).when(send_back, COORDONNATEUR, RETURNED.reason).then(RETURNED)
    assert state.status is DossierStatus.RETURNED


def test_nothing_is_sent_back_without_a_reason():
    dossier(*TO_SUBMITTED).when(send_back, COORDONNATEUR, "  ").then_refused(INVALID, "reason")


def test_the_coordonnateur_certifies_the_service_done():
    state = dossier(*TO_SUBMITTED).when(certify, convention(), COORDONNATEUR, None).then(certified())
    assert (state.status, state.amount) == (DossierStatus.CERTIFIED, Decimal("300.00"))


ELSEWHERE = actor(Role.COORDONNATEUR, territories=frozenset(["02"]))


@pytest.mark.parametrize("who", [STRUCTURE, NATIONAL, ELSEWHERE, actor(Role.AUDITOR)], ids=lambda who: who.role)
def test_nobody_but_the_coordonnateur_of_the_territory_certifies_or_sends_back(who):
    dossier(*TO_SUBMITTED).when(certify, convention(), who, None).then_refused(FORBIDDEN)
    dossier(*TO_SUBMITTED).when(send_back, who, "Non").then_refused(FORBIDDEN)


def test_nobody_certifies_a_dossier_that_they_submitted_themselves():
    both = replace(COORDONNATEUR, name="structure")
    dossier(*TO_SUBMITTED).when(certify, convention(), both, None).then_refused(RULE_BROKEN, saying="lui-même")


def test_the_rate_is_that_of_the_submission_whatever_the_convention_says_later():
    raised = convention(rate_per_animation=Decimal("400.00"))
    dossier(*TO_SUBMITTED).when(certify, raised, COORDONNATEUR, None).then(certified())


def test_more_than_planned_is_not_certified_without_a_reason():
    nearly_done = convention(planned_animations=10, certified_animations=9)
    story = dossier(*TO_SUBMITTED)
    story.when(certify, nearly_done, COORDONNATEUR, None).then_refused(RULE_BROKEN, "overrun_reason", "11 animations")
    story.when(certify, nearly_done, COORDONNATEUR, " ").then_refused(INVALID, "reason")
    expected = certified(already_certified=9, overrun_reason="Demande du collège")
    story.when(certify, nearly_done, COORDONNATEUR, "Demande du collège").then(expected)


def test_exactly_what_was_planned_needs_no_reason():
    just = convention(planned_animations=10, certified_animations=8)
    dossier(*TO_SUBMITTED).when(certify, just, COORDONNATEUR, "Inutile").then(certified(already_certified=8))


def test_a_convention_without_a_plan_has_no_bound():
    free = convention(planned_animations=None, certified_animations=1_000)
    expected = certified(planned_animations=None, already_certified=1_000)
    dossier(*TO_SUBMITTED).when(certify, free, COORDONNATEUR, None).then(expected)


def test_payment_is_recorded_with_its_date_and_reference():
    state = dossier(*TO_CERTIFIED).when(record_payment, COORDONNATEUR, TODAY, PAID.reference, TODAY).then(PAID)
    assert state.status is DossierStatus.PAID


def test_the_national_team_may_record_a_payment_and_the_structure_may_not():
    dossier(*TO_CERTIFIED).when(record_payment, NATIONAL, TODAY, "VIR", TODAY).then_accepted()
    dossier(*TO_CERTIFIED).when(record_payment, STRUCTURE, TODAY, "VIR", TODAY).then_refused(FORBIDDEN)


def test_what_is_not_certified_is_not_paid():
    dossier(*TO_SUBMITTED).when(record_payment, NATIONAL, TODAY, "VIR", TODAY).then_refused(RULE_BROKEN)


def test_nothing_is_paid_twice():
    dossier(*TO_CERTIFIED, PAID).when(record_payment, NATIONAL, TODAY, "VIR", TODAY).then_refused(RULE_BROKEN)


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), FROM - timedelta(days=1)], ids=["future", "too early"])
def test_a_payment_has_a_possible_date(day):
    dossier(*TO_CERTIFIED).when(record_payment, NATIONAL, day, "VIR", TODAY).then_refused(INVALID, "paid_on")


@for_any(
    rate=st.decimals(min_value="0.01", max_value="9999999.99", places=2),
    count=st.integers(min_value=1, max_value=MOST_ANIMATIONS),
)
def test_the_amount_is_the_number_times_the_rate_to_the_cent(rate, count):
    held = [(attended(UUID(int=number)), 4) for number in range(count)]
    agreed = convention(rate_per_animation=rate, planned_animations=None)
    (claim,) = dossier(OPENED, GATHERED).when(submit, agreed, held, STRUCTURE).then_accepted()
    (due,) = dossier(OPENED, GATHERED, claim).when(certify, agreed, COORDONNATEUR, None).then_accepted()
    assert isinstance(claim, DossierSubmitted)
    assert isinstance(due, DossierCertified)
    cents = int(rate.scaleb(2)) * count
    assert (int(due.amount.scaleb(2)), due.amount.as_tuple().exponent) == (cents, -2)
    assert claim.amount == due.amount
    assert isinstance(due.amount, Decimal)


STEPS = {
    DossierStatus.OPEN: (OPENED, GATHERED),
    DossierStatus.SUBMITTED: TO_SUBMITTED,
    DossierStatus.RETURNED: (*TO_SUBMITTED, RETURNED),
    DossierStatus.CERTIFIED: TO_CERTIFIED,
    DossierStatus.PAID: (*TO_CERTIFIED, PAID),
    DossierStatus.WITHDRAWN: (*TO_CERTIFIED, PAID, withdrawn(back="300.00")),
}
OPEN_TO = {
    (Role.STRUCTURE, DossierStatus.OPEN): {"serviceDossierGather", "servicePieceAttach", "serviceDossierSubmit"},
    (Role.STRUCTURE, DossierStatus.RETURNED): {"serviceDossierGather", "servicePieceAttach"},
    (Role.STRUCTURE, DossierStatus.CERTIFIED): {"serviceAmendmentPropose"},
    (Role.STRUCTURE, DossierStatus.PAID): {"serviceAmendmentPropose"},
    (Role.COORDONNATEUR, DossierStatus.SUBMITTED): {"serviceDossierCertify", "serviceDossierReturn"},
    (Role.COORDONNATEUR, DossierStatus.CERTIFIED): {
        "servicePaymentRecord",
        "certificationWithdraw",
        "serviceAmendmentAccept",
        "serviceAmendmentRefuse",
    },
    (Role.COORDONNATEUR, DossierStatus.PAID): {
        "certificationWithdraw",
        "serviceAmendmentAccept",
        "serviceAmendmentRefuse",
    },
    (Role.COORDONNATEUR, DossierStatus.WITHDRAWN): {"serviceRecoveryRecord"},
    (Role.NATIONAL, DossierStatus.CERTIFIED): {"servicePaymentRecord", "certificationWithdraw"},
    (Role.NATIONAL, DossierStatus.PAID): {"certificationWithdraw"},
    (Role.NATIONAL, DossierStatus.WITHDRAWN): {"serviceRecoveryRecord"},
}


@pytest.mark.parametrize("status", DossierStatus)
def test_allowed_actions_tell_what_can_be_done_and_why_the_rest_cannot(status):
    wrong = []
    for role in Role:
        answers = allowed_actions(dossier(*STEPS[status]).state, actor(role))
        allowed = {answer.action for answer in answers if answer.allowed}
        if allowed != OPEN_TO.get((role, status), set()):
            wrong.append(f"{role} may {sorted(allowed)}")
        wrong += [f"{role}: {answer}" for answer in answers if bool(answer.reason) is answer.allowed]
    assert not wrong, "\n".join(wrong)
