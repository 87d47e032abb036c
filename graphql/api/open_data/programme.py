"""The programme's own measures as open data: one record for each territory."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.programme.types import GOAL, Programme


def records_of(programme: Programme, day: date) -> list[dict[str, Any]]:
    """Return the records under the names of the schema, in its order."""
    return [
        {
            "territoire": each.territory.code,
            "territoire_nom": each.territory.name,
            "jour": day.isoformat(),
            "strategie_adoptee": each.strategy_adopted,
            "etablissements_cibles": each.target_schools,
            "etablissements_avec_volet": each.schools_with_part,
            "part": each.share,
            "part_visee": GOAL,
            "etablissements_touches": each.schools_reached,
            "parents_ressource": each.volunteers,
            "groupes": each.groups,
            "animations": each.animations,
            "parents": each.parents,
        }
        for each in programme.by_territory
    ]
