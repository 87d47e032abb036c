"""Signed checkpoints of the log: public, so that anybody can keep copies and compare."""

from __future__ import annotations

import base64
from datetime import datetime
from enum import Enum
from typing import Any

import strawberry

from api.core.context import Context
from application.proof import checkpoints
from projections.proof import queries


@strawberry.enum(description="Why a checkpoint was made.")
class CheckpointReason(Enum):
    INTERVAL = checkpoints.INTERVAL
    CERTIFICATION = checkpoints.CERTIFICATION
    ASKED = checkpoints.ON_REQUEST
    ROTATION = checkpoints.ROTATION


@strawberry.type(
    description="The whole log at one moment, signed: a Merkle tree (RFC 9162) over all events up to a position."
    " docs/proof.md says how to check it. Public."
)
class Checkpoint:
    size: int = strawberry.field(description="How many events the tree holds.")
    position: int = strawberry.field(description="The position of the last of them.")
    root: str = strawberry.field(description="The tree's root hash, in base64.")
    note: str = strawberry.field(
        description="The checkpoint as a signed note (C2SP tlog-checkpoint): the text that others keep copies of."
    )
    reason: CheckpointReason = strawberry.field(description="Why it was made.")
    made_at: datetime = strawberry.field(description="When it was signed (UTC).")
    stamped: bool = strawberry.field(description="Whether a time-stamping authority (RFC 3161) has stamped it.")


def checkpoint_of(row: dict[str, Any]) -> Checkpoint:
    return Checkpoint(
        size=row["size"],
        position=row["position"],
        root=base64.b64encode(row["root"]).decode(),
        note=row["note"],
        reason=CheckpointReason(row["reason"]),
        made_at=row["made_at"],
        stamped=row["stamp"] is not None,
    )


async def load_row(context: Context, size: int | None) -> dict[str, Any] | None:
    """Return the checkpoint of this size, or the latest; None if there is none."""
    read = await context.read()
    query = queries.LATEST if size is None else queries.OF_SIZE
    rows = await read.rows(read.sql(query), {"size": size} if size is not None else None)
    return rows[0] if rows else None


async def load_checkpoint(context: Context, size: int | None) -> Checkpoint | None:
    row = await load_row(context, size)
    return checkpoint_of(row) if row else None
