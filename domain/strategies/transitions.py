"""What may be done next with a version of a strategy: one table, which commands enforce and `allowedActions` shows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.kernel.actors import Actor
from domain.kernel.allowed import AllowedAction, with_reasons
from domain.kernel.errors import broken
from domain.kernel.rights import Action, Belongings, authorize, may


class StrategyStatus(StrEnum):
    #: The version waits for stakeholders to validate it.
    WRITTEN = "WRITTEN"
    ADOPTED = "ADOPTED"
    SUPERSEDED = "SUPERSEDED"


_CURRENT = frozenset({StrategyStatus.WRITTEN, StrategyStatus.ADOPTED})
OPEN_IN: Mapping[Action, frozenset[StrategyStatus]] = {
    Action.STRATEGY_WRITE: _CURRENT,
    Action.STRATEGY_SCHOOLS_IMPORT: _CURRENT,
    Action.STRATEGY_VALIDATE: frozenset({StrategyStatus.WRITTEN}),
    Action.STRATEGY_DOCUMENT_ATTACH: _CURRENT,
    # Also of a version that was replaced: what should never have been attached is taken back.
    Action.STRATEGY_DOCUMENT_WITHDRAW: frozenset(StrategyStatus),
}
_IN_STATUS: Mapping[StrategyStatus, str] = {
    StrategyStatus.WRITTEN: "Cette version attend d'être validée.",
    StrategyStatus.ADOPTED: "Cette version est adoptée : toutes ses parties prenantes l'ont validée.",
    StrategyStatus.SUPERSEDED: "Une nouvelle version a remplacé celle-ci.",
}


def obstacle(action: Action, status: StrategyStatus) -> str | None:
    """Return why the status does not admit the action (French), or None."""
    return None if status in OPEN_IN[action] else _IN_STATUS[status]


def check(action: Action, status: StrategyStatus, belongings: Belongings, actor: Actor) -> None:
    """Raise FORBIDDEN or RULE_BROKEN unless the actor may take the action now."""
    authorize(actor, action, belongings)
    if reason := obstacle(action, status):
        raise broken(reason)


def allowed_actions(status: StrategyStatus, belongings: Belongings, actor: Actor) -> list[AllowedAction]:
    """Return the actions within the actor's rights, each with the reason that stands against it now, if any."""
    reached = [action for action in OPEN_IN if may(actor, action, belongings)]
    return with_reasons(reached, lambda action: obstacle(action, status))
