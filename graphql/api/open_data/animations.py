"""Published animations as open data: what the public listing shows, without contacts and without free description."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from api.core.scalars import local
from api.typology.territories_and_terms import Lists
from domain.kernel.places import places
from domain.structures.structure import ERASED_NAME
from domain.typology.typology import TermKind

#: The columns that are read for a line.
COLUMNS = frozenset(
    {
        *(
            "animation_id",
            "title",
            "starts_at",
            "ends_at",
            "time_zone",
            "day",
            "territory",
            "type",
            "audience",
            "themes",
        ),
        *("venue_type", "venue_name", "address", "commune_code", "school", "seats", "accessibility", "languages"),
        *("structure_siret", "structure_name", "published_at", "changed_at"),
    }
)
#: Between the values of a list.
BAR = "|"


def record_of(row: Mapping[str, Any], lists: Lists, site: str) -> dict[str, Any]:
    """Return the record of an animation under the names of the schema, in its order."""

    def labelled(kind: TermKind, code: str) -> str:
        return lists.term(kind, code, row["day"]).label

    commune = places().find(row["commune_code"]) if row["commune_code"] else None
    named = row["structure_name"] != ERASED_NAME
    return {
        "id": str(row["animation_id"]),
        "titre": row["title"],
        "debut": local(row["starts_at"], row["time_zone"]).isoformat(),
        "fin": local(row["ends_at"], row["time_zone"]).isoformat(),
        "territoire": row["territory"],
        "type": row["type"],
        "type_libelle": labelled(TermKind.ANIMATION_TYPE, row["type"]),
        "public": row["audience"],
        "themes": BAR.join(row["themes"]),
        "themes_libelles": BAR.join(labelled(TermKind.THEME, theme) for theme in row["themes"]),
        "lieu_type": row["venue_type"],
        "lieu_nom": row["venue_name"],
        "adresse": row["address"],
        "commune_insee": row["commune_code"],
        "commune_nom": commune.name if commune else None,
        "etablissement_uai": row["school"],
        "places": row["seats"],
        "accessibilite": BAR.join(row["accessibility"]) or None,
        "langues": BAR.join(row["languages"]) or None,
        "structure_siret": row["structure_siret"] if named else None,
        "structure_nom": row["structure_name"] if named else None,
        "publiee_le": _utc(row["published_at"]),
        "modifiee_le": _utc(row["changed_at"]),
        "url": f"{site}/animations/{row['animation_id']}",
    }


def _utc(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
