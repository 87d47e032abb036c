"""The page of one candidature, for whoever holds its link: follow, withdraw, certificate. `/candidatures/LINK`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.candidatures.following.acts import MISSIONS
from web.candidatures.following.steps import help_noted
from web.core.asking import Answer
from web.core.documents import document
from web.core.forms import Field
from web.core.linked_page import Button, LinkedPage


def _withdrawn(shown: Mapping[str, Any]) -> bool:
    return bool(shown["candidature"]["status"] == "WITHDRAWN")


def _requested(shown: Mapping[str, Any]) -> bool:
    return bool(shown["candidature"]["certificateRequestedAt"] or shown["candidature"]["certificateUrl"])


_BUTTONS = {
    "withdraw": Button(
        document("candidatures/withdraw"), "candidatureWithdraw", fields=("reason",), reached=_withdrawn
    ),
    "help": Button(
        document("candidatures/help"), "candidatureRecordAccompaniment", "note", ("on", "mission", "parents")
    ),
    "certificate": Button(document("candidatures/certificate"), "candidatureRequestCertificate", reached=_requested),
}
#: For each status, what it is called and what comes next.
_STATUSES = {
    "SUBMITTED": (
        "Candidature envoyée",
        "La direction de l'établissement va la lire. Vous serez prévenu(e) par e-mail.",
    ),
    "OPINION_GIVEN": (
        "Candidature à l'étude",
        "La direction a donné son avis. La décision vous sera envoyée par e-mail.",
    ),
    "VALIDATED": ("Candidature acceptée", "Bienvenue ! Le coordonnateur du territoire vous contacte pour la suite."),
    "REJECTED": ("Candidature refusée", "Votre candidature n'a pas été retenue."),
    "WITHDRAWN": ("Candidature retirée", "Vous avez retiré votre candidature."),
}


class CandidaturePage(LinkedPage):
    """The page of a candidature."""

    path = "/candidatures"
    template = "candidatures/candidature"
    reads = document("candidatures/candidature")
    buttons = _BUTTONS
    fields = (
        Field("action", "Action"),
        Field("reason", "Pourquoi", "textarea"),
        Field("on", "Date", "date", required=True),
        Field("mission", "Mission", "select", required=True, options=MISSIONS),
        Field("parents", "Nombre de parents", "number", "Aucun n'est nommé.", True),
    )
    unknown = "Ce lien de candidature n'est pas valable, ou la candidature a été effacée."

    def shown(self, answer: Answer) -> dict[str, Any] | None:
        candidature = answer["candidatureByLink"]
        if candidature is None:
            return None
        headline, explanation = _STATUSES.get(candidature["status"], ("Ma candidature", ""))
        helps = [help_noted(each) for each in candidature["accompaniments"] or ()]
        return {"candidature": candidature, "helps": helps, "headline": headline, "explanation": explanation}
