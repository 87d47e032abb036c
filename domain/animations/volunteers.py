"""The Parents Ressource who take part in an animation: named by their candidatures, never by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from domain.animations.animation import Animation
from domain.animations.events import AnimationVolunteersNamed
from domain.animations.transitions import check
from domain.candidatures.candidature import Candidature
from domain.candidatures.transitions import CandidatureStatus
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, Problem
from domain.kernel.events import Event
from domain.kernel.rights import Action

#: The same for whoever does not exist, is elsewhere, or is not validated: nobody learns of candidatures here.
NO_VOLUNTEER = "Ce n'est pas la candidature d'un parent ressource validé de ce territoire, le jour de l'animation."


def name_volunteers(
    state: Animation,
    volunteers: Sequence[UUID],
    candidatures: Mapping[UUID, Candidature | None],
    actor: Actor,
    now: datetime,
    validated_on: Mapping[UUID, date] | None = None,
) -> list[Event]:
    """Name all who take part from now on; nothing where they are named so already.

    `validated_on`: the day of each validation, as far as it is known; nobody helps before it. Who was named before may
    stay, whatever became of the candidature. Raise DomainError naming each who cannot be.
    """
    check(Action.ANIMATION_VOLUNTEERS_NAME, state, actor, now)
    days, day = validated_on or {}, state.held_on
    named = tuple(dict.fromkeys(volunteers))

    def may_help(volunteer: UUID) -> bool:
        return _may_help(candidatures.get(volunteer), state.territory)

    problems = [
        Problem(ErrorCode.RULE_BROKEN, NO_VOLUNTEER, ("candidature_ids", str(index)))
        for index, volunteer in enumerate(named)
        if volunteer not in state.volunteers and not (may_help(volunteer) and days.get(volunteer, day) <= day)
    ]
    if problems:
        raise DomainError(problems)
    return [] if named == state.volunteers else [AnimationVolunteersNamed(volunteers=named)]


def _may_help(candidature: Candidature | None, territory: str) -> bool:
    return (
        candidature is not None
        and candidature.stands
        and candidature.status is CandidatureStatus.VALIDATED
        and candidature.territory == territory
    )
