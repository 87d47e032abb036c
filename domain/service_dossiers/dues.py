"""The sums of a certified dossier: what is due, and what is due back once less is due than was paid."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from domain.kernel.dossier_status import DossierStatus
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.submission import amount_of

NOTHING = Decimal("0.00")


def amount_without(dossier: ServiceDossier, void: Collection[UUID]) -> Decimal:
    """Return the dossier's amount, without these of its animations."""
    return amount_of(line for line in dossier.lines if line.animation_id not in void)


def due_back(dossier: ServiceDossier) -> Decimal:
    """Return what is still due back of the payment: what was paid, without what is due and what came back.

    Nothing before the payment; below zero if more has come back already.
    """
    if dossier.paid is None:
        return NOTHING
    due = NOTHING if dossier.status is DossierStatus.WITHDRAWN else amount_without(dossier, _not_due(dossier))
    return dossier.paid - due - dossier.recovered


def _not_due(dossier: ServiceDossier) -> frozenset[UUID]:
    """Return the animations that are not due: nobody came, or a control refused a piece that they rest on."""
    refused = [piece for pieces in dossier.controls.values() for piece in pieces or ()]
    if any(piece.animation_id is None for piece in refused):
        # A piece of the whole dossier.
        return frozenset(dossier.animation_ids)
    return dossier.void | {piece.animation_id for piece in refused if piece.animation_id is not None}
