"""The service dossier's state, folded from its events (docs/glossary.md, "Proof of service…")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.files.pages import with_page, without_page
from domain.kernel.authors import Acts, Author, with_act
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.events import Event, without_words
from domain.kernel.rights import Belongings
from domain.service_dossiers.events import (
    AmendmentAccepted,
    AmendmentProposed,
    AmendmentRefused,
    CertificationWithdrawn,
    DossierCertified,
    DossierControlled,
    DossierDiscarded,
    DossierDrawn,
    DossierGathered,
    DossierOpened,
    DossierPaid,
    DossierRecovered,
    DossierReturned,
    DossierSubmitted,
    DossierWordsErased,
    PieceAttached,
    PieceWithdrawn,
    RefusedPiece,
    ServiceLine,
)
from domain.service_dossiers.transitions import belongings


@dataclass(frozen=True, slots=True)
class ServiceDossier:
    id: UUID
    structure_id: UUID
    convention_id: UUID
    territory: str
    period_from: date
    period_until: date
    status: DossierStatus = DossierStatus.OPEN
    animation_ids: tuple[UUID, ...] = ()
    #: The content as submitted last.
    lines: tuple[ServiceLine, ...] = ()
    #: The convention's terms then.
    agreed_rate: Decimal | None = None
    planned_animations: int | None = None
    required_pieces: tuple[str, ...] = ()
    amount: Decimal | None = None
    submitted_by: str | None = None
    #: The day in the territory; None in the events of old as well.
    certified_on: date | None = None
    payment_reference: str | None = None
    #: SHA-256 of the files of each piece, in their order; only of pieces that have one.
    pieces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    amendments: int = 0
    #: Amendments that wait for the coordonnateur, by number.
    pending: Mapping[int, AmendmentProposed] = field(default_factory=dict)
    #: An amendment was accepted since the submission, whose lines therefore no longer are what is attested.
    amended: bool = False
    #: Animations that are not paid: by an accepted amendment nobody came.
    void: frozenset[UUID] = frozenset()
    paid: Decimal | None = None
    paid_on: date | None = None
    recovered: Decimal = Decimal("0.00")
    #: Still due back of the payment.
    to_recover: Decimal = Decimal("0.00")
    #: The acts and their authors, for the separation of duties (`domain.service_dossiers.four_eyes`).
    acts: Acts = field(default_factory=dict)
    #: The pieces of this submission that each control refused which drew the dossier; None while it is open.
    controls: Mapping[UUID, tuple[RefusedPiece, ...] | None] = field(default_factory=dict)

    @property
    def in_control(self) -> bool:
        """Return whether a control that drew the dossier is open."""
        return None in self.controls.values()

    @property
    def amendments_to_decide(self) -> int:
        return len(self.pending)

    @property
    def refused_pieces(self) -> int:
        return sum(len(refused or ()) for refused in self.controls.values())

    @property
    def belongings(self) -> Belongings:
        return belongings(self)


def credit(state: ServiceDossier, fact: Event, author: Author) -> ServiceDossier:
    """Return the state with one more act."""
    return replace(state, acts=with_act(state.acts, fact.topic, author))


def evolve(state: ServiceDossier | None, originator_id: UUID, fact: Event) -> ServiceDossier:
    if isinstance(fact, DossierOpened):
        return ServiceDossier(originator_id, **fact.model_dump())
    assert state is not None, "a dossier's first event is service_dossier.opened"
    match fact:
        case DossierGathered():
            return replace(state, status=DossierStatus.OPEN, animation_ids=fact.animation_ids)
        case DossierDiscarded():
            return replace(state, status=DossierStatus.DISCARDED, animation_ids=())
        case PieceAttached():
            files = dict.fromkeys(state.pieces.get(fact.piece, ()))
            return _with_files(state, fact.piece, with_page(files, fact.sha256, None, fact.replaces))
        case PieceWithdrawn():
            files = dict.fromkeys(state.pieces.get(fact.piece, ()))
            return _with_files(state, fact.piece, without_page(files, fact.sha256))
        case DossierSubmitted():
            return replace(
                state,
                status=DossierStatus.SUBMITTED,
                lines=fact.lines,
                agreed_rate=fact.agreed_rate,
                planned_animations=fact.planned_animations,
                required_pieces=fact.required_pieces,
                submitted_by=fact.submitted_by,
                amended=False,
                void=frozenset(),
                # The event itself tells it, also to whoever folds facts without their stamps.
                acts=with_act(state.acts, fact.topic, Author(fact.submitted_by)),
                controls={control_id: None for control_id, refused in state.controls.items() if refused is None},
            )
        case DossierReturned():
            return replace(state, status=DossierStatus.RETURNED)
        case DossierCertified():
            certified_on = fact.certified_on
            return replace(state, status=DossierStatus.CERTIFIED, amount=fact.amount, certified_on=certified_on)
        case DossierPaid():
            return replace(
                state,
                status=DossierStatus.PAID,
                paid=fact.amount,
                paid_on=fact.paid_on,
                payment_reference=fact.reference,
            )
        case CertificationWithdrawn():
            status = DossierStatus.SUBMITTED if state.paid is None else DossierStatus.WITHDRAWN
            return replace(state, status=status, amount=None, pending={}, to_recover=fact.to_recover)
        case DossierRecovered():
            return replace(state, recovered=state.recovered + fact.amount, to_recover=fact.to_recover)
        case DossierDrawn():
            return replace(state, controls={**state.controls, fact.control_id: None})
        case DossierControlled():
            controls = {**state.controls, fact.control_id: fact.refused}
            return replace(state, controls=controls, to_recover=fact.to_recover)
        case AmendmentProposed():
            return replace(state, amendments=fact.number, pending={**state.pending, fact.number: fact})
        case AmendmentAccepted():
            return _amended(state, fact)
        case AmendmentRefused():
            return replace(state, pending=_without(state.pending, fact.number))
        case DossierWordsErased():
            pending = {n: without_words(amendment, amendment.personal_marks) for n, amendment in state.pending.items()}
            return replace(state, pending=pending)
    raise TypeError(f"not a service dossier's event: {fact!r}")


def _with_files(state: ServiceDossier, piece: str, files: Iterable[str]) -> ServiceDossier:
    pieces = {**state.pieces, piece: tuple(files)}
    return replace(state, pieces={name: digests for name, digests in pieces.items() if digests})


def _amended(state: ServiceDossier, fact: AmendmentAccepted) -> ServiceDossier:
    decided = replace(state, amended=True, pending=_without(state.pending, fact.number))
    if fact.amount_after is None or fact.to_recover is None:
        # Accepted before amendments had an effect on the sum.
        return decided
    return replace(decided, void=void_after(state, fact.number), amount=fact.amount_after, to_recover=fact.to_recover)


def void_after(state: ServiceDossier, number: int) -> frozenset[UUID]:
    """Return the animations that are not paid once the pending amendment is accepted."""
    amendment = state.pending[number]
    came = amendment.parents + amendment.children > 0
    return state.void - {amendment.animation_id} if came else state.void | {amendment.animation_id}


def _without(pending: Mapping[int, AmendmentProposed], number: int) -> Mapping[int, AmendmentProposed]:
    return {other: amendment for other, amendment in pending.items() if other != number}
