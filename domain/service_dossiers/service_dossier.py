"""The service dossier's state, folded from its events (docs/glossary.md, "Proof of service…")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.kernel.dossier_status import DossierStatus
from domain.kernel.events import Event, without_words
from domain.kernel.rights import Belongings
from domain.service_dossiers.events import (
    AmendmentAccepted,
    AmendmentProposed,
    AmendmentRefused,
    DossierCertified,
    DossierGathered,
    DossierOpened,
    DossierPaid,
    DossierReturned,
    DossierSubmitted,
    DossierWordsErased,
    PieceAttached,
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
    #: As submitted last.
    lines: tuple[ServiceLine, ...] = ()
    rate_per_animation: Decimal | None = None
    amount: Decimal | None = None
    submitted_by: str | None = None
    #: SHA-256 of the latest file of each piece.
    pieces: Mapping[str, str] = field(default_factory=dict)
    amendments: int = 0
    #: Amendments that wait for the coordonnateur, by number.
    pending: Mapping[int, AmendmentProposed] = field(default_factory=dict)

    @property
    def belongings(self) -> Belongings:
        return belongings(self)


def evolve(state: ServiceDossier | None, originator_id: UUID, fact: Event) -> ServiceDossier:
    if isinstance(fact, DossierOpened):
        return ServiceDossier(originator_id, **fact.model_dump())
    assert state is not None, "a dossier's first event is service_dossier.opened"
    match fact:
        case DossierGathered():
            return replace(state, status=DossierStatus.OPEN, animation_ids=fact.animation_ids)
        case PieceAttached():
            return replace(state, pieces={**state.pieces, fact.piece: fact.sha256})
        case DossierSubmitted():
            return replace(
                state,
                status=DossierStatus.SUBMITTED,
                lines=fact.lines,
                rate_per_animation=fact.rate_per_animation,
                submitted_by=fact.submitted_by,
            )
        case DossierReturned():
            return replace(state, status=DossierStatus.RETURNED)
        case DossierCertified():
            return replace(state, status=DossierStatus.CERTIFIED, amount=fact.amount)
        case DossierPaid():
            return replace(state, status=DossierStatus.PAID)
        case AmendmentProposed():
            return replace(state, amendments=fact.number, pending={**state.pending, fact.number: fact})
        case AmendmentAccepted() | AmendmentRefused():
            return replace(state, pending={n: amendment for n, amendment in state.pending.items() if n != fact.number})
        case DossierWordsErased():
            pending = {n: without_words(amendment, amendment.personal_marks) for n, amendment in state.pending.items()}
            return replace(state, pending=pending)
    raise TypeError(f"not a service dossier's event: {fact!r}")
