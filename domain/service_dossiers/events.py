"""What happens to a service dossier, as recorded (docs/glossary.md, "Proof of service and payment").

Amounts are euros with two decimals; days are calendar days in the territory.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel.euros import Amount
from domain.kernel.events import Event, FreeText, WordsErased, event


class ServiceLine(BaseModel):
    """One animation as it stood when the dossier was submitted. `sheets` are the SHA-256 of its signed pages.

    `rate` is the convention's on that day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    animation_id: UUID = Field(title="animation")
    animation_version: int = Field(title="version")
    held_on: date = Field(title="le")
    parents: int = Field(title="parents")
    children: int = Field(title="enfants")
    sheets: tuple[str, ...] = Field(title="feuilles")
    rate: Amount = Field(title="tarif (€)")


class ServiceWarning(BaseModel):
    """An unusual fact about a dossier, by a code of `domain.service_dossiers.warnings`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(title="signalement")
    animation_id: UUID
    #: The other animation, where two are alike.
    other_id: UUID | None = Field(title="autre animation")


@event("service_dossier.opened", "Dossier de service fait ouvert")
class DossierOpened(Event):
    structure_id: UUID
    convention_id: UUID = Field(title="convention")
    territory: str = Field(title="territoire")
    period_from: date = Field(title="période du")
    period_until: date = Field(title="période jusqu'au")


@event("service_dossier.gathered", "Animations du dossier rassemblées")
class DossierGathered(Event):
    """All animations of the dossier from now on. A returned dossier is in preparation again."""

    animation_ids: tuple[UUID, ...] = Field(title="animations")


@event("service_dossier.discarded", "Dossier de service fait abandonné")
class DossierDiscarded(Event):
    """A dossier that was opened by mistake, and never submitted. Its animations are free for another."""

    reason: FreeText = Field(title="motif")


def _the_only_file(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "replaces": None, "reason": None}


@event("service_dossier.piece_attached", "Pièce justificative jointe", upcasters=(_the_only_file,))
class PieceAttached(Event):
    """A file of a piece that the convention requires, kept outside the log under its SHA-256.

    It takes the place of the files of that piece that it `replaces`, for a `reason`; of all of them where that is None,
    as in the oldest events.
    """

    piece: str = Field(title="pièce")
    file_name: str = Field(title="fichier")
    media_type: str = Field(title="format")
    size: int = Field(title="octets")
    sha256: str = Field(title="empreinte SHA-256")
    replaces: tuple[str, ...] | None = Field(title="à la place de")
    reason: FreeText | None


@event("service_dossier.piece_withdrawn", "Fichier d'une pièce justificative retiré")
class PieceWithdrawn(Event):
    """A file that was attached by mistake."""

    piece: str
    sha256: str
    reason: FreeText


def _one_rate_for_all(data: dict[str, Any]) -> dict[str, Any]:
    rate = data["rate_per_animation"]
    return {**data, "lines": [{**line, "rate": rate} for line in data["lines"]], "agreed_rate": rate}


def _one_page_a_sheet(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "lines": [_line_with_pages(**line) for line in data["lines"]]}


def _line_with_pages(sheet: str | None, **line: Any) -> dict[str, Any]:
    return {**line, "sheets": [] if sheet is None else [sheet]}


@event(
    "service_dossier.submitted",
    "Dossier soumis au coordonnateur",
    upcasters=(_one_rate_for_all, _one_page_a_sheet),
)
class DossierSubmitted(Event):
    """The structure claims payment, by the terms of the convention on that day.

    `rate_per_animation` is the rate of all lines, None where they differ; `agreed_rate` the one agreed last.
    """

    lines: tuple[ServiceLine, ...] = Field(title="animations")
    rate_per_animation: Amount | None = Field(title="tarif par animation (€)")
    agreed_rate: Amount | None = Field(title="dernier tarif convenu (€)")
    planned_animations: int | None = Field(title="animations prévues")
    required_pieces: tuple[str, ...] = Field(title="pièces demandées")
    amount: Amount = Field(title="montant (€)")
    submitted_by: str = Field(title="soumis par")


@event("service_dossier.returned", "Dossier renvoyé à la structure")
class DossierReturned(Event):
    reason: FreeText = Field(title="motif")


def _asking_nothing(data: dict[str, Any]) -> dict[str, Any]:
    nothing: dict[str, Any] = {"missing_sheets": [], "missing_pieces": [], "warnings": []}
    return {**data, **nothing, **dict.fromkeys(("certified_on", "missing_reason", "warnings_reason"))}


@event("service_dossier.certified", "Service fait certifié", upcasters=(_asking_nothing,))
class DossierCertified(Event):
    """The coordonnateur certified the service. `already_certified` counts the convention's animations before this.

    `overrun_reason` says why more animations are certified than the convention planned; `missing_reason` why without
    these sheets and pieces; `warnings_reason` answers the warnings. `certified_on` is the day in the territory. Old
    events asked for none of this.
    """

    animations: int = Field(title="animations certifiées")
    rate_per_animation: Amount | None
    amount: Amount
    planned_animations: int | None
    already_certified: int = Field(title="certifiées auparavant")
    overrun_reason: FreeText | None = Field(title="motif du dépassement")
    certified_on: date | None = Field(title="certifié le")
    missing_sheets: tuple[UUID, ...] = Field(title="sans liste d'émargement")
    missing_pieces: tuple[str, ...] = Field(title="pièces manquantes")
    missing_reason: FreeText | None = Field(title="motif de ce qui manque")
    warnings: tuple[ServiceWarning, ...] = Field(title="signalements")
    warnings_reason: FreeText | None = Field(title="réponse aux signalements")


def _by_one_transfer(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "also_paid": [], "reason": None}


@event("service_dossier.paid", "Paiement enregistré", upcasters=(_by_one_transfer,))
class DossierPaid(Event):
    """`reason` says why one reference pays several dossiers; `also_paid` are those that it had paid before."""

    paid_on: date = Field(title="payé le")
    reference: str = Field(title="référence")
    amount: Amount
    also_paid: tuple[UUID, ...] = Field(title="dossiers de même référence")
    reason: FreeText | None


@event("service_dossier.certification_withdrawn", "Certification du service fait retirée")
class CertificationWithdrawn(Event):
    """The certification of so many animations, for that amount, counts no more.

    Before payment the dossier is submitted again. Afterwards `to_recover` is what is due back of the payment.
    """

    reason: FreeText
    animations: int
    amount: Amount
    to_recover: Amount = Field(title="à recouvrer (€)")


@event("service_dossier.recovered", "Recouvrement enregistré")
class DossierRecovered(Event):
    """A part, or all, of what was paid unduly came back. `to_recover` is what is still due after it."""

    recovered_on: date = Field(title="recouvré le")
    reference: str
    amount: Amount
    to_recover: Amount


@event("service_dossier.drawn", "Dossier tiré au sort pour un contrôle")
class DossierDrawn(Event):
    """Until the control is closed the dossier is not paid."""

    control_id: UUID = Field(title="contrôle")


class RefusedPiece(BaseModel):
    """A piece that a control refused, by the control's own names; `animation_id` where it is one animation's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    piece: str = Field(title="pièce")
    reason_code: str = Field(title="code du motif")
    animation_id: UUID | None = Field(title="animation")


