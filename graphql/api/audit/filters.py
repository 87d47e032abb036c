"""Filters of the audit trail. A filter left out, null or an empty list does not apply."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from api.core.errors import invalid
from api.core.lists.checks import check_codes, check_span, checked_texts, filter_id
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

    def things(self) -> dict[str, audit.Conditions]:
        """Return what has to have a history, each by its field. Raises INVALID for what is no identifier."""
        structure_id, dossier_id = filter_id(self.structure_id, "structureId"), filter_id(self.dossier_id, "dossierId")
        things = {name: audit.Conditions(subject_ids=[subject_id]) for name, subject_id in self._subjects().items()}
        if structure_id is not None:
            things["structureId"] = audit.Conditions(structure_id=structure_id)
        if dossier_id is not None:
            things["dossierId"] = audit.Conditions(dossier_id=dossier_id)
        return things

    def _subjects(self) -> dict[str, UUID]:
        subjects = {
            "animationId": self.animation_id,
            "conventionId": self.convention_id,
            "candidatureId": self.candidature_id,
            "controlId": self.control_id,
        }
        ids = {name: filter_id(subject_id, name) for name, subject_id in subjects.items()}
        return {name: subject_id for name, subject_id in ids.items() if subject_id is not None}

    def conditions(self) -> audit.Conditions:
        recorded_from = instant(self.recorded_from, "where", "recordedFrom")
        recorded_before = instant(self.recorded_before, "where", "recordedBefore")
        check_span(recorded_from, recorded_before, "recordedBefore")
        first, last = self.position_from, self.position_to
        if first is not None and last is not None and last < first:
            raise invalid("where.positionTo : cette position précède celle de positionFrom.", "where", "positionTo")
        check_codes(dict.fromkeys(sorted(registered_events()), True), checked_texts(self.type, "type"), "type")
        return audit.Conditions(
            structure_id=filter_id(self.structure_id, "structureId"),
            subject_ids=list(self._subjects().values()),
            dossier_id=filter_id(self.dossier_id, "dossierId"),
            type=checked_texts(self.type, "type"),
            recorded_from=recorded_from,
            recorded_before=recorded_before,
            position_from=self.position_from,
            position_to=self.position_to,
        )
