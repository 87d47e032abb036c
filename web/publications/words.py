"""French words for the kinds, degrees and states of publications."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "NEWS": "Actualité",
    "WORKSHOP": "Atelier clé en main",
    "RECEIVED_IDEA": "Idée reçue",
    "TUTORIAL": "Tutoriel",
    "VIDEO": "Vidéo",
    "KIT": "Kit",
    "LESSON": "Retour d'expérience",
}
DEGREES: Mapping[str, str] = {
    "FIRST": "Premier degré : écoles",
    "SECOND": "Second degré : collèges et lycées",
}
#: The states for people, with the colour of their badge.
STATES: Mapping[str, tuple[str, str]] = {
    "PROPOSED": ("En attente", "warning"),
    "PUBLISHED": ("En ligne", "success"),
    "REFUSED": ("Refusée", "error"),
    "WITHDRAWN": ("Retirée", "error"),
}


def choices(labels: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the labels as a filter takes them."""
    return [{"code": code, "label": label} for code, label in labels.items()]
