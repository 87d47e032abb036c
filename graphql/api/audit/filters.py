"""Filters of the audit trail. A filter left out, null or empty does not apply."""

from __future__ import annotations

from datetime import datetime

import strawberry

from api.core.lists.checks import check_codes, checked_texts, node_id
from api.core.scalars import instant
from domain.kernel.events import registered_events
from projections.audit import queries as audit


@strawberry.input(description="Narrows the audit trail. All that is given must hold.")
class AuditWhere:
    structure_id: strawberry.ID | None = strawberry.field(default=None, description="Of this structure's history.")
    animation_id: strawberry.ID | None = strawberry.field(default=None, description="What happened to this animation.")
    convention_id: strawberry.ID | None = strawberry.field(
        default=None, description="What happened to this convention."
    )
    candidature_id: strawberry.ID | None = strawberry.field(
        default=None, description="What happened to this candidature."
    )
    control_id: strawberry.ID | None = strawberry.field(default=None, description="What happened to this control.")
    dossier_id: strawberry.ID | None = strawberry.field(
        default=None, description="What happened to this service dossier, and to the animations that it holds."
    )
    type: list[str] | None = strawberry.field(default=None, description="Any of these: `animation.published`…")
    recorded_from: datetime | None = strawberry.field(
        default=None, description="Recorded at or after this instant, or on or after this day in Paris."
    )
    recorded_before: datetime | None = strawberry.field(
        default=None, description="Recorded before this instant, or before this day in Paris."
    )
    position_from: int | None = strawberry.field(default=None, description="At or after this position.")
    position_to: int | None = strawberry.field(default=None, description="At or before this position.")

    def conditions(self) -> audit.Conditions:
        subjects = {
            "animationId": self.animation_id,
            "conventionId": self.convention_id,
            "candidatureId": self.candidature_id,
            "controlId": self.control_id,
        }
        check_codes(dict.fromkeys(sorted(registered_events()), True), checked_texts(self.type, "type"), "type")
        return audit.Conditions(
            structure_id=node_id(self.structure_id, "where", "structureId") if self.structure_id else None,
            subject_ids=[node_id(subject_id, "where", name) for name, subject_id in subjects.items() if subject_id],
            dossier_id=node_id(self.dossier_id, "where", "dossierId") if self.dossier_id else None,
            type=checked_texts(self.type, "type"),
            recorded_from=instant(self.recorded_from, "where", "recordedFrom"),
            recorded_before=instant(self.recorded_before, "where", "recordedBefore"),
            position_from=self.position_from,
            position_to=self.position_to,
        )
