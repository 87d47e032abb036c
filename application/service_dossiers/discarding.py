"""Use case of a dossier that was opened by mistake: it is given up before it was ever submitted."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from application.commanding.unit_of_work import UnitOfWork
from application.service_dossiers.commands import DossierChange, release, subject
from domain.catalogue import SERVICE_DOSSIER
from domain.kernel.rights import Action
from domain.kernel.validation import Reason
from domain.service_dossiers import gathering


class ServiceDossierDiscard(DossierChange):
    action: ClassVar[Action] = Action.SERVICE_DOSSIER_DISCARD

    reason: Reason


def discard(command: ServiceDossierDiscard, work: UnitOfWork) -> UUID:
    dossier = subject(command, work)
    facts = gathering.discard(dossier, work.actor, command.reason)
    discarded = work.record(SERVICE_DOSSIER, dossier.id, facts, dossier.belongings)
    release(work, dossier, dossier.animation_ids, discarded)
    return dossier.id


USE_CASES = ((ServiceDossierDiscard, discard),)
