"""The actions that the asker may take on an object, and why others are not possible now."""

from __future__ import annotations

from collections.abc import Iterable

import strawberry

from domain.kernel import allowed


@strawberry.type(description="An action on a thing, and whether it is possible now.")
class AllowedAction:
    action: str = strawberry.field(description="The mutation's name.")
    allowed: bool = strawberry.field(description="Whether the asker may take it now.")
    reason: str | None = strawberry.field(description="Why it is not possible now, in French, for a person.")


def shown_actions(actions: Iterable[allowed.AllowedAction]) -> list[AllowedAction]:
    return [AllowedAction(action=action.action, allowed=action.allowed, reason=action.reason) for action in actions]
