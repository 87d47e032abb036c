"""Certifications that are withdrawn, and what was paid unduly and comes back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.catalogue import CONVENTION
from domain.conventions.convention import ServiceCertified, ServiceWithdrawn
from domain.kernel.actors import Role
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import ErrorCode
from domain.service_dossiers.amendment import accept, recount
from domain.service_dossiers.certification import send_back
from domain.service_dossiers.transitions import allowed_actions
from domain.service_dossiers.withdrawal import recover, withdraw
from tests.support.domain.builders import COORDONNATEUR, NATIONAL, STRUCTURE, actor, signed
from tests.support.domain.dossier_builders import (
    PAID,
    SECOND,
    TO_CERTIFIED,
    TO_PAID,
    TO_SUBMITTED,
    accepted,
    certified,
    dossier,
    nobody_came,
    proposed,
    recovered,
    withdrawn,
)
from tests.support.domain.dossier_decisions import certifying, paying
from tests.support.domain.story import fold

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
REASON = withdrawn().reason
DAY, REFERENCE = recovered().recovered_on, recovered().reference
HUNDRED = Decimal("100.00")
ELSEWHERE = actor(Role.COORDONNATEUR, territories=frozenset(["02"]))
TO_WITHDRAWN = (*TO_PAID, withdrawn(back="300.00"))


def back(story, amount=HUNDRED, on=DAY, today=DAY, who=NATIONAL):
    return story.when(recover, who, amount, on, REFERENCE, today)


def reasons(state, who=NATIONAL):
    return {action.action: action.reason for action in allowed_actions(state, who)}


@pytest.mark.parametrize("who", [COORDONNATEUR, NATIONAL], ids=lambda who: who.role)
def test_a_certification_that_is_withdrawn_before_payment_leaves_a_submitted_dossier(who):
    state = dossier(*TO_CERTIFIED).when(withdraw, who, REASON).then(withdrawn())
    assert (state.status, state.amount, state.to_recover) == (DossierStatus.SUBMITTED, None, 0)
    again = dossier(*TO_CERTIFIED, withdrawn())
    again.when(*certifying()).then(certified())
    again.when(send_back, COORDONNATEUR, "Une feuille manque").then_accepted()
    again.when(*paying()).then_refused(RULE_BROKEN)


def test_a_certification_that_is_withdrawn_after_payment_makes_all_of_it_due_back():
    state = dossier(*TO_PAID).when(withdraw, NATIONAL, REASON).then(withdrawn(back="300.00"))
    assert (state.status, state.to_recover) == (DossierStatus.WITHDRAWN, Decimal("300.00"))
    closed = dossier(*TO_WITHDRAWN)
    for decision in (
        certifying(),
        (send_back, COORDONNATEUR, REASON),
        paying(),
        (accept, COORDONNATEUR, 1),
    ):
        closed.when(*decision).then_refused(RULE_BROKEN, saying="recouvré")


@pytest.mark.parametrize("who", [STRUCTURE, ELSEWHERE, actor(Role.AUDITOR)], ids=lambda who: who.role)
def test_nobody_else_withdraws_or_records_what_came_back(who):
    dossier(*TO_CERTIFIED).when(withdraw, who, REASON).then_refused(FORBIDDEN)
    back(dossier(*TO_WITHDRAWN), who=who).then_refused(FORBIDDEN)


def test_nothing_is_withdrawn_without_a_reason_or_a_certification_or_twice():
    dossier(*TO_CERTIFIED).when(withdraw, NATIONAL, " ").then_refused(INVALID, "reason")
    for events in (TO_SUBMITTED, (*TO_CERTIFIED, withdrawn()), TO_WITHDRAWN):
        dossier(*events).when(withdraw, NATIONAL, REASON).then_refused(RULE_BROKEN)


def test_an_amendment_that_waits_lapses_with_the_certification():
    state = dossier(*TO_CERTIFIED, proposed()).when(withdraw, NATIONAL, REASON).then(withdrawn())
    assert state.pending == {}


def test_parts_come_back_until_nothing_is_due_any_more():
    state = back(dossier(*TO_WITHDRAWN)).then(recovered("100.00", "200.00"))
    assert (state.recovered, state.to_recover) == (HUNDRED, Decimal("200.00"))
    more = dossier(*TO_WITHDRAWN, recovered("100.00", "200.00"))
    back(more, Decimal("200.01")).then_refused(INVALID, "amount", "200,00 €")
    state = back(more, Decimal("200.00")).then(recovered("200.00"))
    assert (state.recovered, state.to_recover) == (Decimal("300.00"), 0)
    back(dossier(*TO_WITHDRAWN, recovered())).then_refused(RULE_BROKEN, saying="Rien n'est à recouvrer")


def test_what_comes_back_does_so_between_the_payment_and_today():
    story = dossier(*TO_WITHDRAWN)
    back(story, on=PAID.paid_on, today=PAID.paid_on).then_accepted()
    back(story, on=PAID.paid_on - timedelta(days=1)).then_refused(INVALID, "recovered_on", "20/04/2027")
    back(story, on=DAY + timedelta(days=1)).then_refused(INVALID, "recovered_on", f"{DAY:%d/%m/%Y}")


@pytest.mark.parametrize("events", [TO_SUBMITTED, TO_CERTIFIED, TO_PAID], ids=["submitted", "certified", "paid"])
def test_nothing_comes_back_where_nothing_was_paid_unduly(events):
    back(dossier(*events)).then_refused(RULE_BROKEN)


def test_an_amendment_tells_that_the_sum_stays_while_somebody_came():
    dossier(*TO_CERTIFIED, proposed()).when(accept, COORDONNATEUR, 1).then(accepted())


def test_an_animation_to_which_nobody_came_is_not_paid():
    story = dossier(*TO_CERTIFIED, nobody_came())
    state = story.when(accept, COORDONNATEUR, 1).then(accepted(after="150.00"))
    less = dossier(*story.events, accepted(after="150.00"))
    payment = PAID.model_copy(update={"amount": Decimal("150.00")})
    less.when(*paying()).then(payment)
    assert state.amount == Decimal("150.00")
    counted = ServiceWithdrawn(dossier_id=state.id, animations=1, amount=Decimal("150.00"))
    assert recount(story.state, accepted(after="150.00")) == [counted]


def test_an_animation_to_which_nobody_came_is_due_back_once_it_was_paid():
    story = dossier(*TO_PAID, nobody_came())
    state = story.when(accept, COORDONNATEUR, 1).then(accepted(after="150.00", back="150.00"))
    assert (state.status, state.to_recover) == (DossierStatus.PAID, Decimal("150.00"))
    less = dossier(*story.events, accepted(after="150.00", back="150.00"))
    back(less, Decimal("150.00")).then(recovered("150.00"))
    less.when(withdraw, NATIONAL, REASON).then(withdrawn(1, "150.00", "300.00"))


def test_somebody_came_after_all():
    void = (nobody_came(), accepted(after="150.00", back="150.00"), proposed(2))
    story = dossier(*TO_PAID, *void)
    story.when(accept, COORDONNATEUR, 2).then(accepted(2, before="150.00"))
    counted = ServiceCertified(dossier_id=story.state.id, animations=1, amount=Decimal("150.00"))
    assert recount(story.state, accepted(2, before="150.00")) == [counted]
    late = dossier(*TO_PAID, *void, recovered("150.00"))
    late.when(accept, COORDONNATEUR, 2).then_refused(RULE_BROKEN, saying="déjà été recouvrée")


def test_nothing_is_paid_where_nobody_came_at_all():
    amended = (nobody_came(), accepted(after="150.00"), nobody_came(2, SECOND), accepted(2, "150.00", "0.00"))
    story = dossier(*TO_CERTIFIED, *amended)
    story.when(*paying()).then_refused(RULE_BROKEN, saying="Rien n'est dû")
    assert "Rien n'est dû" in reasons(story.state)["servicePaymentRecord"]
    story.when(withdraw, NATIONAL, REASON).then(withdrawn(0, "0.00"))


def test_what_was_amended_is_not_certified_again_as_it_was_submitted():
    story = dossier(*TO_CERTIFIED, proposed(), accepted(), withdrawn())
    story.when(*certifying()).then_refused(RULE_BROKEN, saying="renvoyez")
    again = dossier(*story.events, TO_SUBMITTED[-1])
    again.when(*certifying()).then_accepted()


def test_amendments_of_before_leave_the_sum_as_it_was():
    unknown = accepted().model_copy(update=dict.fromkeys(("amount_before", "amount_after", "to_recover")))
    state = dossier(*TO_PAID, nobody_came(), unknown).state
    assert (state.amount, state.void, state.to_recover) == (Decimal("300.00"), frozenset(), 0)


def test_what_can_be_taken_back_is_told():
    assert reasons(dossier(*TO_WITHDRAWN).state)["serviceRecoveryRecord"] is None
    assert reasons(dossier(*TO_PAID).state)["serviceRecoveryRecord"] == "Rien n'est à recouvrer sur ce dossier."
    assert reasons(dossier(*TO_PAID).state)["certificationWithdraw"] is None
    assert "soumis" in reasons(dossier(*TO_SUBMITTED).state)["certificationWithdraw"]


def test_the_convention_counts_what_is_certified_and_no_more():
    count = {"dossier_id": dossier(*TO_PAID).state.id, "amount": Decimal("300.00")}
    events = (signed(), ServiceCertified(animations=5, **count), ServiceWithdrawn(animations=2, **count))
    assert fold(CONVENTION, *events).certified_animations == 3
