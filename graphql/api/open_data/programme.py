"""The programme's own measures as open data: one record for each territory, then the whole."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.programme.types import GOAL, Programme

#: The code of the whole programme: groups without a territory count here alone.
_NATION = "FR"


def records_of(programme: Programme, day: date) -> list[dict[str, Any]]:
    """Return the records under the names of the schema, in its order."""
    territories = [
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
            "strategies_adoptees": int(each.strategy_adopted),
            "strategies_visees": 1,
        }
        for each in programme.by_territory
    ]
    return [*territories, _whole(programme, day)]


def _whole(programme: Programme, day: date) -> dict[str, Any]:
    """Return the record of the nation, in which each school and each person counts once."""
    return {
        "territoire": _NATION,
        "territoire_nom": "Ensemble du programme",
        "jour": day.isoformat(),
        "strategie_adoptee": programme.strategies_adopted == programme.territories,
        "etablissements_cibles": programme.target_schools,
        "etablissements_avec_volet": programme.schools_with_part,
        "part": programme.share,
        "part_visee": GOAL,
        "etablissements_touches": programme.schools_reached,
        "parents_ressource": programme.volunteers,
        "groupes": programme.groups,
        "animations": programme.animations,
        "parents": programme.parents,
        "strategies_adoptees": programme.strategies_adopted,
        "strategies_visees": programme.strategies_goal,
    }
