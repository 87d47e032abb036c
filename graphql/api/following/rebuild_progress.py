"""The progress of a rebuild of read models."""

from __future__ import annotations

from datetime import datetime

import strawberry

from projections.engine.announcing import RebuildNotice, Step


@strawberry.type(
    description="How far a rebuild of read models has come. For the national team. A rebuild that is killed tells"
    " nothing any more: `toldAt` tells how old the news is."
)
class RebuildProgress:
    step: Step = strawberry.field(description="What it does now, or how it ended.")
    done: int = strawberry.field(description="Events taken in this step; indexes made while indexing.")
    total: int = strawberry.field(description="How many there are in this step.")
    read_models: list[str] = strawberry.field(description="The read models that are rebuilt.")
    told_at: datetime = strawberry.field(description="When this was told.")


def rebuild_progress_of(notice: RebuildNotice) -> RebuildProgress:
    return RebuildProgress(
        step=notice.step,
        done=notice.done,
        total=notice.total,
        read_models=list(notice.names),
        told_at=notice.told_at,
    )
