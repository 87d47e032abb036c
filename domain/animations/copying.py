"""A copy of an animation: the same content at new dates, waiting for publication, never with the attestation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.animations.animation import Animation, declared
from domain.animations.checking import Surroundings
from domain.animations.events import AnimationContent, AnimationCreated, AnimationDetails
from domain.animations.transitions import AnimationStatus, check
from domain.kernel.actors import Actor
from domain.kernel.errors import ErrorCode, refuse
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.kernel.validation import validated
from domain.typology.typology import TermKind


def clone(
    source: Animation,
    actor: Actor,
    starts_at: datetime,
    ends_at: datetime,
    around: Surroundings,
    now: datetime,
    beside: Sequence[Animation] = (),
) -> list[Event]:
    """Declare the same content at new dates, without the attestation. `beside`: the structure's animations of then.

    Terms that were merged since are those that they became: a past animation cannot be modified to choose others.
    """
    check(Action.ANIMATION_CLONE, source, actor, now)
    values = source.content.model_dump() | _terms_in_force(source.content, around, starts_at)
    content = validated(AnimationContent, values | {"starts_at": starts_at, "ends_at": ends_at})
    facts = declared(content, source.structure_id, around, now, source)
    clones = [fact for fact in facts if isinstance(fact, AnimationCreated)]
    for other in beside:
        if other.status in (AnimationStatus.SUBMITTED, AnimationStatus.PUBLISHED) and _is_same(other.content, *clones):
            raise refuse(
                ErrorCode.DUPLICATE, f"« {content.title} » est déjà déclarée à cette heure, au même lieu.", "starts_at"
            )
    return facts


def _terms_in_force(content: AnimationDetails, around: Surroundings, starts_at: datetime) -> dict[str, Any]:
    # A time without an offset is already what clocks show there.
    day = around.territory.local_date(starts_at) if starts_at.tzinfo else starts_at.date()

    def in_force(kind: TermKind, *codes: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(around.typology.in_force(kind, code, day) for code in codes))

    (venue_type,) = in_force(TermKind.VENUE_TYPE, content.venue_type)
    (animation_type,) = in_force(TermKind.ANIMATION_TYPE, content.type)
    return {
        "venue_type": venue_type,
        "type": animation_type,
        "themes": in_force(TermKind.THEME, *content.themes),
        "accessibility": in_force(TermKind.ACCESSIBILITY, *content.accessibility),
    }


def _is_same(content: AnimationDetails, other: AnimationDetails) -> bool:
    return all(getattr(content, name) == getattr(other, name) for name in ("title", "venue_name", "starts_at"))
