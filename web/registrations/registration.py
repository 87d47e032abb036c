"""The page of one registration, for who holds its link: see, keep, give up. `/inscriptions/LINK`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from web.core.asking import Answer
from web.core.documents import document
from web.core.linked_page import Button, LinkedPage

#: What who holds a link or a code may do.
BUTTONS = {
    "keep": Button(document("registrations/keep"), "registrationKeep", "gardee"),
    "cancel": Button(document("registrations/cancel"), "registrationCancel", "annulee"),
}


class RegistrationPage(LinkedPage):
    """The page of a registration."""

    path = "/inscriptions"
    template = "registrations/registration"
    reads = document("registrations/registration")
    buttons = BUTTONS
    unknown = "Ce lien d'inscription n'est pas valable, ou l'inscription a été effacée après l'animation."

    def shown(self, answer: Answer) -> dict[str, Any] | None:
        registration = answer["registration"]
        if registration is None or registration["animation"] is None:
            return None
        animation = registration["animation"]
        return {
            "registration": registration,
            "animation": animation,
            "over": self._is_past(animation["startsAt"]),
            "ended": self._is_past(animation["endsAt"]),
        }

    def _is_past(self, instant: str) -> bool:
        return datetime.fromisoformat(instant) <= self.site.clock()
