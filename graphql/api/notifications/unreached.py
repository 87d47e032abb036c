"""The warning beside an address that e-mails do not reach."""

from __future__ import annotations

from collections.abc import Mapping

from domain.notifications.events import Unreached

EMAIL_PROBLEM = "Why a letter did not reach the address (French): somebody should telephone. Null while none was lost."

_PROBLEMS: Mapping[Unreached, str] = {
    Unreached.REFUSED: "Non joint par courriel : la messagerie du destinataire refuse cette adresse. Téléphonez.",
    Unreached.UNUSABLE: "Non joint par courriel : rien ne peut être envoyé à cette adresse. Téléphonez.",
    Unreached.EXPIRED: "Non joint par courriel : cinq jours d'essais n'ont pas suffi. Téléphonez.",
    Unreached.TEXT: "Non joint par SMS. Téléphonez.",
    Unreached.GIVEN_UP: "Non joint par courriel : l'envoi a été abandonné. Téléphonez.",
}


def email_problem(reason: str | None) -> str | None:
    return None if reason is None else _PROBLEMS[Unreached(reason)]
