"""The signed attendance sheet of an animation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from api.core.scalars import local


@strawberry.type(
    description="The signed sheet that was attached last. For the animation's structure, the coordonnateur of its"
    " territory, the national team and auditors; null for others."
)
class AttendanceSheet:
    file_name: str = strawberry.field(
        description="Its name, for people; what it was called by who sent it is not kept."
    )
    media_type: str = strawberry.field(description="`application/pdf`, `image/jpeg` or `image/png`.")
    size: int = strawberry.field(description="How many bytes it has.")
    sha256: str = strawberry.field(description="The SHA-256 of its bytes, in hexadecimal, as the log records it.")
    attached_at: datetime = strawberry.field(description="When it was attached (local time).")
    url: str = strawberry.field(
        description="Where the same bytes are given back, on this server: GET with the same `Authorization`."
    )


def sheet_of(row: dict[str, Any]) -> AttendanceSheet | None:
    """Return the sheet of a row of animations, or None if none is attached."""
    if row["sheet_sha256"] is None:
        return None
    return AttendanceSheet(
        file_name=row["sheet_file_name"],
        media_type=row["sheet_media_type"],
        size=row["sheet_size"],
        sha256=row["sheet_sha256"],
        attached_at=local(row["sheet_attached_at"], row["time_zone"]),
        url=f"/animations/{row['animation_id']}/attendance-sheet",
    )
