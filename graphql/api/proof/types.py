"""Signed checkpoints of the log: public, so that anybody can keep copies and compare."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from api.core.context import Context, Info
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

    @strawberry.field(description="The witnesses that have cosigned it (C2SP tlog-cosignature), by name.")
    async def cosigned_by(self, info: Info) -> list[str]:
        context = info.context
        rows = await context.together("cosignatures", self.size, lambda sizes: _cosignatures(context, sizes))
        return [row["witness"] for row in rows]

    @strawberry.field(
        description="Whether the quorum of the configured witnesses has cosigned it: nobody can replace it any more"
        " without being noticed."
    )
    async def final(self, info: Info) -> bool:
        context = info.context
        return await context.together("final checkpoints", self.size, lambda sizes: _final(context, sizes))


async def _cosignatures(context: Context, sizes: Sequence[int]) -> list[list[dict[str, Any]]]:
    read = await context.read()
    rows = await read.rows(read.sql(queries.COSIGNATURES), {"sizes": list(sizes)})
    return [[row for row in rows if row["size"] == size] for size in sizes]


async def _final(context: Context, sizes: Sequence[int]) -> list[bool]:
    read = await context.read()
    rows = await read.rows(read.sql(queries.FINAL), {"sizes": list(sizes)})
    final = {row["size"] for row in rows}
    return [size in final for size in sizes]


async def finally_certified(context: Context, ids: Sequence[UUID]) -> list[bool | None]:
    """Return for each dossier whether a final checkpoint covers its certification; None where no witness is asked."""
    if context.services.witnesses is None:
        return [None for _ in ids]
    read = await context.read()
    rows = await read.rows(read.sql(queries.FINALLY_CERTIFIED), {"ids": list(ids)})
    final = {row["originator_id"] for row in rows}
    return [dossier_id in final for dossier_id in ids]


async def cosigned_note(context: Context, row: dict[str, Any]) -> str:
    """Return the note of a checkpoint with the cosignatures that witnesses have given so far."""
    (lines,) = await _cosignatures(context, [row["size"]])
    return str(row["note"]) + "".join(line["line"] for line in lines)


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
