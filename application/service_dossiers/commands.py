"""Use cases of service dossiers, from opening to payment: command, decision, event, each in one place.

An animation is part of at most one dossier. The dossier's transaction records that on the animation itself, so two
dossiers can never both have it. The coordonnateur's certification counts on the convention in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

from pydantic import Field

from application.commanding.commands import ChangeCommand, Command
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import find_territory
from application.files.attachments import AttachFile, Digest
from application.service_dossiers.attesters import with_attesters
from application.service_dossiers.claims import claims_beside, claims_of
from domain.animations.animation import Animation
from domain.animations.events import AnimationGathered, AnimationReleased
from domain.catalogue import ANIMATION, CONVENTION, SERVICE_DOSSIER
from domain.conventions.convention import Convention, ServiceCertified
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.kernel.validation import DeclaredDay, Label, Reason
from domain.service_dossiers import certification, gathering, payment, submission
from domain.service_dossiers.events import DossierCertified, DossierGathered, PieceAttached
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.warnings import warnings_of
from eventstore.records import Recorded

AnimationIds = Annotated[tuple[UUID, ...], Field(max_length=10_000)]


class _Gathering(Command):
    """`animation_ids` are the structure's choice. Without it, the dossier gathers all that it may of `gatherable`.

    The read side proposes `gatherable`. The client did not send it, so the content of an idempotency key excludes it.
    """

    animation_ids: AnimationIds | None = None
    gatherable: tuple[UUID, ...] = Field(default=(), exclude=True)


class ServiceDossierOpen(_Gathering):
    action: ClassVar[Action] = Action.SERVICE_DOSSIER_OPEN

    structure_id: UUID
    convention_id: UUID
    period_from: DeclaredDay
    period_until: DeclaredDay


class DossierChange(ChangeCommand):
    dossier_id: UUID


class ServiceDossierGather(DossierChange, _Gathering):
    action: ClassVar[Action] = Action.SERVICE_DOSSIER_GATHER


class ServicePieceAttach(DossierChange, AttachFile):
    action: ClassVar[Action] = Action.SERVICE_PIECE_ATTACH

    piece: Label
    replaces: Digest | None = None
    reason: Reason | None = None


class ServicePieceWithdraw(DossierChange):
    action: ClassVar[Action] = Action.SERVICE_PIECE_WITHDRAW

    piece: Label
    sha256: Digest
    reason: Reason


class ServiceDossierSubmit(DossierChange):
    action: ClassVar[Action] = Action.SERVICE_DOSSIER_SUBMIT


class ServiceDossierCertify(DossierChange):
    action: ClassVar[Action] = Action.SERVICE_DOSSIER_CERTIFY

    overrun_reason: Reason | None = None
    missing_reason: Reason | None = None
    warnings_reason: Reason | None = None
    #: Animations that may be like those of the dossier. The read side proposes them.
    resembling: tuple[UUID, ...] = Field(default=(), exclude=True)


class ServiceDossierReturn(DossierChange):
    action: ClassVar[Action] = Action.SERVICE_DOSSIER_RETURN

    reason: Reason


class ServicePaymentRecord(DossierChange):
    action: ClassVar[Action] = Action.SERVICE_PAYMENT_RECORD

    paid_on: DeclaredDay
    reference: Label
    reason: Reason | None = None
    #: Dossiers that the same reference may have paid. The read side proposes them.
    of_same_reference: tuple[UUID, ...] = Field(default=(), exclude=True)


def open_(command: ServiceDossierOpen, work: UnitOfWork) -> UUID:
    convention = work.subject(CONVENTION, command.convention_id, None, "Convention", "convention_id")
    facts = gathering.open_dossier(convention, command.period_from, command.period_until, work.actor)
    if command.structure_id != convention.structure_id:
        raise invalid("cette convention est celle d'une autre structure.", "structure_id")
    dossier_id = uuid4()
    work.record(SERVICE_DOSSIER, dossier_id, facts, convention.belongings)
    dossier = work.find(SERVICE_DOSSIER, dossier_id)
    assert dossier is not None
    if chosen := _chosen(command, dossier, convention, work):
        _gather(work, dossier, convention, chosen)
    return dossier_id


def gather(command: ServiceDossierGather, work: UnitOfWork) -> UUID:
    dossier = subject(command, work)
    convention = convention_of(dossier, work)
    _gather(work, dossier, convention, _chosen(command, dossier, convention, work))
    return dossier.id


def _chosen(command: _Gathering, dossier: ServiceDossier, convention: Convention, work: UnitOfWork) -> Sequence[UUID]:
    if command.animation_ids is not None:
        return command.animation_ids
    proposed = dict.fromkeys((*dossier.animation_ids, *command.gatherable))
    admitted = [
        animation_id
        for animation_id in proposed
        if not gathering.gathering_obstacle(dossier, convention, work.find(ANIMATION, animation_id))
    ]
    return admitted[: gathering.MOST_ANIMATIONS]


def _gather(work: UnitOfWork, dossier: ServiceDossier, convention: Convention, chosen: Sequence[UUID]) -> None:
    # Read lazily, after the check of rights, and no more than it takes to refuse a dossier that is too large.
    animations = (
        (animation_id, work.find(ANIMATION, animation_id)) for animation_id in chosen[: gathering.MOST_ANIMATIONS + 1]
    )
    gathered = _record(work, dossier, gathering.gather(dossier, convention, animations, work.actor))
    assert isinstance(gathered.event, DossierGathered)
    gathered_ids = set(gathered.event.animation_ids)
    left_out = [animation_id for animation_id in dossier.animation_ids if animation_id not in gathered_ids]
    release(work, dossier, left_out, gathered)
    for animation_id in gathered.event.animation_ids:
        animation = _animation(work, animation_id)
        if animation.dossier_id is None:
            fact = AnimationGathered(dossier_id=dossier.id)
            work.record(ANIMATION, animation_id, [fact], animation.belongings, cause=gathered)


def release(work: UnitOfWork, dossier: ServiceDossier, animation_ids: Sequence[UUID], cause: Recorded) -> None:
    for animation_id in animation_ids:
        animation = work.find(ANIMATION, animation_id)
        if animation is not None and animation.dossier_id == dossier.id:
            fact = AnimationReleased(dossier_id=dossier.id)
            work.record(ANIMATION, animation_id, [fact], animation.belongings, cause=cause)


def attach_piece(command: ServicePieceAttach, work: UnitOfWork) -> UUID:
    dossier = subject(command, work)
    convention = convention_of(dossier, work)
    files = dossier.pieces.get(command.piece, ())
    further = f"-{len(files) + 1}" if files else ""
    attached = PieceAttached(
        piece=command.piece,
        file_name=command.file_name(f"piece-{_number(command.piece, convention)}{further}"),
        media_type=command.media_type,
        size=command.size,
        sha256=command.sha256,
        replaces=() if command.replaces is None else (command.replaces,),
        reason=None if command.replaces is None else command.reason,
    )
    facts = submission.attach_piece(dossier, convention, attached, work.actor)
    _record(work, dossier, facts)
    command.draft.keep()
    return dossier.id


def withdraw_piece(command: ServicePieceWithdraw, work: UnitOfWork) -> UUID:
    dossier = subject(command, work)
    withdrawn = submission.withdraw_piece(dossier, work.actor, command.piece, command.sha256, command.reason)
    _record(work, dossier, withdrawn)
    return dossier.id


def _number(piece: str, convention: Convention) -> int:
    """Return the place of a piece among those that the convention requires, from 1."""
    return [*convention.required_pieces, piece].index(piece) + 1


def submit(command: ServiceDossierSubmit, work: UnitOfWork) -> UUID:
    dossier = subject(command, work)
    animations = (
        (_animation(work, animation_id), work.version(animation_id)) for animation_id in dossier.animation_ids
    )
    _record(work, dossier, submission.submit(dossier, convention_of(dossier, work), animations, work.actor))
    return dossier.id


def certify(command: ServiceDossierCertify, work: UnitOfWork) -> UUID:
    dossier = with_attesters(subject(command, work), work)
    convention = convention_of(dossier, work)
    reasons = certification.Reasons(command.overrun_reason, command.missing_reason, command.warnings_reason)
    claims = claims_of(work, dossier.lines)
    warnings = warnings_of(claims, claims_beside(work, command.resembling))
    titles = {claim.id: claim.title for claim in claims}
    facts = certification.certify(dossier, convention, work.actor, _today(work, dossier), reasons, titles, warnings)
    certified = _record(work, dossier, facts)
    fact = certified.event
    assert isinstance(fact, DossierCertified)
    counted = ServiceCertified(dossier_id=dossier.id, animations=fact.animations, amount=fact.amount)
    work.record(CONVENTION, convention.id, [counted], convention.belongings, cause=certified)
    return dossier.id


def send_back(command: ServiceDossierReturn, work: UnitOfWork) -> UUID:
    dossier = subject(command, work)
    returned = _record(work, dossier, certification.send_back(dossier, work.actor, command.reason))
    release(work, dossier, dossier.animation_ids, returned)
    return dossier.id


def record_payment(command: ServicePaymentRecord, work: UnitOfWork) -> UUID:
    dossier = with_attesters(subject(command, work), work)
    facts = payment.record_payment(
        dossier,
        work.actor,
        payment.Payment(command.paid_on, command.reference, command.reason),
        _today(work, dossier),
        _certified_on(work, dossier),
        [paid for other in command.of_same_reference if (paid := work.find(SERVICE_DOSSIER, other)) is not None],
    )
    _record(work, dossier, facts)
    return dossier.id


def _today(work: UnitOfWork, dossier: ServiceDossier) -> date:
    return find_territory(work, dossier.territory).local_date(work.now)


def _certified_on(work: UnitOfWork, dossier: ServiceDossier) -> date:
    """Return the day of the certification in the territory. Older events do not hold it: their stamp does."""
    if dossier.certified_on is not None or dossier.amount is None:
        return dossier.certified_on or date.min
    records = [record for record in work.read_stream(dossier.id, 0) if isinstance(record.event, DossierCertified)]
    return find_territory(work, dossier.territory).local_date(records[-1].stamp.recorded_at)


def dossier_status_of(animation: Animation, work: UnitOfWork) -> DossierStatus | None:
    """Return the status of the dossier that holds the animation, or None when none does."""
    dossier = work.find(SERVICE_DOSSIER, animation.dossier_id) if animation.dossier_id else None
    return dossier.status if dossier else None


def subject(command: DossierChange, work: UnitOfWork) -> ServiceDossier:
    return work.subject(SERVICE_DOSSIER, command.dossier_id, command.expected_version, "Dossier", "dossier_id")


def convention_of(dossier: ServiceDossier, work: UnitOfWork) -> Convention:
    convention = work.find(CONVENTION, dossier.convention_id)
    assert convention is not None, "a dossier is opened under a convention"
    return convention


def _animation(work: UnitOfWork, animation_id: UUID) -> Animation:
    animation = work.find(ANIMATION, animation_id)
    assert animation is not None, "a dossier gathers what exists"
    return animation


def _record(work: UnitOfWork, dossier: ServiceDossier, facts: list[Event]) -> Recorded:
    return work.record(SERVICE_DOSSIER, dossier.id, facts, dossier.belongings)


USE_CASES = (
    (ServiceDossierOpen, open_),
    (ServiceDossierGather, gather),
    (ServicePieceAttach, attach_piece),
    (ServicePieceWithdraw, withdraw_piece),
    (ServiceDossierSubmit, submit),
    (ServiceDossierCertify, certify),
    (ServiceDossierReturn, send_back),
    (ServicePaymentRecord, record_payment),
)
