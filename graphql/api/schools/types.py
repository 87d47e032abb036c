"""Schools, as far as the programme knows them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from api.core.back_references import later
from api.core.context import Context, Info
from api.core.lists.nodes import Node
from api.core.lists.paging import Connection, page_arguments
from api.places.queries import Commune, commune_of
from api.typology.territories_and_terms import lists_of
from api.typology.territory import Territory
from application.wording.schools import label
from domain.kernel.identifiers import check_uai, department_of_school
from domain.kernel.places import places
from domain.kernel.rights import Action, may
from domain.kernel.schools import Degree, named_lycees
from domain.school_projects.school_project import of_school
from projections.schools import queries
from projections.strategies import queries as strategies

if TYPE_CHECKING:
    from api.animations.types import Animation
    from api.school_projects.types import SchoolProject

SCHOOL_PREFIX = "school:"


@strawberry.type(
    description="A school that the programme knows: one of the shipped list of lycées, of an imported table, with"
    " people bound to it, or named by a candidature or a published animation. Public."
)
class School(Node):
    uai: str = strawberry.field(description="Its UAI: what `schoolUai` takes.")
    name: str | None = strawberry.field(description="Its name, once it is known.")
    label: str = strawberry.field(
        description="What it is called in a list: its name and commune; without them, its UAI in brackets."
    )
    degree: Degree | None = strawberry.field(description="Its degree, once it is known.")
    commune_code: strawberry.Private[str | None]

    @strawberry.field(description="Whether the last version of its territory's strategy targets it.")
    async def targeted(self, info: Info) -> bool:
        return await info.context.together("targeted", self.uai, lambda uais: _targeted(info.context, uais))

    @strawberry.field(
        description="Whether its project has a digital-and-parents part, as last recorded for a school year that has"
        " begun. Null until that is recorded."
    )
    async def has_part(self, info: Info) -> bool | None:
        part: bool | None = await later("api.school_projects.types", "has_part")(info.context, self.uai)
        return part

    @strawberry.field(
        description="What is recorded of its project, the last school year first. For the school's director and head,"
        " the coordonnateurs of its territory, the national team and auditors; null for others."
    )
    async def projects(
        self, info: Info
    ) -> list[Annotated[SchoolProject, strawberry.lazy("api.school_projects.types")]] | None:
        if not may(info.context.actor, Action.SCHOOL_PROJECT_READ, of_school(self.uai)):
            return None
        load = later("api.school_projects.types", "projects_of_school")
        projects: list[SchoolProject] = await load(info.context, self.uai)
        return projects

    @strawberry.field(description="Its commune, once it is known.")
    def commune(self) -> Commune | None:
        commune = places().find(self.commune_code) if self.commune_code else None
        return None if commune is None else commune_of(commune)

    @strawberry.field(description="Its territory; null for a department that takes no part in the programme.")
    async def territory(self, info: Info) -> Territory | None:
        return (await lists_of(info.context)).territories.get(department_of_school(self.uai) or "")

    @strawberry.field(
        description="The published animations that name it, what is to come first. Public: others are in"
        " `managedAnimations(where: {school})`."
    )
    async def animations(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Annotated[Animation, strawberry.lazy("api.animations.types")]]:
        arguments = page_arguments(info, first, after, last, before)
        animations_of_school = later("api.animations.queries", "animations_of_school")
        page: Connection[Animation] = await animations_of_school(info.context, self.uai, arguments)
        return page


def school_of(row: dict[str, Any]) -> School:
    degree = None if row["degree"] is None else Degree(row["degree"])
    return School(
        id=strawberry.ID(f"{SCHOOL_PREFIX}{row['uai']}"),
        uai=row["uai"],
        name=row["name"],
        label=label(row["uai"], row["name"], row["commune_code"], degree),
        degree=degree,
        commune_code=row["commune_code"],
    )


async def _targeted(context: Context, uais: Sequence[str]) -> list[bool]:
    read = await context.read()
    rows = await read.rows(read.sql(strategies.TARGETED), {"uais": list(uais)})
    targeted = {row["uai"] for row in rows}
    return [uai in targeted for uai in uais]


async def school_named(context: Context, uai: str) -> School:
    """Return the school of a UAI that something names, together with those of other resolvers."""

    async def load(uais: list[str]) -> Sequence[School]:
        read = await context.read()
        rows = await context.services.schools.at(read, uais, lambda missing: load_rows(context, missing))
        return [school_of(rows[uai]) for uai in uais]

    return await context.together("schools", uai, load)


async def schools_of(context: Context, uais: Sequence[str]) -> list[School]:
    """Return the schools of these UAIs, in their order."""
    return list(await asyncio.gather(*(school_named(context, uai) for uai in uais)))


async def load_rows(context: Context, uais: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what is known of each, by UAI: as described, as the list of lycées has it, or nothing but the degree."""
    read = await context.read()
    rows = {row["uai"]: row for row in await read.rows(read.sql(queries.DESCRIBED), {"uais": list(uais)})}
    for uai in uais:
        if uai not in rows and (lycee := named_lycees().get(uai)) is not None:
            about = {"name": lycee.name, "commune_code": lycee.commune_code}
            rows[uai] = {"uai": uai, **about, "degree": Degree.SECOND.value}
    if bare := [uai for uai in uais if uai not in rows]:
        degrees: dict[str, set[str]] = {uai: set() for uai in bare}
        for row in await read.rows(read.sql(queries.STAFFED), {"uais": bare}):
            if row["degree"] is not None:
                degrees[row["uai"]].add(row["degree"])
        for uai, taught in degrees.items():
            degree = taught.pop() if len(taught) == 1 else None
            rows[uai] = {"uai": uai, "name": None, "commune_code": None, "degree": degree}
    return rows


async def load_school(context: Context, node: str) -> School | None:
    """Return the school of a node's id, or None if the programme does not know it."""
    try:
        uai = check_uai(node.removeprefix(SCHOOL_PREFIX))
    except ValueError:
        return None
    row = (await load_rows(context, [uai]))[uai]
    if row["name"] is None:
        read = await context.read()
        (naming,) = await read.rows(read.sql(queries.NAMED), {"uai": uai})
        if not naming["named"]:
            return None
    return school_of(row)
