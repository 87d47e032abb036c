"""Submitted dossiers: sent back, certified (docs/glossary.md, "Proof of service…")."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.conventions.rates import AgreedRate
from domain.kernel.actors import Role
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import ErrorCode
from domain.service_dossiers.certification import send_back
from domain.service_dossiers.events import DossierCertified, DossierReturned, DossierSubmitted, ServiceWarning
from domain.service_dossiers.gathering import MOST_ANIMATIONS
from domain.service_dossiers.submission import submit
from domain.service_dossiers.warnings import OpenWarning, WarningCode
from tests.support.domain.builders import COORDONNATEUR, NATIONAL, STRUCTURE, actor, convention
from tests.support.domain.dossier_builders import (
    CERTIFIED_ON,
    FIRST,
    GATHERED,
    OPENED,
    SECOND,
    TO_SUBMITTED,
    attended,
    certified,
    dossier,
    line,
    submitted,
)
from tests.support.domain.dossier_decisions import certifying

INVALID, FORBIDDEN, RULE_BROKEN = ErrorCode.INVALID, ErrorCode.FORBIDDEN, ErrorCode.RULE_BROKEN
RETURNED = DossierReturned(reason="Il manque une feuille")


def test_the_coordonnateur_sends_a_dossier_back_with_a_reason():
    state = dossier(*TO_SUBMITTED).when(send_back, COORDONNATEUR, RETURNED.reason).then(RETURNED)
    assert state.status is DossierStatus.RETURNED


def test_nothing_is_sent_back_without_a_reason():
    dossier(*TO_SUBMITTED).when(send_back, COORDONNATEUR, "  ").then_refused(INVALID, "reason")


def test_the_coordonnateur_certifies_the_service_done():
    state = dossier(*TO_SUBMITTED).when(*certifying()).then(certified())
    assert (state.status, state.amount) == (DossierStatus.CERTIFIED, Decimal("300.00"))


ELSEWHERE = actor(Role.COORDONNATEUR, territories=frozenset(["02"]))


@pytest.mark.parametrize("who", [STRUCTURE, NATIONAL, ELSEWHERE, actor(Role.AUDITOR)], ids=lambda who: who.role)
def test_nobody_but_the_coordonnateur_of_the_territory_certifies_or_sends_back(who):
    dossier(*TO_SUBMITTED).when(*certifying(convention(), who)).then_refused(FORBIDDEN)
    dossier(*TO_SUBMITTED).when(send_back, who, "Refusée").then_refused(FORBIDDEN)


def test_nobody_certifies_a_dossier_that_they_submitted_themselves():
    both = replace(COORDONNATEUR, name="structure")
    dossier(*TO_SUBMITTED).when(*certifying(convention(), both)).then_refused(RULE_BROKEN, saying="lui-même")


def test_more_than_planned_is_not_certified_without_a_reason():
    nearly_done = convention(planned_animations=10, certified_animations=9)
    story = dossier(*TO_SUBMITTED)
    story.when(*certifying(nearly_done)).then_refused(RULE_BROKEN, "overrun_reason", "11 animations")
    story.when(*certifying(nearly_done, overrun=" ")).then_refused(INVALID, "overrun_reason")
    expected = certified(already_certified=9, overrun_reason="Demande du collège")
    story.when(*certifying(nearly_done, overrun="Demande du collège")).then(expected)


def test_exactly_what_was_planned_needs_no_reason():
    just = convention(planned_animations=10, certified_animations=8)
    dossier(*TO_SUBMITTED).when(*certifying(just, overrun="Inutile")).then(certified(already_certified=8))


def test_a_convention_without_a_plan_has_no_bound():
    free = convention(planned_animations=None, certified_animations=1_000)
    expected = certified(planned_animations=None, already_certified=1_000)
    dossier(OPENED, GATHERED, submitted(planned_animations=None)).when(*certifying(free)).then(expected)


@for_any(
    rate=st.decimals(min_value="0.01", max_value="9999999.99", places=2),
    count=st.integers(min_value=1, max_value=MOST_ANIMATIONS),
)
def test_the_amount_is_the_number_times_the_rate_to_the_cent(rate, count):
    held = [(attended(UUID(int=number)), 4) for number in range(count)]
    agreed = convention(rate_per_animation=rate, planned_animations=None)
    (claim,) = dossier(OPENED, GATHERED).when(submit, agreed, held, STRUCTURE).then_accepted()
    (due,) = dossier(OPENED, GATHERED, claim).when(*certifying(agreed)).then_accepted()
    assert isinstance(claim, DossierSubmitted)
    assert isinstance(due, DossierCertified)
    cents = int(rate.scaleb(2)) * count
    assert (int(due.amount.scaleb(2)), due.amount.as_tuple().exponent) == (cents, -2)
    assert claim.amount == due.amount
    assert isinstance(due.amount, Decimal)


CHEAPER = (AgreedRate(Decimal("150.00")), AgreedRate(Decimal("1.00"), date(2027, 4, 1)))
BETWEEN = (AgreedRate(Decimal("150.00")), AgreedRate(Decimal("90.00")), AgreedRate(Decimal("150.00"), CERTIFIED_ON))
MOVED: dict[str, dict[str, Any]] = {
    "150,00 €, puis 1,00 €": {"rates": CHEAPER},
    "Le tarif du 15/03/2027": {"rates": BETWEEN},
    "animations prévues": {"planned_animations": 12},
    "pièces demandées": {"required_pieces": ("Facture",)},
}


@pytest.mark.parametrize("saying", MOVED)
def test_terms_that_moved_since_the_submission_are_named_and_nothing_is_certified(saying):
    story = dossier(*TO_SUBMITTED)
    (problem,) = story.when(*certifying(convention(**MOVED[saying]))).then_refused(RULE_BROKEN, saying=saying)
    assert "renvoyez" in problem.message


@pytest.mark.parametrize("ended", [{"terminated_on": date(2027, 1, 31)}, {"valid_until": date(2027, 1, 31)}])
def test_what_the_convention_no_longer_covers_is_named_with_its_last_day(ended):
    outcome = dossier(*TO_SUBMITTED).when(*certifying(convention(**ended)))
    assert outcome.refusal is not None
    messages = [problem.message for problem in outcome.refusal.problems]
    assert ["Café" in messages[0], "Atelier" in messages[1]] == [True, True]
    assert all("15/03/2027" in message and "31/01/2027" in message for message in messages)


WITHOUT_SHEET = (OPENED, GATHERED, submitted(line(FIRST, sheets=()), line(SECOND), required_pieces=("Émargements",)))
DEMANDING = convention(required_pieces=("Émargements",))


def test_each_missing_sheet_and_piece_is_named_until_there_is_a_reason():
    story = dossier(*WITHOUT_SHEET)
    outcome = story.when(*certifying(DEMANDING))
    assert outcome.refusal is not None
    sheet, piece = outcome.refusal.problems
    assert {sheet.field, piece.field} == {("missing_reason",)}
    assert ("Café" in sheet.message, "Émargements" in piece.message) == (True, True)
    story.when(*certifying(DEMANDING, missing=".")).then_refused(INVALID, "missing_reason")
    expected = certified(missing_sheets=(FIRST,), missing_pieces=("Émargements",), missing_reason="Dégât des eaux")
    story.when(*certifying(DEMANDING, missing="Dégât des eaux")).then(expected)


def test_the_sheets_of_all_animations_are_the_piece_that_has_their_name():
    claim = submitted(required_pieces=("Liste d'émargement signée",))
    agreed = convention(required_pieces=("Liste d'émargement signée",))
    dossier(OPENED, GATHERED, claim).when(*certifying(agreed)).then(certified())


TWICE = ServiceWarning(code=WarningCode.SAME_SHEET.value, animation_id=FIRST, other_id=SECOND)


def test_each_warning_is_told_until_it_is_answered():
    story, warnings = dossier(*TO_SUBMITTED), [OpenWarning(TWICE, "Le même fichier.")]
    story.when(*certifying(warnings=warnings)).then_refused(RULE_BROKEN, "warnings_reason", "Le même fichier : ")
    (due,) = story.when(*certifying(warnings=warnings, answer="Une feuille pour deux")).then_accepted()
    assert isinstance(due, DossierCertified)
    assert (due.warnings, due.warnings_reason) == ((TWICE,), "Une feuille pour deux")
    story.when(*certifying(warnings=warnings, answer="!")).then_refused(INVALID, "warnings_reason")


def test_each_animation_is_certified_at_its_own_rate():
    claim = submitted(
        line(FIRST), line(SECOND, rate=Decimal("900.00")), rate_per_animation=None, agreed_rate=Decimal("900.00")
    )
    rates = (AgreedRate(Decimal("150.00")), AgreedRate(Decimal("900.00"), date(2027, 3, 16)))
    later = claim.model_copy(
        update={"lines": (claim.lines[0], claim.lines[1].model_copy(update={"held_on": date(2027, 3, 16)}))}
    )
    (due,) = dossier(OPENED, GATHERED, later).when(*certifying(convention(rates=rates))).then_accepted()
    assert isinstance(due, DossierCertified)
    assert (due.amount, due.rate_per_animation) == (Decimal("1050.00"), None)


def test_a_reason_that_nothing_asks_for_is_not_recorded():
    dossier(*TO_SUBMITTED).when(*certifying(missing="Inutile", answer="Inutile")).then(certified())
