"""The series that an animation is one of, with the dates of those that the asker may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.core.context import Context
from api.core.lists.checks import node_id
from api.core.lists.nodes import Node
from api.core.past import PastContext
from api.core.scalars import local
from domain.animations.transitions import AnimationStatus
from projections.animations import beside

Row = dict[str, Any]
SERIES_PREFIX = "series:"


@strawberry.type(description="One animation at several dates, declared at once; each has a life of its own since.")
class AnimationSeries(Node):
    dates: list[datetime] = strawberry.field(
        description="When its animations begin, in local time and in that order: those that the asker may see, without"
        " those that were cancelled."
    )


async def load_series(
    context: Context, ids: Sequence[UUID], is_visible: Callable[[Context, Row], bool]
) -> list[AnimationSeries]:
    """Return the series in the order of `ids`."""
    read = await context.read()
    rows = await read.rows(read.sql(beside.OF_SERIES), {"ids": list(ids)})
    dates: dict[UUID, list[datetime]] = {series_id: [] for series_id in ids}
    for row in rows:
        if row["status"] != AnimationStatus.CANCELLED and is_visible(context, row):
            dates[row["series_id"]].append(local(row["starts_at"], row["time_zone"]))
    return [
        AnimationSeries(id=strawberry.ID(f"{SERIES_PREFIX}{series_id}"), dates=dates[series_id]) for series_id in ids
    ]


async def find_series(
    context: Context, node: str, is_visible: Callable[[Context, Row], bool]
) -> AnimationSeries | None:
    """Return the series by its id; None if there is none of which the asker may see anything, and in the past."""
    if isinstance(context, PastContext):
        return None
    (series,) = await load_series(context, [node_id(node.removeprefix(SERIES_PREFIX))], is_visible)
    return series if series.dates else None
