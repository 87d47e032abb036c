"""Inputs of the mutations on service dossiers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry
from strawberry.file_uploads import Upload

from api.core.commanding.attaching import FILE_DESCRIPTION
from api.core.commanding.inputs import Repeatable, Signable, Versioned, reference, value_of

_CHOSEN = (
    "The animations that it holds, and no others: attested ones of the convention and the period, 500 at most. When"
    " left out, all of them that no other dossier holds."
)


@strawberry.input(description="A new dossier for one structure, one convention, one period.")
class ServiceDossierOpenInput(Repeatable):
    structure_id: strawberry.ID = reference("The structure that asks to be paid: one that the token speaks for.")
    convention_id: strawberry.ID = reference("The convention that says the rate and the pieces required.")
    period_from: date | None = value_of("First day of the period, in the territory. Mandatory.")
    period_until: date | None = value_of("Last day of the period, included. Mandatory.")
    animation_ids: list[strawberry.ID] | None = value_of(_CHOSEN)


@strawberry.input
class ServiceDossierChangeInput(Versioned):
    """An input on an existing dossier; used by other inputs only."""

    dossier_id: strawberry.ID = reference("The dossier.")


@strawberry.input(description="The animations that a dossier holds from now on.")
class ServiceDossierGatherInput(ServiceDossierChangeInput):
    animation_ids: list[strawberry.ID] | None = value_of(_CHOSEN)


@strawberry.input(description="A piece that the convention requires, as a file.")
class ServicePieceAttachInput(ServiceDossierChangeInput):
    piece: str | None = value_of("Which piece: one of the convention's `requiredPieces`, word for word. Mandatory.")
    file: Upload = reference("The piece, or a page of it. " + FILE_DESCRIPTION)
    replaces: str | None = value_of("SHA-256 of the file that it takes the place of; without it, it is a further one.")
    reason: str | None = value_of("Why it takes that place; 2,000 characters at most. Mandatory with `replaces`.")


@strawberry.input(description="A file of a piece that was attached by mistake.")
class ServicePieceWithdrawInput(ServiceDossierChangeInput):
    piece: str | None = value_of("Which piece, word for word. Mandatory.")
    sha256: str | None = value_of("SHA-256 of the file, as in `pieces`. Mandatory.")
    reason: str | None = value_of("Why it is withdrawn; 2,000 characters at most. Mandatory.")


@strawberry.input(description="A dossier that was opened by mistake.")
class ServiceDossierDiscardInput(ServiceDossierChangeInput):
    reason: str | None = value_of("Why it is given up; 2,000 characters at most. Mandatory.")


@strawberry.input(description="A dossier to be submitted to the coordonnateur.")
class ServiceDossierSubmitInput(ServiceDossierChangeInput, Signable):
    pass


@strawberry.input(description="A dossier whose service is done.")
class ServiceDossierCertifyInput(ServiceDossierChangeInput, Signable):
    overrun_reason: str | None = value_of(
        "Why more animations are certified than the convention planned. Mandatory in that case only."
    )
    missing_reason: str | None = value_of(
        "Why it is certified without the signed sheets and pieces that are `missing`. Mandatory in that case only."
    )
    warnings_reason: str | None = value_of("What there is to say to its `warnings`. Mandatory where there are any.")


@strawberry.input(description="A dossier that is sent back to its structure.")
class ServiceDossierReturnInput(ServiceDossierChangeInput):
    reason: str | None = value_of("Why, for the structure to put it right; 2,000 characters at most. Mandatory.")


@strawberry.input(description="The payment of a certified dossier: the certified amount, whole.")
class ServicePaymentRecordInput(ServiceDossierChangeInput, Signable):
    paid_on: date | None = value_of(
        "The day of payment, not in the future nor before that of the certification, in the territory. Mandatory."
    )
    reference: str | None = value_of(
        "The payment's reference, as the payer gives it; 200 characters at most. Mandatory."
    )
    reason: str | None = value_of("Why one reference pays several dossiers. Mandatory in that case only.")


@strawberry.input(description="A certification that does not hold.")
class CertificationWithdrawInput(ServiceDossierChangeInput, Signable):
    reason: str | None = value_of("Why it is withdrawn; 2,000 characters at most. Mandatory.")


@strawberry.input(description="A part, or all, of what was paid unduly, come back.")
class ServiceRecoveryRecordInput(ServiceDossierChangeInput, Signable):
    amount: Decimal | None = value_of("Euros that came back: no more than `toRecover`. Mandatory.")
    recovered_on: date | None = value_of("The day, not before the payment and not in the future. Mandatory.")
    reference: str | None = value_of("The reference of the transfer or receipt; 200 characters at most. Mandatory.")


@strawberry.input(description="Other figures for a certified attestation.")
class ServiceAmendmentProposeInput(ServiceDossierChangeInput, Signable):
    animation_id: strawberry.ID = reference("The animation, one of the dossier's.")
    parents: int | None = value_of("How many parents were present. Mandatory.")
    children: int | None = value_of("How many children were present; 0, the default, where the type admits none.")
    answers: list[str] | None = value_of("Answers to the questions of the form in force, in their order.")
    reason: str | None = value_of("Why the certified figures are wrong; 2,000 characters at most. Mandatory.")


@strawberry.input(description="An amendment that is accepted: the attestation is corrected with it.")
class ServiceAmendmentAcceptInput(ServiceDossierChangeInput, Signable):
    number: int | None = value_of("The amendment's number in the dossier. Mandatory.")


@strawberry.input(description="An amendment that is refused: the certified figures stand.")
class ServiceAmendmentRefuseInput(ServiceDossierChangeInput):
    number: int | None = value_of("The amendment's number in the dossier. Mandatory.")
    reason: str | None = value_of("Why, 2,000 characters at most. Mandatory.")
