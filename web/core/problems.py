"""Why a page cannot be shown, in words that help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_MISSING = ("NOT_FOUND", "INVALID")
_AWAY = ("UNAVAILABLE", "POSITION_NOT_REACHED", "SIGN_IN_UNAVAILABLE")


@dataclass
class Problem(Exception):
    """`title` and `message` are shown to the reader."""

    status: int
    title: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    #: The unanswerable parts of the question, by the names of the API: for pages to name as their readers see them.
    where: tuple[str, ...] = ()

    @classmethod
    def among(cls, errors: Iterable[Mapping[str, Any]]) -> Problem | None:
        """Return what stands against the whole page, or None."""
        for error in errors:
            extensions = error.get("extensions") or {}
            code, message = extensions.get("code"), str(error.get("message") or "")
            if code in _MISSING:
                return cls(404, "Page introuvable", message, where=tuple(map(str, extensions.get("field") or ())))
            if code in _AWAY:
                return cls(503, "Service momentanément indisponible", _AGAIN, {"Retry-After": "5"})
            if code == "TOO_MANY_REQUESTS":
                seconds = str(extensions.get("retryAfter") or 30)
                return cls(429, "Trop de demandes", message, {"Retry-After": seconds})
            if code == "UNAUTHENTICATED":
                return cls(401, "Connexion nécessaire", message)
            if code == "FORBIDDEN":
                return cls(403, "Page réservée", message)
            return cls.unexpected(extensions.get("incident"))
        return None

    @classmethod
    def missing(cls, message: str = "") -> Problem:
        return cls(404, "Page introuvable", message)

    @classmethod
    def too_much(cls) -> Problem:
        return cls(413, "Envoi refusé", f"C'est trop en une fois. Rien n'est enregistré. {GO_BACK} Envoyez-en moins.")

    @classmethod
    def unexpected(cls, incident: str | None) -> Problem:
        number = f" Si vous nous écrivez, donnez ce numéro : {incident}." if incident else ""
        return cls(
            500, "Erreur inattendue", f"Le service n'a pas pu répondre. Réessayez dans quelques minutes.{number}"
        )


GO_BACK = "Revenez à la page précédente : le plus souvent, votre navigateur y a gardé ce que vous avez saisi."
_AGAIN = "Le service ne répond pas pour le moment. Rien n'est perdu : réessayez dans quelques minutes."
