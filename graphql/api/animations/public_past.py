"""Limit what the public sees of an animation in the past: what is public today, and how far it had come then.

A text that was corrected may have named somebody; who answers for the animation still reads it in history.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.core.past import PastContext
from api.typology.territories_and_terms import Lists, lists_of
from domain.animations.transitions import AnimationStatus
from projections.animations import queries

Row = dict[str, Any]
#: Columns that tell how far it had come: they hold nothing that anybody wrote.
_PROGRESS = (
    *("version", "status", "published_at", "published_position", "seats_left", "waiting", "past"),
    *("suspended", "uncovered"),
)


def is_public(row: Row) -> bool:
    """Published animations are public, and so are those cancelled after publication."""
    return row["status"] == AnimationStatus.PUBLISHED or (
        row["status"] == AnimationStatus.CANCELLED and row["published_at"] is not None
    )


async def as_public_today(past: PastContext, rows: Sequence[Row]) -> tuple[dict[UUID, Row], Lists]:
    """Return, by id, what the public may see of these rows of then, and the lists that its codes are of.

    Everything that people wrote or chose is that of today; what is not public today is left out.
    """
    read = await past.live.read()
    live_rows = await read.of_ids(queries.BY_IDS, [row["animation_id"] for row in rows])
    today = {row["animation_id"]: row for row in live_rows if is_public(row)}
    then = {row["animation_id"]: row for row in rows if row["animation_id"] in today}
    shown = {animation_id: _shown(row, today[animation_id]) for animation_id, row in then.items()}
    return shown, await lists_of(past.live)


def _shown(then: Row, today: Row) -> Row:
    reason = None if then["cancellation_reason"] is None else today["cancellation_reason"]
    return today | {name: then[name] for name in _PROGRESS if name in then} | {"cancellation_reason": reason}
