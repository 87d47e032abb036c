"""Payments: of what is certified, once, not before, and by a reference of their own."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.catalogue import SERVICE_DOSSIER
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import ErrorCode
from domain.service_dossiers.events import DossierPaid
from domain.service_dossiers.payment import reference_key
from tests.support.domain.builders import COORDONNATEUR, STRUCTURE
from tests.support.domain.dossier_builders import CERTIFIED_ON, PAID, TO_CERTIFIED, TO_SUBMITTED, dossier
from tests.support.domain.dossier_decisions import paying
from tests.support.domain.story import fold

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
TODAY = date(2027, 4, 20)


def test_payment_is_recorded_with_its_date_and_reference():
    state = dossier(*TO_CERTIFIED).when(*paying(who=COORDONNATEUR, reference=PAID.reference)).then(PAID)
    assert state.status is DossierStatus.PAID


def test_the_national_team_may_record_a_payment_and_the_structure_may_not():
    dossier(*TO_CERTIFIED).when(*paying()).then_accepted()
    dossier(*TO_CERTIFIED).when(*paying(who=STRUCTURE)).then_refused(FORBIDDEN)


def test_what_is_not_certified_is_not_paid():
    dossier(*TO_SUBMITTED).when(*paying()).then_refused(RULE_BROKEN)


def test_nothing_is_paid_twice():
    dossier(*TO_CERTIFIED, PAID).when(*paying()).then_refused(RULE_BROKEN)


@pytest.mark.parametrize(
    "day",
    [TODAY + timedelta(days=1), CERTIFIED_ON - timedelta(days=1)],
    ids=["in the future", "before it was certified"],
)
def test_a_payment_has_a_possible_date(day):
    dossier(*TO_CERTIFIED).when(*paying(day)).then_refused(INVALID, "paid_on")


def test_a_payment_may_be_of_the_day_of_the_certification():
    dossier(*TO_CERTIFIED).when(*paying(CERTIFIED_ON)).then_accepted()


def test_a_refusal_of_an_early_payment_says_from_which_day_on():
    dossier(*TO_CERTIFIED).when(*paying(date(2026, 10, 1))).then_refused(
        INVALID, "paid_on", "le 12/04/2027 au plus tôt"
    )


OTHER = fold(SERVICE_DOSSIER, *TO_CERTIFIED, PAID, subject=UUID(int=0xD9))


@pytest.mark.parametrize("reference", ["VIR-2027-042", "vir 2027 042", "ＶＩＲ２０２７０４２"])
def test_a_reference_that_paid_another_dossier_needs_a_reason(reference):
    story = dossier(*TO_CERTIFIED)
    story.when(*paying(reference=reference, others=[OTHER])).then_refused(
        RULE_BROKEN, "reason", "un autre dossier, celui du 01/01/2027 au 31/03/2027 :"
    )
    story.when(*paying(reference=reference, others=[OTHER], reason=" . ")).then_refused(INVALID, "reason")
    (paid,) = story.when(
        *paying(reference=reference, others=[OTHER], reason="Un virement pour deux dossiers")
    ).then_accepted()
    assert isinstance(paid, DossierPaid)
    assert (paid.also_paid, paid.reason) == ((OTHER.id,), "Un virement pour deux dossiers")


def test_a_reason_that_nothing_asks_for_is_not_recorded():
    dossier(*TO_CERTIFIED).when(*paying(reference=PAID.reference, reason="Inutile")).then(PAID)


def test_references_are_compared_by_their_letters_and_digits():
    assert reference_key("Vir. n° 42-A") == reference_key("VIR N°42a") != reference_key("VIR N°43A")
    assert reference_key("--") != reference_key("++")
