"""French names of the fields of a form: the words that messages begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from domain.kernel.events import field_names, registered_events

#: Fields of commands alone, and fields whose title in an event only reads well before a value.
_IN_FORMS: Mapping[str, str] = {
    "accept_uncovered": "accord sur les animations non couvertes",
    "account_id": "compte",
    "ahead": "avance du rappel",
    "animation_ids": "animations",
    "audience": "public visé",
    "author_email": "adresse électronique de l'auteur",
    "candidature_id": "candidature",
    "candidature_ids": "parents ressources",
    "changes": "modifications",
    "csv": "fichier",
    "dates": "dates",
    "day": "jour de l'animation",
    "days": "nombre de jours",
    "draft": "fichier",
    "effective_from": "date d'effet",
    "every": "rythme",
    "expected_version": "version attendue",
    "file": "fichier",
    "group_id": "groupe",
    "idempotency_key": "clé d'idempotence",
    "into": "terme d'arrivée",
    "link": "lien",
    "number": "numéro",
    "owner_id": "objet",
    "on": "date",
    "paid_on": "date du paiement",
    "period_from": "début de la période",
    "period_until": "fin de la période",
    "person_id": "personne",
    "request_id": "demande",
    "publication_id": "publication",
    "recovered_on": "date du recouvrement",
    "signature": "signature",
    "signed_on": "date de signature",
    "since": "date d'effet",
    "source": "terme de départ",
    "strategy_id": "stratégie",
    "structure_id": "structure",
    "structure_name": "nom de la structure",
    "thing_id": "objet",
    "time_zone": "fuseau horaire",
    "type": "type d'animation",
    "until": "fin",
    "valid_from": "début de validité",
    "valid_until": "fin de validité",
    "venue_name": "nom du lieu",
    "wished_from": "premier jour souhaité",
    "wished_until": "dernier jour souhaité",
    "webhook_id": "abonnement",
    "without": "jours exclus",
}


@lru_cache(maxsize=4)
def _labels(events: int) -> Mapping[str, str]:
    return {**field_names(), **_IN_FORMS}


def label_of(path: Sequence[str], own: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return what people call the field at this path of a command, empty if it has no French name.

    `("themes", "1")` is « Thèmes (2) ». `own`: what the command itself calls its fields.
    """
    # More events may be registered since.
    labels, parts = {**_labels(len(registered_events())), **own}, list[str]()
    for part in path:
        if part.isdigit() and parts:
            parts[-1] += f" ({int(part) + 1})"
        elif part in labels:
            parts.append(labels[part])
    label = ", ".join(parts)
    return label[:1].upper() + label[1:]


def sentence(path: Sequence[str], words: str, own: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the sentence for a person about the field at this path, under its own name if it has no French one."""
    label = label_of(path, own) or ".".join(path)
    return f"{label} : {words}." if label else f"{words[:1].upper()}{words[1:]}."
