"""Filters and orders of animations. A filter left out, null or empty does not apply."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import strawberry

from api.core.lists.checks import checked_text, checked_texts, node_id
from api.core.scalars import moment
from domain.animations.transitions import AnimationStatus
from projections.animations import queries as animations

_ANY_OF = "Any of these codes."
_LOCAL = "this instant, or this local time or day in the animation's territory (2027-01-15T18:00, 2027-01-15)."
_FROM, _BEFORE = f"Starting at or after {_LOCAL}", f"Starting before {_LOCAL}"


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
            starts_from=moment(self.starts_from, "where", "startsFrom"),
            starts_before=moment(self.starts_before, "where", "startsBefore"),
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
    starts_from: datetime | None = strawberry.field(default=None, description=_FROM)
    starts_before: datetime | None = strawberry.field(default=None, description=_BEFORE)

    def conditions(self) -> animations.Conditions:
        return animations.Conditions(
            status=[status.value for status in self.status or ()],
            attested=self.attested,
            past=self.past,
            audience=checked_texts(self.audience, "audience"),
            type=checked_texts(self.type, "type"),
            starts_from=moment(self.starts_from, "where", "startsFrom"),
            starts_before=moment(self.starts_before, "where", "startsBefore"),
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

    def sort_key(self) -> tuple[str, bool]:
        return self.field.value, self.direction is OrderDirection.DESC