@event("service_dossier.controlled", "Contrôle du dossier achevé")
class DossierControlled(Event):
    """A control that drew the dossier was closed, or the auditor thought again about a refusal.

    What is refused is not paid. `to_recover` is what is then due back of a payment.
    """

    control_id: UUID
    accepted: int = Field(title="acceptées")
    refused: tuple[RefusedPiece, ...] = Field(title="refusées")
    to_recover: Amount


@event("service_dossier.amendment_proposed", "Avenant proposé")
class AmendmentProposed(Event):
    """Other figures for an attestation that is certified. Amendments of a dossier are numbered from 1."""

    number: int = Field(title="numéro")
    animation_id: UUID
    parents: int
    children: int
    form_version: int = Field(title="version des questions")
    answers: tuple[FreeText, ...] = Field(title="réponses")
    reason: FreeText


def _with_sums(data: dict[str, Any]) -> dict[str, Any]:
    """Earlier amendments did not say what they do to the sum, which they left as it was."""
    return {**data, "amount_before": None, "amount_after": None, "to_recover": None}


@event("service_dossier.amendment_accepted", "Avenant accepté", upcasters=(_with_sums,))
class AmendmentAccepted(Event):
    """The dossier's amount before and after: an animation to which nobody came is not paid.

    `to_recover` is what is then due back of a payment. All three are None for what was recorded without them.
    """

    number: int
    amount_before: Amount | None = Field(title="montant avant (€)")
    amount_after: Amount | None = Field(title="montant après (€)")
    to_recover: Amount | None


@event("service_dossier.amendment_refused", "Avenant refusé")
class AmendmentRefused(Event):
    number: int
    reason: FreeText


@event("service_dossier.words_erased", "Textes du dossier effacés")
class DossierWordsErased(WordsErased):
    """Erased: reasons, and the answers of amendments."""
