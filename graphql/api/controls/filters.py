"""Filters of controls. A filter left out, null or an empty list does not apply."""

from __future__ import annotations

import strawberry

from api.core.lists.checks import checked_texts, filter_id
from domain.controls.transitions import ControlStatus
from projections.controls import queries as controls


@strawberry.input(description="Narrows the controls. All that is given must hold.")
class ControlWhere:
    status: list[ControlStatus] | None = strawberry.field(default=None, description="Any of these statuses.")
    territory: list[str] | None = strawberry.field(
        default=None, description="Of any of these territories alone, by their codes: not of the whole country."
    )
    dossier_id: strawberry.ID | None = strawberry.field(default=None, description="That drew this dossier.")

    def conditions(self) -> controls.Conditions:
        return controls.Conditions(
            status=[status.value for status in self.status or ()],
            territory=checked_texts(self.territory, "territory"),
            dossier_id=filter_id(self.dossier_id, "dossierId"),
        )
