"""What may be done with subscriptions of other systems, each with its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from web.core.acts import Act
from web.core.documents import document
from web.core.forms import Field

#: The most kinds that the API takes.
_MOST_KINDS = 50


def _subscribed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Put the kinds that were typed first: what is wrong with one is told by its place."""
    kept = {name: value for name, value in values.items() if name not in ("families", "precise", "owner")}
    kinds = [*(values.get("precise") or ()), *(values.get("families") or ())]
    return kept | ({"kinds": kinds} if kinds else {}) | _owner(str(values.get("owner", "")))


def _owner(text: str) -> dict[str, str]:
    name, _, value = text.partition(":")
    return {name: value} if name in ("structureId", "territory") else {}


SUBSCRIBE = Act(
    "abonner",
    document("webhooks/mutations/subscribe"),
    "Abonner un logiciel",
    "Créer l'abonnement",
    "L'abonnement est créé.",
    (
        Field("owner", "Événements de", "select", required=True),
        Field(
            "url",
            "Adresse de réception",
            "url",
            "Donnée par le logiciel. Exemple : https://agenda.exemple.fr/evenements",
            True,
        ),
        Field("families", "Ce que le logiciel suit", "choices", "Cochez un sujet : tous ses événements sont envoyés."),
        Field(
            "precise",
            "Certains événements seulement",
            "lines",
            "Un nom par ligne, pris dans la liste plus bas. Exemple : animation.published",
        ),
    ),
    "À partir de maintenant, chaque événement est envoyé à cette adresse, signé. Aucun nom de personne n'y figure.",
    convert=_subscribed,
    places={
        "kinds": "families",
        "structureId": "owner",
        "territory": "owner",
        **{f"kinds.{place}": "precise" for place in range(_MOST_KINDS + 1)},
    },
)
ROTATE = Act(
    "secret",
    document("webhooks/mutations/rotate"),
    "Changer le secret",
    "Créer un nouveau secret",
    "Le secret est changé.",
    explanation="Si le secret est perdu, ou si quelqu'un d'autre l'a lu. Pendant un jour, chaque message porte les deux"
    " signatures : celle de l'ancien secret et celle du nouveau.",
)
PAUSE = Act(
    "suspendre",
    document("webhooks/mutations/pause"),
    "Suspendre l'envoi",
    "Suspendre",
    "L'envoi est suspendu. Ce qui se passe d'ici là attend.",
    explanation="Les événements attendent. Ils partent quand vous reprenez.",
)
RESUME = Act(
    "reprendre",
    document("webhooks/mutations/resume"),
    "Reprendre l'envoi",
    "Reprendre",
    "L'envoi a repris, là où il s'était arrêté.",
    explanation="L'envoi repart là où il s'était arrêté : rien n'est perdu.",
)
REPLAY = Act(
    "renvoyer",
    document("webhooks/mutations/replay"),
    "Renvoyer à partir d'une position",
    "Renvoyer",
    "L'envoi repart de cette position.",
    (
        Field(
            "fromPosition",
            "Position du premier événement à renvoyer",
            "number",
            "Les positions sont dans la liste des messages. 1 : tout depuis le début.",
            True,
        ),
    ),
    "Chaque message garde son numéro (webhook-id) : le logiciel reconnaît ce qu'il a déjà reçu.",
)
END = Act(
    "resilier",
    document("webhooks/mutations/end"),
    "Résilier l'abonnement",
    "Résilier pour toujours",
    "L'abonnement est résilié. Plus rien n'est envoyé.",
    explanation="Rien n'est plus envoyé à cette adresse, et l'abonnement ne peut pas reprendre.",
)
ACTS: Sequence[Act] = (RESUME, REPLAY, PAUSE, ROTATE, END)
#: Acts by the status of the subscription.
OPEN: Mapping[str, Sequence[Act]] = {
    "ACTIVE": (REPLAY, PAUSE, ROTATE, END),
    "PAUSED": (RESUME, REPLAY, ROTATE, END),
    "ENDED": (),
}
