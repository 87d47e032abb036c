"""History in French: what the fields of events are called, and how their values are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel

FIELDS: Mapping[str, str] = {
    "about": "lettre au sujet de",
    "about_id": "identifiant du destinataire",
    "accepted": "acceptées",
    "address": "adresse",
    "admits_children": "enfants admis",
    "already_certified": "certifiées auparavant",
    "amount": "montant (€)",
    "animation_id": "animation",
    "animation_ids": "animations",
    "animation_types": "pour les types",
    "animation_version": "version",
    "animations": "animations certifiées",
    "answer": "réponse",
    "answers": "réponses",
    "audience": "public",
    "children": "enfants",
    "cloned_from": "copie de",
    "code": "code",
    "comment": "commentaire",
    "commune_code": "commune",
    "conclusion": "conclusion",
    "contact": "adresse (pseudonyme)",
    "contact_id": "contact",
    "contact_ids": "contacts",
    "convention_id": "convention",
    "coordonnateur": "coordonnateur",
    "declared_late": "déclarée après son début",
    "degree": "degré",
    "description": "description",
    "dossier_id": "dossier",
    "drawn": "dossiers tirés au sort",
    "email": "courriel",
    "ends_at": "fin",
    "family": "famille",
    "favourable": "favorable",
    "file_name": "fichier",
    "first_name": "prénom",
    "form_version": "version des questions",
    "held_on": "le",
    "hours": "horaires",
    "into": "dans",
    "invitation_id": "invitation",
    "kind": "liste",
    "label": "libellé",
    "last_name": "nom",
    "lines": "animations",
    "mandate_id": "mandat",
    "media_type": "format",
    "motivation": "motivation",
    "muted": "sans e-mail pour",
    "name": "nom",
    "number": "avenant n°",
    "note": "note",
    "on": "le",
    "on_behalf": "inscrit par un tiers",
    "overrun_reason": "motif du dépassement",
    "paid_on": "payé le",
    "parents": "parents",
    "parts": "parties",
    "period_from": "période du",
    "period_until": "période jusqu'au",
    "phone": "téléphone",
    "piece": "pièce",
    "planned_animations": "animations prévues",
    "population": "dossiers de la période",
    "questions": "questions",
    "rate_per_animation": "tarif par animation (€)",
    "reason": "motif",
    "reason_code": "code du motif",
    "recipients": "boîtes",
    "reference": "référence",
    "refused": "refusées",
    "registration_id": "inscription",
    "repeats": "répète",
    "required_pieces": "pièces demandées",
    "runs_candidatures": "recueille des candidatures",
    "schools": "établissements",
    "school_uai": "établissement",
    "seated": "a une place",
    "seats": "places",
    "seed": "graine du tirage",
    "sha256": "empreinte SHA-256",
    "share_percent": "part tirée (%)",
    "sheet": "feuille",
    "signed_on": "signée le",
    "since": "à compter du",
    "siret": "SIRET",
    "size": "octets",
    "staff_role": "fonction",
    "starts_at": "début",
    "starts_before": "avant le",
    "starts_from": "à partir du",
    "structure_name": "structure",
    "subject": "personne",
    "submitted_by": "soumis par",
    "terminated_on": "dernier jour",
    "territories": "territoires",
    "territory": "territoire",
    "themes": "thèmes",
    "title": "titre",
    "type": "type",
    "until": "jusqu'au",
    "valid_from": "valable du",
    "valid_until": "jusqu'au",
    "venue_name": "lieu",
    "venue_type": "type de lieu",
    "version": "version",
}

_LONGEST = 100


def in_french(value: Any) -> str:
    """A value for a person; long texts are cut."""
    match value:
        case None:
            return "—"
        case bool():
            return "oui" if value else "non"
        case datetime():
            return value.strftime("%d/%m/%Y %H:%M")
        case date():
            return value.strftime("%d/%m/%Y")
        case Decimal() | int():
            return str(value)
        case UUID():
            return str(value)
        case BaseModel():
            told = ((name, part) for name, part in value if part not in (None, ()))
            return ", ".join(f"{FIELDS[name]} {in_french(part)}" for name, part in told)
        case tuple():
            return " ; ".join(in_french(part) for part in value) or "—"
        case _:
            text = " ".join(str(value).split())
            return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
