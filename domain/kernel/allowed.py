"""What an asker may do with a thing now: how every table of transitions shows itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AllowedAction:
    """`action` is named as its mutation; `reason` says in French why it is not possible now."""

    action: str
    allowed: bool
    reason: str | None = None
