"""Queries on school projects."""

from __future__ import annotations

from datetime import date

import strawberry

from api.core.context import Info
from api.core.errors import denied
from api.core.lists.checks import checked_each, checked_texts, checked_uais
from api.core.lists.connections import connection
from api.core.lists.paging import After, Before, Connection, First, Last, page_arguments
from api.core.past import At
from api.school_projects.shares import ProjectShares, shares_of
from api.school_projects.types import SchoolProject, project_of, within_reach
from api.typology.territories_and_terms import check_territories
from domain.school_projects.school_project import checked_school_year, within_programme
from projections.engine.past import PARIS
from projections.school_projects import queries


@strawberry.input(description="Narrows the school projects. All that is given must hold.")
class SchoolProjectWhere:
    territory: list[str] | None = strawberry.field(default=None, description="Of any of these territories.")
    uai: list[str] | None = strawberry.field(default=None, description="Of any of these schools.")
    school_year: list[str] | None = strawberry.field(
        default=None, description="For any of these school years, as `2026-2027`."
    )
    has_part: bool | None = strawberry.field(default=None, description="That have such a part (or have none).")

    def conditions(self, today: date) -> queries.Conditions:
        def school_year(value: str) -> str:
            return within_programme(checked_school_year(value.strip()), today)

        return queries.Conditions(
            territory=checked_texts(self.territory, "territory"),
            uai=checked_uais(self.uai, "uai"),
            school_year=checked_each(school_year, self.school_year, "schoolYear"),
            has_part=self.has_part,
        )


@strawberry.type
class SchoolProjectQueries:
    @strawberry.field(
        description="What is recorded of school projects, the last school year first: of their schools for directors"
        " and heads, of their territories for coordonnateurs, all for the national team and auditors; FORBIDDEN for"
        " other roles."
    )
    async def school_projects(
        self,
        info: Info,
        where: SchoolProjectWhere | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[SchoolProject] | None:
        context, arguments = info.context, page_arguments(info, first, after, last, before)
        within = within_reach(context.actor)
        if within is None:
            raise denied(context.actor)
        conditions = where.conditions(context.now.astimezone(PARIS).date()) if where else queries.Conditions()
        await check_territories(context, conditions.territory)
        return await connection(context, queries.LISTING, queries.narrowed(within, conditions), arguments, project_of)

    @strawberry.field(
        description="How many target schools have a digital-and-parents part in their project, by territory and for the"
        " nation, beside the goal. `schoolYear`: the one in course, unless told. `at`: as it was recorded then. Public."
    )
    async def project_shares(self, info: Info, school_year: str | None = None, at: At | None = None) -> ProjectShares:
        return await shares_of(info.context, school_year, at)
