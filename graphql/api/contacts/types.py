"""The contacts of a structure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from api.core.lists.nodes import Node
from api.notifications.unreached import EMAIL_PROBLEM, email_problem


@strawberry.type(description="Somebody whom a structure tells of its animations. For the structure.")
class Contact(Node):
    name: str | None = strawberry.field(description="The name. Personal: null once it is erased.")
    email: str | None = strawberry.field(description="The e-mail address. Personal: null once it is erased.")
    email_problem: str | None = strawberry.field(description=EMAIL_PROBLEM)
    kind: str = strawberry.field(description="What it is: école, centre social…")
    added_at: datetime = strawberry.field(description="When it was added (UTC).")
    unsubscribed_at: datetime | None = strawberry.field(
        description="Since when the contact wants no more letters (UTC); null for who is written to."
    )


def contact_of(row: dict[str, Any]) -> Contact:
    return Contact(
        id=strawberry.ID(str(row["contact_id"])),
        name=row["name"],
        email=row["email"],
        email_problem=email_problem(row["unreached"]),
        kind=row["kind"],
        added_at=row["added_at"],
        unsubscribed_at=row["unsubscribed_at"],
    )
