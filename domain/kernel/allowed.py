"""The actions that an actor may take on a thing now, as every table of transitions lists them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AllowedAction:
    """An action, by the name of its mutation; `reason` says in French why it is not possible now."""

    action: str
    allowed: bool
    reason: str | None = None
