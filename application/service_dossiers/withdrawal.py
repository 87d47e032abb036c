"""Use cases of the way back: a certification is withdrawn, what was paid unduly is recovered."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from application.commanding.unit_of_work import UnitOfWork
from application.conventions import find_territory
from application.service_dossiers.attesters import with_attesters
from application.service_dossiers.commands import DossierChange, convention_of, release, subject
from domain.catalogue import CONVENTION, SERVICE_DOSSIER
from domain.kernel.euros import Euros
from domain.kernel.rights import Action
from domain.kernel.validation import DeclaredDay, Label, Reason
from domain.service_dossiers import withdrawal
from domain.service_dossiers.events import CertificationWithdrawn, DossierRecovered


class CertificationWithdraw(DossierChange):
    action: ClassVar[Action] = Action.CERTIFICATION_WITHDRAW

    reason: Reason


class ServiceRecoveryRecord(DossierChange):
    action: ClassVar[Action] = Action.SERVICE_RECOVERY_RECORD

    amount: Euros
    recovered_on: DeclaredDay
    reference: Label


def withdraw(command: CertificationWithdraw, work: UnitOfWork) -> UUID:
    dossier = with_attesters(subject(command, work), work)
    facts = withdrawal.withdraw(dossier, work.actor, command.reason)
    withdrawn = work.record(SERVICE_DOSSIER, dossier.id, facts, dossier.belongings)
    fact = withdrawn.event
    assert isinstance(fact, CertificationWithdrawn)
    if uncounted := withdrawal.recount(dossier, fact):
        convention = convention_of(dossier, work)
        work.record(CONVENTION, convention.id, uncounted, convention.belongings, cause=withdrawn)
    if withdrawal.frees_animations(dossier, fact):
        release(work, dossier, dossier.animation_ids, withdrawn)
    return dossier.id


def record_recovery(command: ServiceRecoveryRecord, work: UnitOfWork) -> UUID:
    dossier = with_attesters(subject(command, work), work)
    today = find_territory(work, dossier.territory).local_date(work.now)
    facts = withdrawal.recover(dossier, work.actor, command.amount, command.recovered_on, command.reference, today)
    recovered = work.record(SERVICE_DOSSIER, dossier.id, facts, dossier.belongings)
    fact = recovered.event
    assert isinstance(fact, DossierRecovered)
    if withdrawal.frees_animations(dossier, fact):
        release(work, dossier, dossier.animation_ids, recovered)
    return dossier.id


USE_CASES = (
    (CertificationWithdraw, withdraw),
    (ServiceRecoveryRecord, record_recovery),
)
