"""Warnings on a dossier, for the coordonnateur to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry

from api.animations.attendance import came_by
from api.animations.types import Animation, load_animations
from api.core.context import Context
from api.service_dossiers.rates import rate_of
from domain.kernel.dossier_status import DECIDED
from domain.service_dossiers.warnings import Claim, WarningCode, likenesses, message, warnings_of
from projections.service_dossiers import queries

#: The most animations that one dossier may resemble; far fewer are named.
_MOST_RESEMBLING = 1_000
Row = dict[str, Any]


@strawberry.type(
    description="Something unusual in a dossier. While there are any, its certification takes a `warningsReason`."
)
class ServiceWarning:
    code: WarningCode = strawberry.field(description="What kind of thing, for programs.")
    message: str = strawberry.field(description="What to look into, in French, for a person.")
    animation: Animation | None = strawberry.field(description="The dossier's animation that it is about.")
    other: Animation | None = strawberry.field(description="The other animation, where two are alike.")


async def warnings_of_dossier(context: Context, row: Row) -> list[ServiceWarning]:
    """Return what is unusual now, or what was recorded with the certification."""
    own = await _animations(context, row["animation_ids"])
    claims = [_claim(row, animation.row) for animation in own.values()]
    if row["status"] in DECIDED:
        return await _recorded(context, row["warnings"] or [], own, {claim.id: claim for claim in claims})
    others = [_claim(row, other) for other in await resembling(context, row["animation_ids"])]
    warnings = warnings_of(claims, others)
    other_ids = [warning.recorded.other_id for warning in warnings if warning.recorded.other_id is not None]
    animations = own | await _animations(context, [other_id for other_id in other_ids if other_id not in own])
    return [
        ServiceWarning(
            code=WarningCode(warning.recorded.code),
            message=warning.message,
            animation=animations.get(warning.recorded.animation_id),
            other=animations.get(warning.recorded.other_id) if warning.recorded.other_id else None,
        )
        for warning in warnings
    ]


async def _recorded(
    context: Context, recorded: Sequence[Row], own: Mapping[UUID, Animation], claims: Mapping[UUID, Claim]
) -> list[ServiceWarning]:
    other_ids = [UUID(warning["other_id"]) for warning in recorded if warning["other_id"]]
    elsewhere = await _animations(context, [other_id for other_id in other_ids if other_id not in own])
    animations = {**elsewhere, **own}
    claims = {id_: _claim({"status": None, "lines": []}, other.row) for id_, other in elsewhere.items()} | dict(claims)
    return [
        ServiceWarning(
            code=WarningCode(warning["code"]),
            message=message(
                WarningCode(warning["code"]), claims[animation_id], claims.get(other_id) if other_id else None
            ),
            animation=animations[animation_id],
            other=animations.get(other_id) if other_id else None,
        )
        for warning in recorded
        if (animation_id := UUID(warning["animation_id"])) in own
        for other_id in [UUID(warning["other_id"]) if warning["other_id"] else None]
    ]


async def resembling(context: Context, animation_ids: Sequence[UUID]) -> Sequence[Row]:
    """Return attested animations outside of these that one of them may be like, whosever they are."""
    read = await context.read()
    return await read.rows(read.sql(queries.RESEMBLING), {"ids": list(animation_ids), "most": _MOST_RESEMBLING})


async def _animations(context: Context, ids: Sequence[UUID]) -> dict[UUID, Animation]:
    loaded = await load_animations(context, ids) if ids else []
    return {animation.row["animation_id"]: animation for animation in loaded if animation is not None}


def _claim(dossier: Row, row: Row) -> Claim:
    """Return what is compared; the figures are those submitted, where they are."""
    line: Row = next((line for line in dossier["lines"] if line["animation_id"] == str(row["animation_id"])), row)
    late = row["declared_late"]
    return Claim(
        id=row["animation_id"],
        structure_id=row["structure_id"],
        territory=row["territory"],
        title=row["title"],
        day=row["day"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        venue_type=row["venue_type"],
        venue_name=row["venue_name"],
        commune_code=row["commune_code"],
        seats=row["seats"],
        parents=line["parents"],
        children=line["children"],
        sheets=tuple(row["sheet_digests"]),
        likenesses=likenesses(row["sheet_likenesses"]),
        declared_late_on=row["created_at"].astimezone(ZoneInfo(row["time_zone"])).date() if late else None,
        rate=rate_of(dossier, str(row["animation_id"]), row["day"]),
        came=came_by(row),
        audience=row["audience"],
    )
