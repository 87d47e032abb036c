"""The mutation on school projects."""

from __future__ import annotations

import strawberry

from api.core.commanding.commands import carry_out, reload_after
from api.core.commanding.inputs import Versioned, to_command, value_of
from api.core.commanding.payloads import Payload
from api.core.context import Info
from api.school_projects.types import SchoolProject, load_project
from api.schools.types import School, school_named
from application.school_projects import SchoolProjectRecord


@strawberry.input(description="What a school's project holds, for a school year.")
class SchoolProjectRecordInput(Versioned):
    uai: str | None = value_of("The school's UAI. Mandatory.")
    school_year: str | None = value_of("The school year, as `2026-2027`; the next one at the latest. Mandatory.")
    has_part: bool | None = value_of("Whether the project has a digital-and-parents part. Mandatory.")
    evidence: str | None = value_of(
        "What shows it, in French; 2,000 characters at most. Mandatory where there is such a part."
    )
    reason: str | None = value_of(
        "Why an earlier record of the same school year is corrected. Mandatory where there is one."
    )


@strawberry.type(description="What became of a mutation on a school.")
class SchoolPayload(Payload):
    school: School | None = strawberry.field(
        description="The school as it now stands; null after errors, or when it cannot be read yet."
    )
    project: SchoolProject | None = strawberry.field(
        description="What is now recorded for the school year; null after errors, or when it cannot be read yet."
    )


@strawberry.type
class SchoolProjectMutations:
    @strawberry.mutation(
        description="Records whether a school's project has a digital-and-parents part, for a school year; a later"
        " record corrects it, with a reason. For the school's director or head, and the coordonnateur of its territory."
    )
    async def school_project_record(self, info: Info, input: SchoolProjectRecordInput) -> SchoolPayload:
        context = info.context
        carried = await carry_out(context, SchoolProjectRecord, to_command(input))
        project = await reload_after(context, carried, load_project)
        school = None if project is None else await school_named(context, project.uai)
        return SchoolPayload(school=school, project=project, position=carried.position, errors=list(carried.errors))
