"""The acts on a control: announce it, judge its pieces, answer to a refusal, close it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.core.acts import Act
from web.core.documents import document
from web.core.forms import Field

_PIECE, _SEEN = Field("piece", "Pièce", hidden=True), Field("seen", "Constat vu", hidden=True)
#: Why a piece is refused, as `ControlReasonCode` of the API has it.
_REASONS = (
    ("UNSIGNED", "Pièce non signée"),
    ("ILLEGIBLE", "Pièce illisible"),
    ("MISSING", "Pièce absente"),
    ("FIGURES_DIFFER", "Chiffres différents de l'attestation"),
    ("WRONG_ANIMATION", "Pièce d'une autre animation"),
    ("OTHER", "Autre motif, à expliquer"),
)


def _without_seen(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != _SEEN.name}


ANNOUNCE = Act(
    "annoncer",
    document("controls/mutations/announce"),
    "Annoncer un contrôle",
    "Annoncer le contrôle",
    "Le contrôle est annoncé. Le tirage suit tout seul, à la prochaine signature du journal.",
    (
        Field("name", "Nom du contrôle", hint="Par exemple : Contrôle du printemps", required=True),
        Field("periodFrom", "Dossiers certifiés à partir du", "date", required=True),
        Field("periodUntil", "Jusqu'au", "date", required=True),
        Field("sharePercent", "Part des dossiers à tirer, sur cent", "percent", hint="De 1 à 100", required=True),
        Field("territory", "Territoire", "select"),
    ),
    "Personne ne choisit les dossiers : le tirage suit d'une signature du journal faite après l'annonce."
    " Chacun peut le refaire et trouver le même.",
)
JUDGE = Act(
    "juger",
    document("controls/mutations/judge"),
    "Juger cette pièce",
    "Enregistrer",
    "Le constat est enregistré.",
    (
        _PIECE,
        _SEEN,
        Field(
            "accepted",
            "Votre constat",
            "yesno",
            required=True,
            options=(("oui", "Pièce conforme"), ("non", "Pièce refusée")),
        ),
        Field("reasonCode", "Motif du refus", "select", hint="Seulement pour un refus.", options=_REASONS),
        Field("comment", "Ce que vous ajoutez", "textarea"),
    ),
    code="CONTROL_PIECE_JUDGE",
    convert=_without_seen,
)
ANSWER = Act(
    "repondre",
    document("controls/mutations/answer"),
    "Répondre à ce refus",
    "Envoyer la réponse",
    "La réponse est enregistrée.",
    (_PIECE, _SEEN, Field("answer", "Réponse", "textarea", hint="Le contrôleur la lira.", required=True)),
    code="CONTROL_ANSWER",
    convert=_without_seen,
)
CLOSE = Act(
    "clore",
    document("controls/mutations/close"),
    "Clore le contrôle",
    "Clore le contrôle",
    "Le contrôle est clos.",
    (Field("conclusion", "Conclusion", "textarea", required=True),),
    "Après, seul un refus peut encore être levé.",
    "CONTROL_CLOSE",
)
#: French names of the states of a control, and the kind of their badge.
STATES = {
    "ANNOUNCED": ("Annoncé, pas encore tiré", "info"),
    "OPEN": ("En cours", "warning"),
    "CLOSED": ("Clos", "success"),
}
