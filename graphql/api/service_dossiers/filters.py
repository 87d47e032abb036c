"""Filters of service dossiers. A filter left out, null or an empty list does not apply."""

from __future__ import annotations

from datetime import date

import strawberry

from api.core.lists.checks import check_span, checked_texts, filter_id
from api.core.scalars import readable
from domain.kernel.dossier_status import DossierStatus
from projections.service_dossiers import queries as service_dossiers


@strawberry.input(description="Narrows the service dossiers. All that is given must hold.")
class ServiceDossierWhere:
    structure_id: strawberry.ID | None = strawberry.field(default=None, description="Of this structure.")
    convention_id: strawberry.ID | None = strawberry.field(default=None, description="Under this convention.")
    territory: list[str] | None = strawberry.field(default=None, description="Any of these department codes.")
    status: list[DossierStatus] | None = strawberry.field(default=None, description="Any of these statuses.")
    period_from: date | None = strawberry.field(default=None, description="Whose period ends on this day or later.")
    period_until: date | None = strawberry.field(default=None, description="Whose period begins on this day or before.")

    amendments_to_decide: bool | None = strawberry.field(
        default=None, description="With amendments that wait for the coordonnateur's decision (or without any)."
    )

    def conditions(self) -> service_dossiers.Conditions:
        period_from, period_until = (
            readable(self.period_from, "where", "periodFrom"),
            readable(self.period_until, "where", "periodUntil"),
        )
        check_span(period_from, period_until, "periodUntil", ends_included=True)
        return service_dossiers.Conditions(
            structure_id=filter_id(self.structure_id, "structureId"),
            convention_id=filter_id(self.convention_id, "conventionId"),
            territory=checked_texts(self.territory, "territory"),
            status=[status.value for status in self.status or ()],
            period_from=period_from,
            period_until=period_until,
            amendments_to_decide=self.amendments_to_decide,
        )
