"""Places of published animations, in the national standard of places of digital mediation.

https://schema.data.gouv.fr/LaMednum/standard-mediation-num/ : what the standard cannot hold is left out, and so is a
place without an address in a known commune.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from domain.kernel.places import Commune, places

#: A place's id follows from its commune and name.
_NAMESPACE = UUID("0b8c7a44-6f3e-5c1d-9a57-3d1a2b7c9e10")
FIELDS = (
    *("id", "pivot", "nom", "commune", "code_postal", "code_insee", "adresse", "typologie", "site_web"),
    *("presentation_resume", "source", "structure_parente", "date_maj", "services"),
    *("publics_specifiquement_adresses", "modalites_accompagnement"),
)
_KINDS = {
    "centre-social": "CS",
    "mediatheque": "BIB",
    "mairie": "MUNI",
    "ccas": "CCAS",
    "maison-de-quartier": "MQ",
    "mjc": "MJC",
    "tiers-lieu": "TIERS_LIEUX",
    "france-services": "RFS",
}
_SERVICES = "Parentalité et éducation avec le numérique"
_SUMMARY = "Animations sur le numérique pour les parents d'élèves : ateliers, cafés des parents."
#: Characters that the standard admits in a street's line.
_NOT_IN_A_STREET = re.compile(r"[^0-9A-Za-zÀ-ÖØ-öø-ÿœŸŒ\-,()°.&:+–|;'’/\s]")
_POSTAL_CODE = re.compile(r"\b\d{5}\b", re.ASCII)


def record_of(row: Mapping[str, Any], site: str) -> dict[str, Any] | None:
    """Return the record of a place, or None if the standard cannot hold it."""
    commune = places().find(row["commune_code"])
    street = _street(row["address"], commune) if commune else ""
    if commune is None or not street or not commune.postal_codes:
        return None
    return {
        "id": str(uuid5(_NAMESPACE, f"{commune.code}:{row['place_key']}")),
        "pivot": row["structure_siret"],
        "nom": row["venue_name"],
        "commune": commune.name,
        "code_postal": _postal_code(row["address"], commune),
        "code_insee": commune.code,
        "adresse": street,
        "typologie": _KINDS.get(row["venue_type"], "Autre"),
        "site_web": f"{site}/animations?commune={commune.code}",
        "presentation_resume": _SUMMARY,
        "source": "Parentalité et numérique",
        "structure_parente": row["structure_name"],
        "date_maj": f"{row['changed_at']:%Y-%m-%d}",
        "services": _SERVICES,
        "publics_specifiquement_adresses": "Familles et/ou enfants",
        "modalites_accompagnement": "Dans un atelier collectif",
    }


def _postal_code(address: str, commune: Commune) -> str:
    """Return the postal code that the address names, if it is one of the commune's; else the commune's first."""
    return next(
        (code for code in _POSTAL_CODE.findall(address) if code in commune.postal_codes), commune.postal_codes[0]
    )


def _street(address: str, commune: Commune) -> str:
    """Return the street of an address, without what tells the commune once more."""
    codes = "|".join(map(re.escape, commune.postal_codes))
    ending = re.compile(rf"[\s,]*\b(?:{codes})?[\s,]*{re.escape(commune.name)}\s*$", re.IGNORECASE)
    return " ".join(_NOT_IN_A_STREET.sub(" ", ending.sub("", address)).split()).strip(" ,")
