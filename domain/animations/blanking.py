"""Blanking a text of an animation that was corrected and could still be read in the past."""

from __future__ import annotations

from datetime import datetime

from domain.animations.animation import Animation
from domain.animations.events import AnimationTextBlanked
from domain.animations.transitions import check
from domain.kernel.actors import Actor
from domain.kernel.errors import broken, invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.kernel.validation import required_reason


def blank_text(state: Animation, actor: Actor, version: int, reason: str, now: datetime) -> list[Event]:
    """Blank the text that was the animation's at a version. Whatever of it is still in force stays."""
    check(Action.ANIMATION_TEXT_BLANK, state, actor, now)
    texts = state.texts
    if not 1 <= version <= texts.version:
        raise invalid(
            f"ce texte n'existe pas : indiquez l'un de ceux que l'animation a eus, de 1 à {texts.version}.",
            "version",
        )
    text = texts.at(version)
    if text is None or text.words == texts.in_force.words:
        raise broken(
            f"Le texte de la version {version} est encore celui de l'animation : corrigez-le d'abord, puis masquez "
            "l'ancien. Si l'animation ne se modifie plus, demandez l'effacement de ses textes.",
            "version",
        )
    if text.since in texts.blanked:
        raise broken(f"Le texte de la version {version} est déjà masqué.", "version")
    return [AnimationTextBlanked(version=version, reason=required_reason(reason))]
