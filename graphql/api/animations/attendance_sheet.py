"""The signed attendance sheet of an animation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from api.core.scalars import local


@strawberry.type(
    description="A page of the signed sheet: one file, which may have several pages itself. For the animation's"
    " structure, the coordonnateur of its territory, the national team and auditors; null for others."
)
class AttendanceSheet:
    number: int = strawberry.field(description="Its place among the pages, from 1.")
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


def pages_of(row: dict[str, Any]) -> list[AttendanceSheet]:
    """Return the pages of a row of animations, in their order."""
    url = f"/animations/{row['animation_id']}/attendance-sheet"
    return [_page(row, page, number, f"{url}/{page['sha256']}") for number, page in enumerate(row["sheets"], 1)]


def last_page(row: dict[str, Any]) -> AttendanceSheet | None:
    """Return the page that was attached last, which is not the last one where it replaced another."""
    numbered = enumerate(row["sheets"], 1)
    number, page = max(numbered, key=lambda numbered: (numbered[1]["attached_at"], numbered[0]), default=(0, None))
    return page and _page(row, page, number, f"/animations/{row['animation_id']}/attendance-sheet")


def _page(row: dict[str, Any], page: dict[str, Any], number: int, url: str) -> AttendanceSheet:
    return AttendanceSheet(
        number=number,
        file_name=page["file_name"],
        media_type=page["media_type"],
        size=page["size"],
        sha256=page["sha256"],
        attached_at=local(datetime.fromisoformat(page["attached_at"]), row["time_zone"]),
        url=url,
    )
