"""The status of a service dossier, and what it forbids on the animations in the dossier."""

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
    """Return why an attestation may not be corrected (French), given the status of its dossier, or None."""
    if status is DossierStatus.SUBMITTED:
        return "L'animation est dans un dossier soumis : demandez d'abord son renvoi au coordonnateur."
    if status in CERTIFIED:
        return "Le service est certifié : proposez un avenant au dossier, que le coordonnateur devra accepter."
    return None


def sheet_obstacle(status: DossierStatus | None) -> str | None:
    """Return why no other signed sheet may be attached (French), given the status of the dossier, or None."""
    if status in CERTIFIED:
        return "Le service est certifié : ses feuilles d'émargement ne changent plus."
    return correction_obstacle(status)
