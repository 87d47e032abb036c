"""What stories about letters share: who gets them, and an animation that moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from application.animations.commands import AnimationModify
from tests.support.world import STRUCTURE, World

PARENT, CONTACT = "parent@example.org", "ecole@example.org"


def two_hours_later(world: World, days: int) -> datetime:
    """Return when an animation ends that begins in `days` days."""
    return world.now + timedelta(days=days, hours=2)


def moves(world: World, animation: UUID, days: int, **more: Any) -> None:
    """Have the structure move its animation to `days` days from now."""
    changes = {"starts_at": world.now + timedelta(days=days), "ends_at": two_hours_later(world, days)}
    world.does(AnimationModify(animation_id=animation, changes=changes | more), STRUCTURE)


def modifies(world: World, animation: UUID, **changes: Any) -> None:
    """Have the structure modify its animation."""
    world.does(AnimationModify(animation_id=animation, changes=changes), STRUCTURE)
