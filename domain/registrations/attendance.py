"""The list on the day: who registered and came or did not, and who just came (docs/glossary.md, "On the day").

It is open from the animation's day until the attestation, which is proposed from it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.animations.animation import Animation
from domain.animations.transitions import check
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, Problem, broken, quantity
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.registrations.events import PresenceTicked, WalkInsCounted
from domain.registrations.registration import no_children
from domain.registrations.registration_book import RegistrationBook

#: More than so many for each seat, or than so many where the seats are few, are a slip of the keyboard. The attestation
#: is proposed from what is counted.
MOST_WALK_INS_A_SEAT, ALWAYS_POSSIBLE = 10, 100


def check_in(
    book: RegistrationBook,
    animation: Animation,
    registration_id: UUID,
    present: bool,
    children: int | None,
    actor: Actor,
    now: datetime,
    admits_children: bool = True,
) -> list[Event]:
    """Tick somebody as present or absent; a further tick undoes it, an equal one changes nothing.

    `children`: how many came along; where it is None, as ticked before, else as registered, but nobody where the type
    of the animation admits none. A repetition ticks what it repeats.
    """
    check(Action.REGISTRATION_CHECK_IN, animation, actor, now)
    if not admits_children:
        children = _nobody_younger(children)
    standing_id = book.standing_id(registration_id)
    place = book.places.get(standing_id)
    if place is None:
        raise broken(
            "Cette inscription n'est pas, ou n'est plus, sur la liste de l'animation : comptez la personne parmi"
            " celles qui sont venues sans inscription."
        )
    was_present, ticked_children = book.presences.get(standing_id, (False, 0))
    brought = children if children is not None else ticked_children if was_present else place.children
    ticked = PresenceTicked(registration_id=standing_id, present=present, children=brought if present else 0)
    return [] if book.presences.get(standing_id) == (ticked.present, ticked.children) else [ticked]


def count_walk_ins(
    book: RegistrationBook,
    animation: Animation,
    parents: int,
    children: int | None,
    actor: Actor,
    now: datetime,
    admits_children: bool = True,
) -> list[Event]:
    """Count those who came without registering. They replace those before; children left out stay as counted."""
    check(Action.WALK_INS_COUNT, animation, actor, now)
    _check_plausible(animation.content.seats, parents, children)
    if not admits_children:
        children = _nobody_younger(children)
    if children is None:
        _, children = book.walk_ins or (0, 0)
    if book.walk_ins == (parents, children):
        return []
    return [WalkInsCounted(animation_id=animation.id, parents=parents, children=children)]


def _nobody_younger(children: int | None) -> int:
    """Return 0. Raise RULE_BROKEN where some are counted: they would be missing in the attestation without a word."""
    if children:
        raise no_children()
    return 0


def _check_plausible(seats: int, parents: int, children: int | None) -> None:
    most = max(MOST_WALK_INS_A_SEAT * seats, ALWAYS_POSSIBLE)
    problems = [
        Problem(ErrorCode.RULE_BROKEN, f"Au plus {most} {who} pour {quantity(seats, 'place')}.", (field,))
        for field, who, count in (
            ("parents", "personnes venues sans inscription", parents),
            ("children", "enfants venus sans inscription", children or 0),
        )
        if count > most
    ]
    if problems:
        raise DomainError(problems)
