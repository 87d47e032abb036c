"""History in French: what each kind of event says, and what its fields are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from domain.actors import Role

#: What happened, by the event's topic.
PHRASES: Mapping[str, str] = {
    "territory.joined": "Territoire entré dans le programme",
    "territory.candidatures_opened": "Candidatures ouvertes dans le territoire",
    "typology.term_added": "Terme ajouté à la typologie",
    "typology.term_renamed": "Terme renommé",
    "typology.term_merged": "Terme fusionné dans un autre",
    "typology.term_split": "Terme divisé en plusieurs",
    "typology.term_retired": "Terme retiré",
    "attestation_form.worded": "Questions de l'attestation rédigées",
    "structure.account_opened": "Compte de la structure ouvert",
    "structure.renamed": "Structure renommée",
    "structure.convention_attached": "Convention rattachée au compte",
    "convention.signed": "Convention signée",
    "convention.amended": "Convention modifiée par avenant",
    "convention.terminated": "Convention résiliée",
    "animation.created": "Animation déclarée",
    "animation.modified": "Animation modifiée",
    "animation.resubmitted": "Animation soumise à nouveau",
    "animation.published": "Animation publiée",
    "animation.refused": "Animation refusée",
    "animation.cancelled": "Animation annulée",
    "animation.attested": "Présence attestée",
    "animation.attestation_corrected": "Attestation corrigée",
    "animation.sheet_attached": "Liste d'émargement signée jointe",
    "candidature.submitted": "Candidature déposée",
    "candidature.opinion_given": "Avis du directeur donné",
    "candidature.validated": "Candidature validée",
    "candidature.coordonnateur_informed": "Coordonnateur informé",
    "candidature.rejected": "Candidature rejetée",
    "candidature.withdrawn": "Candidature retirée",
    "candidature.personal_data_erased": "Données personnelles effacées",
}

FIELDS: Mapping[str, str] = {
    "address": "adresse",
    "admits_children": "enfants admis",
    "animation_types": "pour les types",
    "answers": "réponses",
    "audience": "public",
    "children": "enfants",
    "cloned_from": "copie de",
    "code": "code",
    "comment": "commentaire",
    "commune_code": "commune",
    "convention_id": "convention",
    "coordonnateur": "coordonnateur",
    "declared_late": "déclarée après son début",
    "degree": "degré",
    "description": "description",
    "email": "courriel",
    "ends_at": "fin",
    "family": "famille",
    "favourable": "favorable",
    "file_name": "fichier",
    "first_name": "prénom",
    "form_version": "version des questions",
    "into": "dans",
    "kind": "liste",
    "label": "libellé",
    "last_name": "nom",
    "media_type": "format",
    "motivation": "motivation",
    "name": "nom",
    "parents": "parents",
    "parts": "parties",
    "phone": "téléphone",
    "planned_animations": "animations prévues",
    "questions": "questions",
    "rate_per_animation": "tarif par animation (€)",
    "reason": "motif",
    "required_pieces": "pièces demandées",
    "runs_candidatures": "recueille des candidatures",
    "school_uai": "établissement",
    "seats": "places",
    "sha256": "empreinte SHA-256",
    "signed_on": "signée le",
    "since": "à compter du",
    "siret": "SIRET",
    "size": "octets",
    "starts_before": "avant le",
    "starts_from": "à partir du",
    "starts_at": "début",
    "structure_name": "structure",
    "terminated_on": "dernier jour",
    "territory": "territoire",
    "themes": "thèmes",
    "title": "titre",
    "type": "type",
    "valid_from": "valable du",
    "valid_until": "jusqu'au",
    "venue_name": "lieu",
    "venue_type": "type de lieu",
    "version": "version",
}

ROLES: Mapping[Role, str] = {
    Role.PUBLIC: "public",
    Role.PARENT: "parent",
    Role.STRUCTURE: "structure",
    Role.MEDIATEUR: "médiateur",
    Role.COORDONNATEUR: "coordonnateur",
    Role.DIRECTOR: "directeur d'école",
    Role.INSPECTOR: "IEN",
    Role.HEAD: "chef d'établissement",
    Role.NATIONAL: "équipe nationale",
    Role.AUDITOR: "auditeur",
    Role.SYSTEM: "système",
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
