"""What may be done next with a control: one table, which commands enforce and `allowedActions` shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Protocol

from domain.kernel.actors import Actor
from domain.kernel.allowed import AllowedAction
from domain.kernel.errors import broken, forbidden
from domain.kernel.rights import Action, Belongings, may


class ControlStatus(StrEnum):
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class ControlStanding(Protocol):
    """What the table needs to know of a control: its aggregate has it, and so has its read model's row."""

    @property
    def status(self) -> ControlStatus: ...


OPEN_IN: Mapping[Action, ControlStatus] = {
    Action.CONTROL_PIECE_JUDGE: ControlStatus.OPEN,
    Action.CONTROL_ANSWER: ControlStatus.OPEN,
    Action.CONTROL_CLOSE: ControlStatus.OPEN,
}

NOTHING_TO_ANSWER = "Aucune pièce n'est refusée : il n'y a rien à quoi répondre."


def unjudged_obstacle(count: int) -> str | None:
    """Why a control with so many pieces that are not judged may not be closed (French), or None when it may."""
    return f"Pièces qui restent à juger : {count}." if count else None


def obstacle(action: Action, control: ControlStanding) -> str | None:
    """Why the control's status does not admit the action (French), or None when it does."""
    return None if control.status is OPEN_IN[action] else "Le contrôle est clos."


def check(action: Action, control: ControlStanding, of: Belongings, actor: Actor) -> None:
    """Raises FORBIDDEN or RULE_BROKEN unless the actor may take the action now, on what belongs so."""
    if not may(actor, action, of):
        raise forbidden()
    if reason := obstacle(action, control):
        raise broken(reason)


def allowed_actions(
    control: ControlStanding, of: Collection[Belongings], unjudged: int, refused: int, actor: Actor
) -> list[AllowedAction]:
    """The actions that the actor's rights reach, each with whether it is possible now and, if not, why.

    `of`: whose dossiers the actor sees in it; `unjudged` and `refused` count the pieces of these dossiers.
    """
    reached = [action for action in OPEN_IN if any(may(actor, action, one) for one in of)]
    further = {
        Action.CONTROL_ANSWER: None if refused else NOTHING_TO_ANSWER,
        Action.CONTROL_CLOSE: unjudged_obstacle(unjudged),
    }
    reasons = [(action, obstacle(action, control) or further.get(action)) for action in reached]
    return [AllowedAction(action.value, reason is None, reason) for action, reason in reasons]
