"""The page of one registration, for whoever holds its link: see, keep, give up. `/inscriptions/LINK`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from web.core.asking import Answer
from web.core.documents import document
from web.core.linked_page import Button, LinkedPage


def _kept(shown: Mapping[str, Any]) -> bool:
    return bool(shown["registration"]["status"] != "CANCELLED" and not shown["registration"]["toConfirm"])


def _given_up(shown: Mapping[str, Any]) -> bool:
    return bool(shown["registration"]["status"] == "CANCELLED")


#: Actions of the holder of a link or a code.
BUTTONS = {
    "keep": Button(document("registrations/keep"), "registrationKeep", "gardee", reached=_kept),
    "cancel": Button(document("registrations/cancel"), "registrationCancel", "annulee", reached=_given_up),
}
_HEADLINES = {
    "SEATED": "Votre place est réservée",
    "WAITING": "Vous êtes sur la liste d'attente",
    "CANCELLED": "Vous n'êtes plus inscrit(e)",
}
#: What becomes of who no longer comes, and the button that says so.
_LEAVING = {
    "SEATED": ("Votre place sera donnée à une autre famille.", "Renoncer à ma place"),
    "WAITING": ("Vous n'attendrez plus de place.", "Quitter la liste d'attente"),
    "CANCELLED": ("", ""),
}


class RegistrationPage(LinkedPage):
    """The page of a registration."""

    path = "/inscriptions"
    template = "registrations/registration"
    reads = document("registrations/registration")
    buttons = BUTTONS
    unknown = "Ce lien d'inscription n'est pas valable, ou l'inscription a été effacée après l'animation."

    def shown(self, answer: Answer) -> dict[str, Any] | None:
        return shown_of(answer["registration"], self.site.clock())


def shown_of(registration: Mapping[str, Any] | None, now: datetime) -> dict[str, Any] | None:
    """Return what templates show of a registration; None where there is nothing to show."""
    if registration is None or registration["animation"] is None:
        return None
    animation = registration["animation"]
    over, ended = (datetime.fromisoformat(animation[name]) <= now for name in ("startsAt", "endsAt"))
    headline = _HEADLINES[registration["status"]]
    if registration["status"] != "CANCELLED":
        # A cancelled animation has no seats and no waiting list.
        cancelled = animation["status"] == "CANCELLED"
        headline = "L'animation est annulée" if cancelled else "L'animation est passée" if ended else headline
        headline = "L'animation a commencé" if over and not ended and not cancelled else headline
    leaving, leave = _LEAVING[registration["status"]]
    return {
        **{"leaving": leaving, "leave": leave},
        **{"registration": registration, "animation": animation, "headline": headline},
        **{"over": over, "ended": ended},
    }
