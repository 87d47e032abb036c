"""What happens to a service dossier, as recorded (docs/glossary.md, "Proof of service and payment").

Amounts are euros, exactly; days are calendar days in the territory.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.kernel.events import Event, SaidText, WordsErased, event


class ServiceLine(BaseModel):
    """One animation as it stood when the dossier was submitted. `sheet` is the SHA-256 of its signed sheet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    animation_id: UUID
    animation_version: int
    held_on: date
    parents: int
    children: int
    sheet: str | None


@event("service_dossier.opened")
class DossierOpened(Event):
    structure_id: UUID
    convention_id: UUID
    territory: str
    period_from: date
    period_until: date


@event("service_dossier.gathered")
class DossierGathered(Event):
    """All animations in the dossier from now on. What was sent back is in preparation again."""

    animation_ids: tuple[UUID, ...]


@event("service_dossier.piece_attached")
class PieceAttached(Event):
    """`piece` is one that the convention requires. The file itself is kept outside the log, under its SHA-256."""

    piece: str
    file_name: str
    media_type: str
    size: int
    sha256: str


@event("service_dossier.submitted")
class DossierSubmitted(Event):
    """What the structure asks to be paid for, by the terms of the convention on that day."""

    lines: tuple[ServiceLine, ...]
    rate_per_animation: Decimal
    planned_animations: int | None
    required_pieces: tuple[str, ...]
    amount: Decimal
    submitted_by: str


@event("service_dossier.returned")
class DossierReturned(Event):
    reason: SaidText


@event("service_dossier.certified")
class DossierCertified(Event):
    """The service is done, says the coordonnateur. `already_certified`: animations of the convention before this.

    `overrun_reason`: why more is certified than the convention planned.
    """

    animations: int
    rate_per_animation: Decimal
    amount: Decimal
    planned_animations: int | None
    already_certified: int
    overrun_reason: SaidText | None


@event("service_dossier.paid")
class DossierPaid(Event):
    paid_on: date
    reference: str
    amount: Decimal


@event("service_dossier.amendment_proposed")
class AmendmentProposed(Event):
    """Other figures for an attestation that is certified. Amendments of a dossier are numbered from 1."""

    number: int
    animation_id: UUID
    parents: int
    children: int
    form_version: int
    answers: tuple[SaidText, ...]
    reason: SaidText


@event("service_dossier.amendment_accepted")
class AmendmentAccepted(Event):
    number: int


@event("service_dossier.amendment_refused")
class AmendmentRefused(Event):
    number: int
    reason: SaidText


@event("service_dossier.words_erased")
class DossierWordsErased(WordsErased):
    """Reasons, and the answers of amendments."""
