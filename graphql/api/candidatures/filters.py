"""Filters of candidatures. A filter left out, null or an empty list does not apply."""

from __future__ import annotations

import strawberry

from api.core.lists.checks import checked_texts, checked_uais
from domain.candidatures.events import Degree
from domain.candidatures.transitions import CandidatureStatus
from projections.candidatures import queries as candidatures


@strawberry.input(description="Narrows the candidatures.")
class CandidatureWhere:
    territory: list[str] | None = strawberry.field(default=None, description="Any of these department codes.")
    school_uai: list[str] | None = strawberry.field(default=None, description="Any of these schools.")
    degree: Degree | None = strawberry.field(default=None, description="Of this degree.")
    status: list[CandidatureStatus] | None = strawberry.field(default=None, description="Any of these statuses.")

    to_contact: bool | None = strawberry.field(
        default=None, description="Validated, and not yet called by the coordonnateur (or all others)."
    )
    certificate_to_issue: bool | None = strawberry.field(
        default=None, description="Whose volunteer waits for the certificate asked for (or all others)."
    )
    to_examine: bool | None = strawberry.field(
        default=None,
        description="That wait for the asker's step, as `Waiting.candidaturesToExamine` counts them; for the national"
        " team, for a school's (or all others).",
    )

    def conditions(self) -> candidatures.Conditions:
        return candidatures.Conditions(
            territory=checked_texts(self.territory, "territory"),
            school_uai=checked_uais(self.school_uai, "schoolUai"),
            degree=self.degree.value if self.degree else None,
            status=[status.value for status in self.status or ()],
            to_contact=self.to_contact,
            certificate_to_issue=self.certificate_to_issue,
            to_examine=self.to_examine,
        )
