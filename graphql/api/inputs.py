"""Filters and orders of the listings. A filter left out, null or empty narrows nothing."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import strawberry

from api.core.base import checked_text, checked_texts, node_id
from api.core.scalars import readable
from domain.animations.transitions import AnimationStatus
from domain.candidatures.candidature import CandidatureStatus
from domain.candidatures.events import Degree
from domain.controls.transitions import ControlStatus
from domain.kernel.dossier_status import DossierStatus
from projections.animations import queries as animations
from projections.audit import queries as audit
from projections.candidatures import queries as candidatures
from projections.controls import queries as controls
from projections.service_dossiers import queries as service_dossiers

_ANY_OF = "Any of these codes."


@strawberry.input(description="Narrows the public listing. All that is given must hold.")
class AnimationWhere:
    territory: list[str] | None = strawberry.field(default=None, description="Any of these department codes.")
    theme: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    type: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    venue_type: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    audience: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    structure_id: strawberry.ID | None = strawberry.field(default=None, description="Run by this structure.")
    starts_from: datetime | None = strawberry.field(default=None, description="Starting at or after this instant.")
    starts_before: datetime | None = strawberry.field(default=None, description="Starting before this instant.")
    text: str | None = strawberry.field(
        default=None, description="Holding words that begin with each of these; accents and case are ignored."
    )
    seats_left: bool | None = strawberry.field(default=None, description="With (or without) seats left.")

    def conditions(self) -> animations.Conditions:
        return animations.Conditions(
            territory=checked_texts(self.territory, "territory"),
            theme=checked_texts(self.theme, "theme"),
            type=checked_texts(self.type, "type"),
            venue_type=checked_texts(self.venue_type, "venueType"),
            audience=checked_texts(self.audience, "audience"),
            structure_id=node_id(self.structure_id, "where", "structureId") if self.structure_id else None,
            starts_from=readable(self.starts_from, "where", "startsFrom"),
            starts_before=readable(self.starts_before, "where", "startsBefore"),
            text=checked_text(self.text, "text"),
            seats_left=self.seats_left,
        )


@strawberry.input(description="Narrows a structure's own animations. All that is given must hold.")
class OwnAnimationWhere:
    status: list[AnimationStatus] | None = strawberry.field(default=None, description="Any of these statuses.")
    attested: bool | None = strawberry.field(default=None, description="Attested, or not.")
    past: bool | None = strawberry.field(default=None, description="Ended, or not.")
    audience: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    type: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    starts_from: datetime | None = strawberry.field(default=None, description="Starting at or after this instant.")
    starts_before: datetime | None = strawberry.field(default=None, description="Starting before this instant.")

    def conditions(self) -> animations.Conditions:
        return animations.Conditions(
            status=[status.value for status in self.status or ()],
            attested=self.attested,
            past=self.past,
            audience=checked_texts(self.audience, "audience"),
            type=checked_texts(self.type, "type"),
            starts_from=readable(self.starts_from, "where", "startsFrom"),
            starts_before=readable(self.starts_before, "where", "startsBefore"),
        )


@strawberry.enum(
    description="What animations can be sorted by. STATUS and ATTESTED make no difference in the public listing: all"
    " are published there, and which are attested is not public."
)
class AnimationOrderField(StrEnum):
    STARTS_AT = "STARTS_AT"
    TITLE = "TITLE"
    PUBLISHED_AT = "PUBLISHED_AT"
    TYPE = "TYPE"
    AUDIENCE = "AUDIENCE"
    STATUS = "STATUS"
    ATTESTED = "ATTESTED"


@strawberry.enum(description="Which way.")
class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.input(description="One thing to sort by; the first given weighs most, and the id settles what is equal.")
class AnimationOrder:
    field: AnimationOrderField = strawberry.field(description="What to sort by.")
    direction: OrderDirection = strawberry.field(description="Which way.")

    def named(self) -> tuple[str, bool]:
        return self.field.value, self.direction is OrderDirection.DESC


@strawberry.input(description="Narrows the list of structures.")
class StructureWhere:
    territory: list[str] | None = strawberry.field(
        default=None, description="With a convention in any of these departments."
    )
    text: str | None = strawberry.field(default=None, description="Whose name holds this; accents are ignored.")


@strawberry.input(description="Narrows the candidatures.")
class CandidatureWhere:
    territory: list[str] | None = strawberry.field(default=None, description="Any of these department codes.")
    school_uai: list[str] | None = strawberry.field(default=None, description="Any of these schools.")
    degree: Degree | None = strawberry.field(default=None, description="Of this degree.")
    status: list[CandidatureStatus] | None = strawberry.field(default=None, description="Any of these statuses.")

    def conditions(self) -> candidatures.Conditions:
        return candidatures.Conditions(
            territory=checked_texts(self.territory, "territory"),
            school_uai=checked_texts(self.school_uai, "schoolUai"),
            degree=self.degree.value if self.degree else None,
            status=[status.value for status in self.status or ()],
        )


@strawberry.input(description="Narrows the service dossiers. All that is given must hold.")
class ServiceDossierWhere:
    structure_id: strawberry.ID | None = strawberry.field(default=None, description="Of this structure.")
    convention_id: strawberry.ID | None = strawberry.field(default=None, description="Under this convention.")
    territory: list[str] | None = strawberry.field(default=None, description="Any of these department codes.")
    status: list[DossierStatus] | None = strawberry.field(default=None, description="Any of these statuses.")
    period_from: date | None = strawberry.field(default=None, description="Whose period ends on this day or later.")
    period_until: date | None = strawberry.field(default=None, description="Whose period begins on this day or before.")

    def conditions(self) -> service_dossiers.Conditions:
        return service_dossiers.Conditions(
            structure_id=node_id(self.structure_id, "where", "structureId") if self.structure_id else None,
            convention_id=node_id(self.convention_id, "where", "conventionId") if self.convention_id else None,
            territory=checked_texts(self.territory, "territory"),
            status=[status.value for status in self.status or ()],
            period_from=readable(self.period_from, "where", "periodFrom"),
            period_until=readable(self.period_until, "where", "periodUntil"),
        )


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
            dossier_id=node_id(self.dossier_id, "where", "dossierId") if self.dossier_id else None,
        )


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
    recorded_from: datetime | None = strawberry.field(default=None, description="Recorded at or after this instant.")
    recorded_before: datetime | None = strawberry.field(default=None, description="Recorded before this instant.")
    position_from: int | None = strawberry.field(default=None, description="At or after this position.")
    position_to: int | None = strawberry.field(default=None, description="At or before this position.")

    def conditions(self) -> audit.Conditions:
        subjects = {
            "animationId": self.animation_id,
            "conventionId": self.convention_id,
            "candidatureId": self.candidature_id,
            "controlId": self.control_id,
        }
        return audit.Conditions(
            structure_id=node_id(self.structure_id, "where", "structureId") if self.structure_id else None,
            subject_ids=[node_id(given, "where", name) for name, given in subjects.items() if given],
            dossier_id=node_id(self.dossier_id, "where", "dossierId") if self.dossier_id else None,
            type=checked_texts(self.type, "type"),
            recorded_from=readable(self.recorded_from, "where", "recordedFrom"),
            recorded_before=readable(self.recorded_before, "where", "recordedBefore"),
            position_from=self.position_from,
            position_to=self.position_to,
        )
