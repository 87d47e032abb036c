"""Scans attached to more than one animation, reported before the service is certified."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import strawberry

from api.animations.types import Animation, load_animations
from api.core.context import Context
from projections.service_dossiers import queries


@strawberry.type(description="One scan that is the signed sheet of several animations.")
class DuplicateSheet:
    sha256: str = strawberry.field(description="The digest of the file.")
    animations: list[Animation] = strawberry.field(description="The dossier's animations that it was attached to.")
    elsewhere: int = strawberry.field(
        description="How many of the structure's animations outside of the dossier it was attached to as well."
    )
    message: str = strawberry.field(description="What to look into, in French, for a person.")


async def duplicate_sheets_of(context: Context, row: dict[str, Any]) -> list[DuplicateSheet]:
    """Return the scans of this dossier that other animations of its structure have too."""
    sheets = await context.together("equal sheets", row["dossier_id"], lambda ids: _equal(context, ids))
    return [await _duplicate(context, sheet) for sheet in sheets]


async def _duplicate(context: Context, row: dict[str, Any]) -> DuplicateSheet:
    animations = [animation for animation in await load_animations(context, row["held"]) if animation is not None]
    elsewhere = row["elsewhere"]
    message = f"La même feuille signée est jointe à {len(row['held']) + elsewhere} animations : "
    message += ", ".join(f"« {animation.title} »" for animation in animations)
    if elsewhere:
        message += f", et {elsewhere} hors de ce dossier"
    return DuplicateSheet(sha256=row["sheet_sha256"], animations=animations, elsewhere=elsewhere, message=f"{message}.")


async def _equal(context: Context, ids: list[UUID]) -> list[list[dict[str, Any]]]:
    read = await context.read()
    rows = await read.rows(read.sql(queries.EQUAL_SHEETS), {"ids": ids})
    return [[row for row in rows if row["dossier_id"] == dossier_id] for dossier_id in ids]
