"""What may be done next with a control: one table, which commands enforce and `allowedActions` shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Protocol

from domain.kernel.actors import Actor
from domain.kernel.allowed import AllowedAction, with_reasons
from domain.kernel.errors import broken
from domain.kernel.rights import Action, Belongings, authorize, may


class ControlStatus(StrEnum):
    #: Not drawn yet: the draw follows the next checkpoint.
    ANNOUNCED = "ANNOUNCED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class ControlStanding(Protocol):
    """The facts about a control that the table needs. Both the aggregate and the read model's row provide them."""

    @property
    def status(self) -> ControlStatus: ...


_OPEN = frozenset({ControlStatus.OPEN})

OPEN_IN: Mapping[Action, frozenset[ControlStatus]] = {
    # Only a refusal of a closed control may be taken back.
    Action.CONTROL_PIECE_JUDGE: frozenset({ControlStatus.OPEN, ControlStatus.CLOSED}),
    Action.CONTROL_ANSWER: _OPEN,
    Action.CONTROL_CLOSE: _OPEN,
}

_IN_STATUS: Mapping[ControlStatus, str] = {
    ControlStatus.ANNOUNCED: "Le tirage n'est pas fait : il suit le premier point de contrôle signé après l'annonce.",
    ControlStatus.OPEN: "Le tirage est fait.",
    ControlStatus.CLOSED: "Le contrôle est clos.",
}
NOTHING_TO_REVIEW = "Le contrôle est clos, et aucune pièce n'y est refusée."

NOTHING_TO_ANSWER = "Aucune pièce n'est refusée : il n'y a rien à quoi répondre."


def unjudged_obstacle(count: int) -> str | None:
    """Return why a control with `count` unjudged pieces may not be closed (French), or None."""
    return f"Pièces qui restent à juger : {count}." if count else None


def obstacle(action: Action, control: ControlStanding) -> str | None:
    """Return why the control's status does not admit the action (French), or None."""
    return None if control.status in OPEN_IN[action] else _IN_STATUS[control.status]


def check(action: Action, control: ControlStanding, belongings: Belongings, actor: Actor) -> None:
    """Raise FORBIDDEN or RULE_BROKEN unless the actor may take the action now, on a thing with these belongings."""
    authorize(actor, action, belongings)
    if reason := obstacle(action, control):
        raise broken(reason)


def allowed_actions(
    control: ControlStanding, belongings: Collection[Belongings], unjudged: int, refused: int, actor: Actor
) -> list[AllowedAction]:
    """Return the actions within the actor's rights, each with the reason that stands against it now, if any.

    `belongings` are those of the dossiers that the actor sees; `unjudged` and `refused` count these dossiers' pieces.
    """
    reached = [action for action in OPEN_IN if any(may(actor, action, owner) for owner in belongings)]
    closed = control.status is ControlStatus.CLOSED
    further = {
        Action.CONTROL_PIECE_JUDGE: NOTHING_TO_REVIEW if closed and not refused else None,
        Action.CONTROL_ANSWER: None if refused else NOTHING_TO_ANSWER,
        Action.CONTROL_CLOSE: unjudged_obstacle(unjudged),
    }
    return with_reasons(reached, lambda action: obstacle(action, control) or further.get(action))
