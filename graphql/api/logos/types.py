"""Logos: public, since they stand on posters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry

from api.core.context import Context
from domain.kernel.identifiers import logo_id
from projections.logos import queries


@strawberry.type(description="The logo that stands on the papers of a structure, or of a territory. Public.")
class Logo:
    media_type: str = strawberry.field(description="`image/png` or `image/svg+xml`.")
    size: int = strawberry.field(description="Its size in bytes.")
    sha256: str = strawberry.field(description="The digest of its bytes, in hexadecimal.")
    url: str = strawberry.field(description="Where it is downloaded.")


async def logo_row(context: Context, owner: UUID) -> dict[str, Any] | None:
    """Return the logo of a structure, or of the stream of a territory; None: it has none."""
    return await context.together("logos", logo_id(owner), lambda ids: _rows(context, ids))


async def logo_of(context: Context, owner: UUID, path: str) -> Logo | None:
    row = await logo_row(context, owner)
    if row is None:
        return None
    return Logo(media_type=row["media_type"], size=row["size"], sha256=row["sha256"], url=f"{path}/logo")


async def _rows(context: Context, ids: Sequence[UUID]) -> list[dict[str, Any] | None]:
    read = await context.read()
    rows = {row["logo_id"]: row for row in await read.of_ids(queries.BY_IDS, ids)}
    return [rows.get(logo) for logo in ids]
