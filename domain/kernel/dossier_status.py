"""The status of a service dossier, and what it forbids on the animations in the dossier."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class DossierStatus(StrEnum):
    OPEN = "OPEN"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    CERTIFIED = "CERTIFIED"
    PAID = "PAID"
    #: The certification was withdrawn after the payment: what was paid is due back.
    WITHDRAWN = "WITHDRAWN"
    #: Opened by mistake, and given up before it was ever submitted.
    DISCARDED = "DISCARDED"


STATUS_LABELS: Mapping[DossierStatus, str] = {
    DossierStatus.OPEN: "Ouvert",
    DossierStatus.SUBMITTED: "Soumis au coordonnateur",
    DossierStatus.RETURNED: "Renvoyé à la structure",
    DossierStatus.CERTIFIED: "Service fait certifié",
    DossierStatus.PAID: "Payé",
    DossierStatus.WITHDRAWN: "Certification retirée après paiement",
    DossierStatus.DISCARDED: "Abandonné",
}

#: The service is certified: money may have been paid on it.
CERTIFIED = frozenset({DossierStatus.CERTIFIED, DossierStatus.PAID})
#: Once the service was certified, whatever came of it.
DECIDED = CERTIFIED | {DossierStatus.WITHDRAWN}


def correction_obstacle(status: DossierStatus | None) -> str | None:
    """Return why an attestation may not be corrected (French), given the status of its dossier, or None."""
    if status is DossierStatus.SUBMITTED:
        return "L'animation est dans un dossier soumis : demandez d'abord son renvoi au coordonnateur."
    if status in CERTIFIED:
        return "Le service est certifié : proposez un avenant au dossier, que le coordonnateur devra accepter."
    if status is DossierStatus.WITHDRAWN:
        return "La certification est retirée : la somme payée doit d'abord être recouvrée, ce qui libère l'animation."
    return None


def sheet_obstacle(status: DossierStatus | None) -> str | None:
    """Return why no other signed sheet may be attached (French), given the status of the dossier, or None."""
    if status in CERTIFIED:
        return "Le service est certifié : ses feuilles d'émargement ne changent plus."
    return correction_obstacle(status)
