"""What each role and each status is called in French: on paper, in the terminal, in tables."""

from __future__ import annotations

from collections.abc import Mapping

from domain.kernel.actors import Role

ROLES: Mapping[Role, str] = {
    Role.PUBLIC: "public",
    Role.PARENT: "parent",
    Role.STRUCTURE: "structure",
    Role.MEDIATEUR: "médiateur",
    Role.COORDONNATEUR: "coordonnateur",
    Role.DIRECTOR: "directeur d'école",
    Role.INSPECTOR: "IEN",
    Role.HEAD: "chef d'établissement",
    Role.NATIONAL: "équipe nationale",
    Role.AUDITOR: "auditeur",
    Role.SYSTEM: "système",
}

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
