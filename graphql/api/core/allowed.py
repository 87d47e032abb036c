"""What the asker may do with a thing, and for what is not possible now, why."""

from __future__ import annotations

from collections.abc import Iterable

import strawberry

from domain.kernel import allowed


@strawberry.type(description="An action on a thing, and whether it is possible now.")
class AllowedAction:
    action: str = strawberry.field(description="The mutation's name.")
    allowed: bool = strawberry.field(description="Whether the asker may take it now.")
    reason: str | None = strawberry.field(description="Why it is not possible now, in French, for a person.")


def shown_actions(found: Iterable[allowed.AllowedAction]) -> list[AllowedAction]:
    return [AllowedAction(action=one.action, allowed=one.allowed, reason=one.reason) for one in found]
