"""Parents Ressource at work, as structures and coordonnateurs see them: by first name and school, no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import strawberry

from api.core.context import Info
from api.schools.types import School, school_named
from domain.candidatures.missions import MISSION_LABELS, Mission


@strawberry.type(
    description="A Parent Ressource. For the structures of the territory, its coordonnateur and the national team."
)
class Volunteer:
    candidature_id: strawberry.ID = strawberry.field(description="The candidature that names them.")
    first_name: str | None = strawberry.field(
        description="Personal: null once it is erased, and for who may only read that somebody takes part."
    )
    school_uai: strawberry.Private[str]

    @strawberry.field(description="The school that they volunteer for.")
    async def school(self, info: Info) -> School:
        return await school_named(info.context, self.school_uai)


@strawberry.type(description="What volunteers did in one of their missions.")
class MissionFigures:
    mission: Mission = strawberry.field(description="The mission.")
    label: str = strawberry.field(description="What it is, in French.")
    records: int = strawberry.field(description="How often it was recorded; for TAKE_PART, the animations held.")
    parents: int = strawberry.field(description="Parents helped; for TAKE_PART, those attested.")
    volunteers: int = strawberry.field(description="How many volunteers did it.")


@strawberry.type(description="Parents Ressource at work, by their five missions.")
class Volunteering:
    volunteers: int = strawberry.field(description="Candidatures that stand validated.")
    missions: list[MissionFigures] = strawberry.field(description="The five missions, in their order.")


def volunteer_of(row: dict[str, Any], named: bool = True) -> Volunteer:
    return Volunteer(
        candidature_id=strawberry.ID(str(row["candidature_id"])),
        first_name=row["first_name"] if named else None,
        school_uai=row["school_uai"],
    )


def missions_of(rows: Sequence[dict[str, Any]]) -> list[MissionFigures]:
    """Return the figures of all missions, those that nobody did included."""
    nothing = {"records": 0, "parents": 0, "volunteers": 0}
    by_mission = {row["mission"]: {name: row[name] for name in nothing} for row in rows}
    return [
        MissionFigures(mission=mission, label=label, **by_mission.get(mission.value, nothing))
        for mission, label in MISSION_LABELS.items()
    ]
