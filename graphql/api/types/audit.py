"""Entries of the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import strawberry
from strawberry.scalars import JSON

from api.types.base import Node
from domain.events import registered_events


@strawberry.type(
    description="One domain event, as the log holds it. For the structure that it belongs to, the coordonnateur of its"
    " territory, the national team and auditors."
)
class AuditEntry(Node):
    position: int = strawberry.field(description="Its place in the log: one order for everything that happened.")
    type: str = strawberry.field(description="What happened: `animation.published`.")
    recorded_at: datetime = strawberry.field(description="When it was recorded (UTC).")
    actor: str = strawberry.field(description="Who acted; a pseudonym for parents.")
    role: str = strawberry.field(description="In what role.")
    subject: strawberry.ID = strawberry.field(description="The thing it happened to: an animation, a convention…")
    subject_version: int = strawberry.field(description="The thing's version after it.")
    cause: str = strawberry.field(description="The command, or the event that a policy answered to.")
    command_id: strawberry.ID = strawberry.field(description="What was recorded together has the same.")
    data: JSON = strawberry.field(
        description="The event's own fields, as recorded. Those in `personalFields` are encrypted, and null here."
    )
    personal_fields: list[str] = strawberry.field(description="The fields that speak of a person.")
    personal_data_erased_at: datetime | None = strawberry.field(
        description="When the key of those fields was destroyed (UTC): nobody can read them since."
    )


def entry_of(row: dict[str, Any]) -> AuditEntry:
    state = orjson.loads(row["state"])
    stamp, data = state["stamp"], state["data"]
    event_class = registered_events().get(row["type"])
    personal = [name for name in (event_class.personal_fields if event_class else ()) if name in data]
    return AuditEntry(
        id=strawberry.ID(f"audit:{row['position']}"),
        position=row["position"],
        type=row["type"],
        recorded_at=row["recorded_at"],
        actor=stamp["actor"],
        role=stamp["role"],
        subject=strawberry.ID(str(row["subject_id"])),
        subject_version=row["originator_version"],
        cause=stamp["cause"],
        command_id=strawberry.ID(stamp["command_id"]),
        data=data | dict.fromkeys(personal),
        personal_fields=personal,
        personal_data_erased_at=row["erased_at"],
    )
