"""The lines of a dossier, one for each animation, and the corrections of what was certified of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from api.animations.attendance import came_by
from api.animations.types import Animation, load_animations
from api.core.context import Context
from api.core.lists.paging import count_items
from api.service_dossiers.rates import rate_of
from api.service_dossiers.sums import euros
from domain.service_dossiers.transitions import AmendmentStatus
from domain.service_dossiers.warnings import attendance_warning


@strawberry.type(description="How many were present.")
class Figures:
    parents: int = strawberry.field(description="Parents present.")
    children: int = strawberry.field(description="Children present.")
    total: int = strawberry.field(description="Parents plus children.")


@strawberry.type(description="One animation of a dossier.")
class ServiceLine:
    animation: Animation = strawberry.field(description="The animation, as it stands today.")
    submitted: Figures | None = strawberry.field(
        description="What was submitted, and so what was certified; null before the dossier is submitted."
    )
    current: Figures = strawberry.field(description="What is attested today: other figures after an amendment.")
    submitted_sheet: str | None = strawberry.field(
        description="SHA-256 of the signed attendance sheet, as it was when the dossier was submitted; where it had"
        " several pages, of the last one."
    )
    submitted_sheets: list[str] = strawberry.field(
        description="SHA-256 of each page of the signed attendance sheet, as it was when the dossier was submitted."
    )
    rate: Decimal | None = strawberry.field(
        description="Euros for it, by the rate in force on its day: as submitted, before that as the convention says"
        " today."
    )


@strawberry.type(description="A correction of a certified attestation, which the coordonnateur accepts or refuses.")
class ServiceAmendment:
    number: int = strawberry.field(description="Its number in the dossier, from 1.")
    animation: Animation | None = strawberry.field(description="The animation whose attestation it corrects.")
    proposed: Figures = strawberry.field(description="The figures proposed.")
    reason: str = strawberry.field(description="Why the certified figures are wrong.")
    status: AmendmentStatus = strawberry.field(description="Where it stands.")
    proposed_at: datetime = strawberry.field(description="When it was proposed (UTC).")
    decided_at: datetime | None = strawberry.field(description="When the coordonnateur decided (UTC).")
    decided_by: str | None = strawberry.field(description="Who decided.")
    refusal_reason: str | None = strawberry.field(description="Why it was refused.")
    amount_before: Decimal | None = strawberry.field(
        description="Euros due on the dossier before it was accepted. Null before, and for what was accepted when"
        " amendments left the sum as it was."
    )
    amount_after: Decimal | None = strawberry.field(
        description="Euros due afterwards: an animation to which nobody came is not paid."
    )
    to_recover: Decimal | None = strawberry.field(description="Euros that were then due back of the payment.")
    warning: str | None = strawberry.field(
        description="What is unusual about the figures proposed, in French, for who decides; null where nothing is."
    )


async def _animations(context: Context, ids: Sequence[UUID]) -> list[Animation | None]:
    loaded = (
        context.together("animations", animation_id, lambda keys: load_animations(context, keys))
        for animation_id in ids
    )
    return list(await asyncio.gather(*loaded))


async def dossier_lines(context: Context, row: dict[str, Any]) -> list[ServiceLine]:
    """Return the lines of this dossier. Raises INVALID if a page of dossiers has too many in all."""
    count_items(context, len(row["animation_ids"]), "first")
    animations = await _animations(context, row["animation_ids"])
    submitted = {line["animation_id"]: line for line in row["lines"]}
    return [_line(row, animation, submitted.get(animation.id)) for animation in animations if animation is not None]


async def dossier_amendments(context: Context, row: dict[str, Any]) -> list[ServiceAmendment]:
    animations = await _animations(context, [UUID(amendment["animation_id"]) for amendment in row["amendments"]])
    return [
        _amendment(amendment, animation) for amendment, animation in zip(row["amendments"], animations, strict=True)
    ]


def _figures(parents: int, children: int) -> Figures:
    return Figures(parents=parents, children=children, total=parents + children)


def _line(row: dict[str, Any], animation: Animation, submitted: Mapping[str, Any] | None) -> ServiceLine:
    return ServiceLine(
        animation=animation,
        submitted=_figures(submitted["parents"], submitted["children"]) if submitted else None,
        current=_figures(animation.row["parents"], animation.row["children"]),
        submitted_sheet=submitted["sheets"][-1] if submitted and submitted["sheets"] else None,
        submitted_sheets=submitted["sheets"] if submitted else [],
        rate=rate_of(row, str(animation.id), animation.row["day"]),
    )


def _warning(parents: int, row: Mapping[str, Any]) -> str | None:
    return attendance_warning(parents, row["seats"], came_by(row), row["audience"])


def _amendment(amendment: Mapping[str, Any], animation: Animation | None) -> ServiceAmendment:
    decided_at = amendment.get("decided_at")
    return ServiceAmendment(
        number=amendment["number"],
        animation=animation,
        proposed=_figures(amendment["parents"], amendment["children"]),
        reason=amendment["reason"],
        status=AmendmentStatus(amendment["status"]),
        proposed_at=datetime.fromisoformat(amendment["proposed_at"]),
        decided_at=datetime.fromisoformat(decided_at) if decided_at else None,
        decided_by=amendment.get("decided_by"),
        refusal_reason=amendment.get("refusal_reason"),
        warning=_warning(amendment["parents"], animation.row) if animation else None,
        **{name: euros(amendment.get(name)) for name in ("amount_before", "amount_after", "to_recover")},
    )
