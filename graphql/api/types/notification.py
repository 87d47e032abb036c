"""Notifications: what happened that concerns the asker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from api.types.base import Node


@strawberry.type(description="Something that happened, told to those whom it concerns. For oneself.")
class Notification(Node):
    kind: str = strawberry.field(description="What kind of thing, for programs: `animation.published`.")
    message: str = strawberry.field(description="What happened, in French.")
    subject_id: strawberry.ID = strawberry.field(description="The thing it happened to: an animation, a dossier…")
    happened_at: datetime = strawberry.field(description="When (UTC).")
    read: bool = strawberry.field(description="Whether the asker has read it.")


def notification_of(row: dict[str, Any]) -> Notification:
    return Notification(
        id=strawberry.ID(f"notification:{row['notification_id']}"),
        kind=row["kind"],
        message=row["message"],
        subject_id=strawberry.ID(str(row["subject_id"])),
        happened_at=row["happened_at"],
        read=row["is_read"],
    )
