"""An animation whose convention no longer covers its day: suspended until one does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.animations.animation import Animation
from domain.animations.events import AnimationResumed, AnimationSuspended
from domain.animations.transitions import check
from domain.conventions.convention import Convention, covering
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, broken
from domain.kernel.events import Event
from domain.kernel.rights import Action


def suspend(state: Animation, conventions: Sequence[Convention], actor: Actor, now: datetime) -> list[Event]:
    """Record, once, that none of the structure's conventions covers the animation. The scheduler calls this."""
    check(Action.ANIMATION_SUSPEND, state, actor, now)
    if find_covering(state, conventions) is not None:
        raise broken("Une convention couvre l'animation.")
    return [AnimationSuspended(convention_id=state.convention_id)]


def resume(state: Animation, conventions: Sequence[Convention], actor: Actor, now: datetime) -> list[Event]:
    """Put a suspended animation under the convention that covers it now."""
    check(Action.ANIMATION_RESUME, state, actor, now)
    return [AnimationResumed(convention_id=covering(conventions, state.territory, state.held_on).id)]


def find_covering(animation: Animation, conventions: Sequence[Convention]) -> Convention | None:
    """Return the convention that covers the animation, its own if that does; None if none does."""
    own = next((convention for convention in conventions if convention.id == animation.convention_id), None)
    if own is not None and own.covers(animation.held_on):
        return own
    try:
        return covering(conventions, animation.territory, animation.held_on)
    except DomainError:
        return None
