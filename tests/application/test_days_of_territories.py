"""Payments and recoveries are dated in the territory's days: in Guadeloupe it is often still yesterday."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from application.files.store import FileStore
from application.service_dossiers.commands import ServicePaymentRecord
from application.service_dossiers.withdrawal import CertificationWithdraw, ServiceRecoveryRecord
from domain.kernel.errors import DomainError
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import COORDONNATEUR, NATIONAL, World

#: 23:30 of 5 September in Basse-Terre, already the 6th in Paris and in UTC.
LATE = datetime(2026, 9, 6, 3, 30, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 9, 5), date(2026, 9, 6)


@pytest.fixture
def claim(world: World, tmp_path: Path) -> Claim:
    world.sign()
    return Claim(world, FileStore(tmp_path / "files"))


def test_a_payment_is_dated_by_the_territorys_clock(world: World, claim: Claim):
    certified = claim.certified(*claim.attested(1))
    world.now = LATE
    with pytest.raises(DomainError, match="le 05/09/2026 au plus tard"):
        world.does(ServicePaymentRecord(dossier_id=certified, paid_on=TOMORROW, reference="VIR-9"), NATIONAL)
    world.does(ServicePaymentRecord(dossier_id=certified, paid_on=TODAY, reference="VIR-9"), NATIONAL)


def test_what_was_certified_in_the_evening_is_paid_on_that_day_of_the_territory(world: World, claim: Claim):
    animations = claim.attested(1)
    world.now = LATE
    certified = claim.certified(*animations)
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(DomainError, match="05/09/2026"):
        world.does(ServicePaymentRecord(dossier_id=certified, paid_on=yesterday, reference="VIR-9"), NATIONAL)
    world.does(ServicePaymentRecord(dossier_id=certified, paid_on=TODAY, reference="VIR-9"), NATIONAL)


def test_a_recovery_is_dated_by_the_territorys_clock(world: World, claim: Claim):
    paid = claim.paid(*claim.attested(1))
    world.does(CertificationWithdraw(dossier_id=paid, reason="Feuille non signée"), COORDONNATEUR)
    world.now = LATE
    back = {"dossier_id": paid, "amount": Decimal("150.00"), "reference": "TITRE-9"}
    with pytest.raises(DomainError, match="05/09/2026"):
        world.does(ServiceRecoveryRecord(**back, recovered_on=TOMORROW), COORDONNATEUR)
    world.does(ServiceRecoveryRecord(**back, recovered_on=TODAY), COORDONNATEUR)
