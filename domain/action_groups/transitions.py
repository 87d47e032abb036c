"""What may be done next with an action-research group: one table, enforced by commands and shown to readers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.kernel.actors import Actor
from domain.kernel.allowed import AllowedAction, with_reasons
from domain.kernel.errors import broken
from domain.kernel.rights import Action, Belongings, authorize, may


class ActionGroupStatus(StrEnum):
    OPEN = "OPEN"
    CLOSED = "CLOSED"


_OPEN = frozenset({ActionGroupStatus.OPEN})
OPEN_IN: Mapping[Action, frozenset[ActionGroupStatus]] = {
    Action.ACTION_GROUP_MEMBER_ADD: _OPEN,
    # People may want to leave at any time.
    Action.ACTION_GROUP_MEMBER_REMOVE: frozenset(ActionGroupStatus),
    Action.ACTION_GROUP_RECORD: _OPEN,
    # A slip of the keyboard is often seen once the work is over.
    Action.ACTION_GROUP_CORRECT: frozenset(ActionGroupStatus),
    Action.ACTION_GROUP_MEETING_CORRECT: frozenset(ActionGroupStatus),
    # Lessons are often published once the work is over.
    Action.ACTION_GROUP_LESSON_LINK: frozenset(ActionGroupStatus),
    Action.ACTION_GROUP_CLOSE: _OPEN,
}
_CLOSED = "Le groupe est clos."


def obstacle(action: Action, status: ActionGroupStatus) -> str | None:
    """Return why the status does not admit the action (French), or None."""
    return None if status in OPEN_IN[action] else _CLOSED


def check(action: Action, status: ActionGroupStatus, belongings: Belongings, actor: Actor) -> None:
    """Raise FORBIDDEN or RULE_BROKEN unless the actor may take the action now."""
    authorize(actor, action, belongings)
    if reason := obstacle(action, status):
        raise broken(reason)


def allowed_actions(status: ActionGroupStatus, belongings: Belongings, actor: Actor) -> list[AllowedAction]:
    """Return the actions within the actor's rights, each with the reason that stands against it now, if any."""
    reached = [action for action in OPEN_IN if may(actor, action, belongings)]
    return with_reasons(reached, lambda action: obstacle(action, status))
