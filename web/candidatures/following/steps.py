"""Where a candidature stands, and who takes its next step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FIRST = "FIRST"


def next_step(candidature: Mapping[str, Any]) -> tuple[str, str]:
    """Return what comes next, and the kind of its badge."""
    match candidature["status"]:
        case "SUBMITTED" if candidature["degree"] == _FIRST:
            return "Attend l'avis de la direction", "info"
        case "SUBMITTED":
            return "Attend la décision du chef d'établissement", "info"
        case "OPINION_GIVEN":
            return "Attend la décision de l'inspection", "info"
        case "REJECTED":
            return "Refusée", "error"
        case "WITHDRAWN":
            return "Retirée", "error"
    if candidature["contactedOn"] is None:
        return "À contacter par le coordonnateur", "warning"
    if candidature["certificateRequestedAt"] is not None and candidature["certificateOn"] is None:
        return "Attestation de bénévolat à délivrer", "warning"
    return "Suivi en cours", "success"
