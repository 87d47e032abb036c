"""Where a service dossier stands, and what that forbids on the animations that it holds."""

from __future__ import annotations

from enum import StrEnum


class DossierStatus(StrEnum):
    OPEN = "OPEN"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    CERTIFIED = "CERTIFIED"
    PAID = "PAID"


#: The service is certified: money may have been paid on it.
CERTIFIED = frozenset({DossierStatus.CERTIFIED, DossierStatus.PAID})


def correction_obstacle(status: DossierStatus | None) -> str | None:
    """Why an attestation may not be corrected, given the status of the dossier that holds its animation (French)."""
    if status is DossierStatus.SUBMITTED:
        return "L'animation est dans un dossier soumis : demandez d'abord son renvoi au coordonnateur."
    if status in CERTIFIED:
        return "Le service est certifié : proposez un avenant au dossier, que le coordonnateur devra accepter."
    return None


def sheet_obstacle(status: DossierStatus | None) -> str | None:
    """Why no other signed sheet may be attached, given the status of the dossier that holds its animation (French)."""
    if status in CERTIFIED:
        return "Le service est certifié : ses feuilles d'émargement ne changent plus."
    return correction_obstacle(status)
