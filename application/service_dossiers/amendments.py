"""Use cases of amendments: an attestation in a certified dossier changes only as the coordonnateur accepts it."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from application.commanding.current_typology import attestation_form_in_force, typology_in_force
from application.commanding.unit_of_work import UnitOfWork
from application.service_dossiers.attesters import with_attesters
from application.service_dossiers.commands import DossierChange, convention_of, subject
from domain.animations.animation import Attendance
from domain.animations.attestation import check_attendance
from domain.animations.events import AttestationCorrected
from domain.catalogue import ANIMATION, CONVENTION, SERVICE_DOSSIER
from domain.kernel.rights import Action
from domain.kernel.validation import HeadCount, LongText, Reason
from domain.service_dossiers import amendment as amendments
from domain.service_dossiers.events import AmendmentAccepted


class ServiceAmendmentPropose(DossierChange):
    action: ClassVar[Action] = Action.SERVICE_AMENDMENT_PROPOSE

    animation_id: UUID
    parents: HeadCount
    children: HeadCount = 0
    answers: Annotated[tuple[LongText, ...], Field(max_length=20)] = ()
    reason: Reason


class ServiceAmendmentAccept(DossierChange):
    action: ClassVar[Action] = Action.SERVICE_AMENDMENT_ACCEPT

    number: int


class ServiceAmendmentRefuse(DossierChange):
    action: ClassVar[Action] = Action.SERVICE_AMENDMENT_REFUSE

    number: int
    reason: Reason


def propose(command: ServiceAmendmentPropose, work: UnitOfWork) -> UUID:
    dossier = subject(command, work)
    animation = work.find(ANIMATION, command.animation_id)
    came, form = Attendance(command.parents, command.children, command.answers), attestation_form_in_force(work)
    current = animation.attendance if animation and animation.dossier_id == dossier.id else None
    facts = amendments.propose(dossier, work.actor, command.animation_id, current, came, form.version, command.reason)
    assert animation is not None, "what a dossier holds exists"
    check_attendance(animation, came, form, typology_in_force(work))
    work.record(SERVICE_DOSSIER, dossier.id, facts, dossier.belongings)
    return dossier.id


def accept(command: ServiceAmendmentAccept, work: UnitOfWork) -> UUID:
    dossier = with_attesters(subject(command, work), work)
    facts = amendments.accept(dossier, work.actor, command.number)
    proposed = amendments.pending(dossier, command.number)
    accepted = work.record(SERVICE_DOSSIER, dossier.id, facts, dossier.belongings)
    assert isinstance(accepted.event, AmendmentAccepted)
    if counted := amendments.recount(dossier, accepted.event):
        convention = convention_of(dossier, work)
        work.record(CONVENTION, convention.id, counted, convention.belongings, cause=accepted)
    corrected = AttestationCorrected(**proposed.model_dump(exclude={"number", "animation_id"}))
    work.record(ANIMATION, proposed.animation_id, [corrected], dossier.belongings, cause=accepted)
    return dossier.id


def decline(command: ServiceAmendmentRefuse, work: UnitOfWork) -> UUID:
    dossier = subject(command, work)
    facts = amendments.decline(dossier, work.actor, command.number, command.reason)
    work.record(SERVICE_DOSSIER, dossier.id, facts, dossier.belongings)
    return dossier.id


USE_CASES = (
    (ServiceAmendmentPropose, propose),
    (ServiceAmendmentAccept, accept),
    (ServiceAmendmentRefuse, decline),
)
