"""Words for subscriptions: what can be followed, how a delivery stands, why one failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

STATUSES = {"ACTIVE": ("Actif", "success"), "PAUSED": ("Suspendu", "warning"), "ENDED": ("Résilié", "new")}
PAUSES = {
    "BY_HAND": "Suspendu par une personne.",
    "FAILURES": "Suspendu parce que trois messages de suite ne sont pas arrivés.",
    "GONE": "Suspendu parce que le logiciel a répondu qu'il n'en veut plus (410).",
}
STATES = {"DELIVERED": "Livrés", "RETRYING": "En cours d'envoi", "DEAD": "Abandonnés"}
#: French names of families of kinds.
FAMILIES = {
    "action_group": "Groupes de recherche-action, sans leurs membres",
    "animation": "Animations",
    "animation_request": "Demandes d'animation des établissements",
    "candidature": "Accompagnements par les Parents Ressource, sans aucun nom",
    "control": "Contrôles",
    "convention": "Conventions",
    "logo": "Logos",
    "publication": "Actualités et ressources",
    "registration": "Inscriptions, sans aucun nom",
    "school": "Établissements",
    "school_project": "Projets d'établissement",
    "service_dossier": "Dossiers de service fait",
    "strategy": "Stratégies des territoires",
    "structure": "Structures",
    "territory": "Territoires",
    "typology": "Listes de choix : thèmes, types, publics",
}
_ALL = ".*"
_FAILURES = {
    "no answer in time": "pas de réponse en dix secondes",
    "redirects are not followed": "le logiciel renvoie vers une autre adresse, ce qui n'est pas suivi",
    "the host is not known": "le nom du serveur n'existe pas",
    "the host is of a private network": "le serveur est sur un réseau privé",
    "ConnectError": "la connexion au serveur n'a pas pu être établie",
}


def families(kinds: Iterable[Mapping[str, str]]) -> Sequence[tuple[str, str]]:
    """Return each family of these kinds, as the API takes it, and what it is called."""
    names = dict.fromkeys(each["kind"].partition(".")[0] for each in kinds)
    return [(f"{name}{_ALL}", FAMILIES.get(name, name)) for name in names]


def followed(chosen: Iterable[str], kinds: Iterable[Mapping[str, str]]) -> Sequence[str]:
    """Return what a subscription follows, in French."""
    sentences = {each["kind"]: each["sentence"] for each in kinds}
    return [
        FAMILIES.get(kind.removesuffix(_ALL), kind) if kind.endswith(_ALL) else sentences.get(kind, kind)
        for kind in chosen
    ]


def failure(reason: str | None, status: int | None = None) -> str | None:
    """Return why a message was not accepted, in French."""
    if reason is None:
        return None
    if status is None and reason.startswith("refused: "):
        status = int(reason.removeprefix("refused: "))
    if reason.startswith("refused: "):
        return f"le logiciel a répondu « {status} »"
    return _FAILURES.get(reason, f"la connexion a échoué ({reason})")


def owner_of(webhook: Mapping[str, Any]) -> str:
    owner = webhook["structure"] or webhook["territory"]
    return str(owner["name"]) if owner else "Tout le pays"
