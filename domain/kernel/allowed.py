"""The actions that an actor may take on a thing now, as every table of transitions lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from domain.kernel.actions import Action


@dataclass(frozen=True, slots=True)
class AllowedAction:
    """An action, by the name of its mutation; `reason` says in French why it is not possible now."""

    action: str
    allowed: bool
    reason: str | None = None


def with_reasons(actions: Iterable[Action], obstacle: Callable[[Action], str | None]) -> list[AllowedAction]:
    """Return the actions, each with its obstacle (French), if there is one now."""
    reasons = ((action, obstacle(action)) for action in actions)
    return [AllowedAction(action.value, reason is None, reason) for action, reason in reasons]
