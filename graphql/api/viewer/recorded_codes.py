"""What recorded codes mean, for the person that they were recorded of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from domain.candidatures.missions import MISSION_LABELS
from domain.kernel.actors import ROLE_NAMES
from domain.kernel.schools import Degree
from domain.notifications.events import Unreached
from domain.passkeys.events import WithdrawalReason

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
#: By the name of the field, or where others of that name are free words, by that of the event and the field.
_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "role": {role.value: name for role, name in ROLE_NAMES.items()},
    "degree": {Degree.FIRST.value: "premier degré (école)", Degree.SECOND.value: "second degré (collège ou lycée)"},
    "mission": {mission.value: label for mission, label in MISSION_LABELS.items()},
    "withdrawn_because": {
        WithdrawalReason.LOST.value: "perte",
        WithdrawalReason.STOLEN.value: "vol",
        WithdrawalReason.LEFT.value: "départ",
    },
    "letter.refused reason": {
        Unreached.REFUSED.value: "la messagerie du destinataire refuse cette adresse",
        Unreached.UNUSABLE.value: "rien ne peut être envoyé à cette adresse",
        Unreached.EXPIRED.value: "cinq jours d'essais n'ont pas suffi",
        Unreached.GIVEN_UP.value: "l'envoi a été abandonné",
        Unreached.TEXT.value: "le SMS n'est pas arrivé",
    },
}


def meaning(event: str, field: str, value: str) -> str:
    """Return a text of an event as people write it: codes in French, days as they are written in France."""
    known = _MEANINGS.get(field) or _MEANINGS.get(f"{event} {field}") or {}
    if value in known:
        return known[value]
    return f"{date.fromisoformat(value):%d/%m/%Y}" if _DAY.fullmatch(value) else value
