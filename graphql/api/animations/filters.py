"""Filters and orders of animations. A filter left out, null or an empty list does not apply."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

import strawberry

from api.core.lists.checks import (
    check_span,
    checked_languages,
    checked_text,
    checked_texts,
    checked_uais,
    filter_id,
)
from api.core.scalars import moment
from domain.animations.transitions import AnimationStatus
from projections.animations.conditions import Conditions

#: How lists of animations are ordered unless asked otherwise.
COMING_FIRST = (
    "Without `orderBy`, and without a filter by time, what is to come leads, the next one first; what has begun"
    " follows, the latest first."
)
_ANY_OF = "Any of these codes."
_LOCAL = "this instant, or this local time or day in the animation's territory (2027-01-15T18:00, 2027-01-15)."
_FROM, _BEFORE = f"Starting at or after {_LOCAL}", f"Starting before {_LOCAL}"
_TEXT = "Holding words that begin with each of these; accents and case are ignored."
_COMMUNE = "In any of these communes (INSEE codes)."
_AROUND = "In the communes of the same intercommunality as this one (INSEE code)."
_ACCESSIBILITY = "Offering any of these (codes of the kind ACCESSIBILITY)."
_LANGUAGE = "Where any of these languages is spoken (ISO 639 codes)."
_SCHOOL = "Naming any of these schools (UAI)."
_UPCOMING = "Not begun yet (or begun)."
_AWAITING = (
    "Published, over and without attestation: what `awaitingAttestation` counts in dashboards and in `viewer.waiting`"
    " (or all others)."
)


def _starts(begins: datetime | None, ends: datetime | None) -> tuple[datetime | None, datetime | None]:
    """Return the period of the starts. Raises INVALID for one that holds nothing."""
    starts_from, starts_before = moment(begins, "where", "startsFrom"), moment(ends, "where", "startsBefore")
    check_span(starts_from, starts_before, "startsBefore")
    return starts_from, starts_before


@strawberry.input(description="Narrows the public listing. All that is given must hold.")
class AnimationWhere:
    territory: list[str] | None = strawberry.field(default=None, description="Any of these department codes.")
    theme: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    type: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    venue_type: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    audience: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    structure_id: strawberry.ID | None = strawberry.field(default=None, description="Run by this structure.")
    starts_from: datetime | None = strawberry.field(default=None, description=_FROM)
    starts_before: datetime | None = strawberry.field(default=None, description=_BEFORE)
    upcoming: bool | None = strawberry.field(default=None, description=_UPCOMING)
    commune: list[str] | None = strawberry.field(default=None, description=_COMMUNE)
    around: str | None = strawberry.field(default=None, description=_AROUND)
    accessibility: list[str] | None = strawberry.field(default=None, description=_ACCESSIBILITY)
    language: list[str] | None = strawberry.field(default=None, description=_LANGUAGE)
    school: list[str] | None = strawberry.field(default=None, description=_SCHOOL)
    text: str | None = strawberry.field(default=None, description=_TEXT)
    seats_left: bool | None = strawberry.field(default=None, description="With (or without) seats left.")

    def conditions(self) -> Conditions:
        starts_from, starts_before = _starts(self.starts_from, self.starts_before)
        return Conditions(
            territory=checked_texts(self.territory, "territory"),
            theme=checked_texts(self.theme, "theme"),
            type=checked_texts(self.type, "type"),
            venue_type=checked_texts(self.venue_type, "venueType"),
            audience=checked_texts(self.audience, "audience"),
            structure_id=filter_id(self.structure_id, "structureId"),
            starts_from=starts_from,
            starts_before=starts_before,
            upcoming=self.upcoming,
            commune=checked_texts(self.commune, "commune"),
            around=checked_text(self.around, "around"),
            accessibility=checked_texts(self.accessibility, "accessibility"),
            language=checked_languages(self.language, "language"),
            school=checked_uais(self.school, "school"),
            text=checked_text(self.text, "text"),
            seats_left=self.seats_left,
        )


@strawberry.input(description="Narrows a structure's own animations. All that is given must hold.")
class OwnAnimationWhere:
    status: list[AnimationStatus] | None = strawberry.field(default=None, description="Any of these statuses.")
    attested: bool | None = strawberry.field(default=None, description="Attested, or not, whatever the status.")
    awaiting_attestation: bool | None = strawberry.field(default=None, description=_AWAITING)
    past: bool | None = strawberry.field(default=None, description="Ended, or not.")
    upcoming: bool | None = strawberry.field(default=None, description=_UPCOMING)
    territory: list[str] | None = strawberry.field(default=None, description="Any of these department codes.")
    commune: list[str] | None = strawberry.field(default=None, description=_COMMUNE)
    around: str | None = strawberry.field(default=None, description=_AROUND)
    accessibility: list[str] | None = strawberry.field(default=None, description=_ACCESSIBILITY)
    language: list[str] | None = strawberry.field(default=None, description=_LANGUAGE)
    school: list[str] | None = strawberry.field(default=None, description=_SCHOOL)
    theme: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    type: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    venue_type: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    audience: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    starts_from: datetime | None = strawberry.field(default=None, description=_FROM)
    starts_before: datetime | None = strawberry.field(default=None, description=_BEFORE)
    text: str | None = strawberry.field(default=None, description=_TEXT)
    without_convention: bool | None = strawberry.field(
        default=None,
        description="Not attested, and on a day that no convention of the structure covers: nobody can register until"
        " one does (or all others).",
    )

    def conditions(self) -> Conditions:
        starts_from, starts_before = _starts(self.starts_from, self.starts_before)
        return Conditions(
            without_convention=self.without_convention,
            status=[status.value for status in self.status or ()],
            attested=self.attested,
            awaiting_attestation=self.awaiting_attestation,
            past=self.past,
            upcoming=self.upcoming,
            territory=checked_texts(self.territory, "territory"),
            commune=checked_texts(self.commune, "commune"),
            around=checked_text(self.around, "around"),
            accessibility=checked_texts(self.accessibility, "accessibility"),
            language=checked_languages(self.language, "language"),
            school=checked_uais(self.school, "school"),
            theme=checked_texts(self.theme, "theme"),
            type=checked_texts(self.type, "type"),
            venue_type=checked_texts(self.venue_type, "venueType"),
            audience=checked_texts(self.audience, "audience"),
            starts_from=starts_from,
            starts_before=starts_before,
            text=checked_text(self.text, "text"),
        )


@strawberry.input(
    description="Narrows the animations of a coordonnateur's territories, or of the country. All that is given must"
    " hold."
)
class ManagedAnimationWhere(OwnAnimationWhere):
    structure_id: strawberry.ID | None = strawberry.field(default=None, description="Run by this structure.")

    def conditions(self) -> Conditions:
        structure_id = filter_id(self.structure_id, "structureId")
        return replace(OwnAnimationWhere.conditions(self), structure_id=structure_id)


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

    def sort_key(self) -> tuple[str, bool]:
        return self.field.value, self.direction is OrderDirection.DESC
