"""What each role and each status is called in French: on paper, in the terminal, in tables."""

from __future__ import annotations

from collections.abc import Mapping

from domain.kernel.actors import ROLE_NAMES, Role

ROLES: Mapping[Role, str] = ROLE_NAMES

#: Where an animation, a dossier, a control or a candidature stands, as their read models say it.
STATUSES: Mapping[str, str] = {
    "ANNOUNCED": "annoncé",
    "CANCELLED": "annulée",
    "CERTIFIED": "service fait certifié",
    "CLOSED": "clos",
    "OPEN": "ouvert",
    "OPINION_GIVEN": "avis donné",
    "PAID": "payé",
    "PUBLISHED": "publiée",
    "REFUSED": "refusée",
    "REJECTED": "rejetée",
    "RETURNED": "renvoyé à la structure",
    "SUBMITTED": "soumis, en attente de décision",
    "VALIDATED": "validée",
    "WITHDRAWN": "retirée",
}
