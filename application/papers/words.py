"""French words for each role and each status: on paper, in the terminal, in tables."""

from __future__ import annotations

from collections.abc import Mapping

from domain.kernel.actors import ROLE_NAMES, Role

ROLES: Mapping[Role, str] = ROLE_NAMES

#: Names of territories by code, for a paper that is laid out of codes alone; a territory that joins later is shown by
#: its code.
TERRITORIES: Mapping[str, str] = {
    "02": "Aisne",
    "13": "Bouches-du-Rhône",
    "18": "Cher",
    "25": "Doubs",
    "29": "Finistère",
    "2A": "Corse-du-Sud",
    "34": "Hérault",
    "38": "Isère",
    "86": "Vienne",
    "88": "Vosges",
    "95": "Val-d'Oise",
    "971": "Guadeloupe",
}

#: Where an animation, a dossier, a control or a candidature stands, as their read models say it.
STATUSES: Mapping[str, str] = {
    "ANNOUNCED": "annoncé",
    "CANCELLED": "annulée",
    "CERTIFIED": "service fait certifié",
    "CLOSED": "clos",
    "DISCARDED": "abandonné",
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
