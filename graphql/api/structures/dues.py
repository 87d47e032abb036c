"""The dues of a structure: attestations, and dossiers with their pieces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import strawberry

from api.core.context import Context
from projections.structures import queries

#: Days after an animation's end from which its attestation is late: when its structure is first reminded.
LATE_AFTER = timedelta(days=7)


@strawberry.type(description="What a structure still owes.")
class StructureDues:
    attestations_due: int = strawberry.field(description="Past animations without attestation.")
    attestations_late: int = strawberry.field(description="Of these, those that ended more than seven days ago.")
    oldest_end: datetime | None = strawberry.field(description="When the oldest of them ended (UTC).")
    dossiers_to_submit: int = strawberry.field(description="Service dossiers opened or sent back, not submitted.")
    pieces_missing: int = strawberry.field(description="Pieces that the conventions require and these dossiers lack.")


async def dues_of(context: Context, structure_id: UUID, within: Sequence[str] | None) -> StructureDues:
    """Return what the structure owes in the territories `within`, read together with its siblings'."""

    async def load(ids: list[UUID]) -> list[StructureDues]:
        read = await context.read()
        params = {"owners": ids, "within": within, "now": context.now, "late": context.now - LATE_AFTER}
        rows = {row.pop("owner"): row for row in map(dict, await read.rows(read.sql(queries.DUES), params))}
        return [StructureDues(**rows[structure_id]) for structure_id in ids]

    return await context.together(repr(("dues", within)), structure_id, load)
