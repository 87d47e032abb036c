"""Where a candidature stands, and who takes its next step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.candidatures.following.acts import MISSIONS
from web.core.french import day, plural

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


_DECIDED = {"VALIDATED": "Validée", "REJECTED": "Refusée"}


def dates(candidature: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what was done since it was sent, and when: how long the next step has been waited for."""
    done = [
        (_DECIDED.get(candidature["status"]), candidature["decidedAt"]),
        ("Parent contacté", candidature["contactedOn"]),
        ("Attestation demandée", candidature["certificateRequestedAt"]),
        ("Attestation délivrée", candidature["certificateOn"]),
    ]
    return [(said, on) for said, on in done if said and on]


def help_noted(noted: Mapping[str, Any]) -> str:
    """Return what was noted of the parents that a volunteer helped on a day."""
    parents = plural(noted["parents"], "parent", "parents")
    return f"{day(noted['on'])} : {dict(MISSIONS).get(noted['mission'], noted['mission'])}, {parents}"
