"""Where a modification may move an animation's start to: never to where its declaration would have been a late one."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from domain.animations.events import AnimationDetails, AnimationModified
from domain.kernel.errors import broken
from domain.kernel.events import Event


class Moved(Protocol):
    @property
    def content(self) -> AnimationDetails: ...
    @property
    def declared_late(self) -> bool: ...


def check_new_start(animation: Moved, modified: Event, now: datetime) -> None:
    """Raise RULE_BROKEN for a start that is moved into the past, or within it to a day before.

    Lateness is settled by the declaration: one made in time would escape its mark. One that is marked may be corrected.
    """
    assert isinstance(modified, AnimationModified)
    before, after = animation.content.starts_at, modified.starts_at
    if after == before or after > now:
        return
    if before > now:
        raise broken(
            "Début : une animation à venir ne se déplace pas dans le passé. Indiquez un début à venir ; ce qui a déjà"
            " eu lieu se déclare comme une nouvelle animation.",
            "starts_at",
        )
    if after.date() < before.date() and not animation.declared_late:
        raise broken(
            f"Début : une animation passée ne se déplace pas avant son jour. Indiquez le {before:%d/%m/%Y} ou un jour"
            " d'après ; ce qui a eu lieu avant se déclare comme une nouvelle animation.",
            "starts_at",
        )
