"""The actions that the asker may take on an object, and why others are not possible now."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, Final

import strawberry

from domain.action_groups import transitions as action_groups
from domain.animation_requests import transitions as animation_requests
from domain.animations import transitions as animations
from domain.candidatures import transitions as candidatures
from domain.controls import transitions as controls
from domain.kernel import allowed
from domain.kernel.actors import Role
from domain.kernel.rights import RIGHTS, Action
from domain.publications import transitions as publications
from domain.service_dossiers import transitions as service_dossiers
from domain.strategies import transitions as strategies

#: Every action of a person that a table of transitions shows, by the name of its mutation.
SHOWN_ACTIONS: Final = {
    action.value: action
    for table in (
        animations.TRANSITIONS,
        animation_requests.TRANSITIONS,
        [action for _, action in candidatures.TRANSITIONS],
        controls.OPEN_IN,
        service_dossiers.OPEN_IN,
        publications.TRANSITIONS,
        strategies.OPEN_IN,
        action_groups.OPEN_IN,
    )
    for action in sorted(table)
    if set(RIGHTS[action]) != {Role.SYSTEM}
}
ActionCode: Final[Any] = Enum("ActionCode", {action.name: action for action in SHOWN_ACTIONS.values()})  # type: ignore[misc]
strawberry.enum(ActionCode, description="The actions that `allowedActions` tells of.")


@strawberry.type(description="An action on a thing, and whether it is possible now.")
class AllowedAction:
    action: str = strawberry.field(description="The mutation's name; `code` is the same as a closed list.")
    code: Any = strawberry.field(description="Which action it is.", graphql_type=ActionCode)
    allowed: bool = strawberry.field(description="Whether the asker may take it now.")
    reason: str | None = strawberry.field(description="Why it is not possible now, in French, for a person.")


def shown_actions(actions: Iterable[allowed.AllowedAction]) -> list[AllowedAction]:
    return [
        AllowedAction(
            action=action.action,
            code=ActionCode(Action(action.action)),
            allowed=action.allowed,
            reason=action.reason,
        )
        for action in actions
    ]
