"""School projects: whether they have a digital-and-parents part, by school year; and the share of target schools."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

from api.core.back_references import later
from api.core.context import Context, Info
from api.core.lists.nodes import Node
from domain.kernel.actors import Actor
from domain.kernel.rights import Action, Belongings, Scope, scope_of
from domain.school_projects.school_project import of_school, school_year_of
from projections.engine.paging import Filter
from projections.engine.past import PARIS
from projections.school_projects import queries

if TYPE_CHECKING:
    from api.schools.types import School

FOR_PROJECTS = (
    "For the school's director and head, the coordonnateurs of its territory, the national team and auditors."
)
Row: TypeAlias = dict[str, Any]


@strawberry.type(
    description="What is recorded of a school's project for a school year: has it a digital-and-parents part? "
    + FOR_PROJECTS
)
class SchoolProject(Node):
    version: int = strawberry.field(description="How often it was recorded: for `expectedVersion`.")
    uai: str = strawberry.field(description="The school's UAI.")
    school_year: str = strawberry.field(description="The school year, as `2026-2027`.")
    has_part: bool = strawberry.field(description="Whether the project has such a part.")
    evidence: str | None = strawberry.field(description="What shows it, in French.")
    reason: str | None = strawberry.field(description="Why an earlier record was corrected.")
    recorded_at: datetime = strawberry.field(description="When this was recorded (UTC).")
    recorded_by: str = strawberry.field(description="Who recorded it.")

    @property
    def belongings(self) -> Belongings:
        return of_school(self.uai)

    @strawberry.field(description="The school.")
    async def school(self, info: Info) -> Annotated[School, strawberry.lazy("api.schools.types")]:
        school: School = await later("api.schools.types", "school_named")(info.context, self.uai)
        return school


_FIELDS = ("version", "uai", "school_year", "has_part", "evidence", "reason", "recorded_at", "recorded_by")


def project_of(row: Row) -> SchoolProject:
    return SchoolProject(id=strawberry.ID(str(row["project_id"])), **{name: row[name] for name in _FIELDS})


def within_reach(actor: Actor) -> Filter | None:
    """Return the filter of the projects `p` that the actor may read, or None if there can be none."""
    match scope_of(actor, Action.SCHOOL_PROJECT_READ):
        case None:
            return None
        case Scope.OWN_SCHOOL:
            return Filter().among("p.uai", "own_schools", sorted(actor.schools))
        case Scope.OWN_TERRITORY:
            return Filter().among("p.territory", "own_territories", sorted(actor.territories))
    return Filter()


async def load_project(context: Context, project_id: UUID) -> SchoolProject | None:
    """Return what is recorded, or None if there is nothing or it is not for the asker."""
    within = within_reach(context.actor)
    if within is None:
        return None
    read = await context.read()
    rows = await read.rows(read.sql(queries.BY_ID + within.clause), {**within.params, "id": project_id})
    return project_of(rows[0]) if rows else None


async def projects_of_school(context: Context, uai: str) -> list[SchoolProject]:
    """Return what is recorded of a school, the last school year first, together with those of other resolvers."""

    async def load(uais: list[str]) -> Sequence[list[SchoolProject]]:
        read = await context.read()
        projects: dict[str, list[SchoolProject]] = {each: [] for each in uais}
        for row in await read.rows(read.sql(queries.OF_SCHOOLS), {"uais": uais}):
            projects[row["uai"]].append(project_of(row))
        return [projects[each] for each in uais]

    return await context.together("school projects", uai, load)


async def has_part(context: Context, uai: str) -> bool | None:
    """Return what was last recorded of a school, of a school year that has begun."""
    year = school_year_of(context.now.astimezone(PARIS).date())

    async def load(uais: list[str]) -> Sequence[bool | None]:
        read = await context.read()
        rows = await read.rows(read.sql(queries.HAVING_PART), {"uais": uais, "school_year": year})
        parts = {row["uai"]: row["has_part"] for row in rows}
        return [parts.get(each) for each in uais]

    return await context.together(f"parts {year}", uai, load)
