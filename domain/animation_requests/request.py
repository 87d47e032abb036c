"""A school's request for an animation, on a theme and in a period (docs/glossary.md, "A school asks").

It goes to the structures that work around the school and to the coordonnateur. A structure takes it up, and declares
an animation that names the school.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.animation_requests.events import (
    ReopeningCause,
    RequestAnswered,
    RequestDeclined,
    RequestGivenBack,
    RequestLapsed,
    RequestReopened,
    RequestSent,
    RequestTakenUp,
    RequestWithdrawn,
    RequestWordsErased,
)
from domain.animation_requests.transitions import STILL_ANSWERED, RequestStatus, check, taking_up
from domain.animations.animation import Animation
from domain.animations.transitions import AnimationStatus
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, Problem, broken, gathering, invalid
from domain.kernel.events import Event
from domain.kernel.identifiers import department_of_school
from domain.kernel.rights import Action, Belongings, authorize, out_of_reach
from domain.kernel.validation import required_reason
from domain.structures.structure import Structure
from domain.typology.territory import Territory
from domain.typology.typology import TermKind, Typology, check_terms

#: A request further ahead is for another school year.
LONGEST_AHEAD = timedelta(days=550)


class Difference(StrEnum):
    """Where the animation that answers differs from the wish: school and structure may have agreed on it."""

    THEME = "THEME"
    AUDIENCE = "AUDIENCE"
    PERIOD = "PERIOD"


@dataclass(frozen=True, slots=True)
class Wish:
    """The wish of a school."""

    school: str
    theme: str
    audience: str
    wished_from: date
    wished_until: date
    text: str


@dataclass(frozen=True, slots=True)
class AnimationRequest:
    id: UUID
    school: str
    territory: str
    wished_until: date
    status: RequestStatus = RequestStatus.OPEN
    #: The one that has taken it up.
    structure_id: UUID | None = None
    animation_id: UUID | None = None

    @property
    def belongings(self) -> Belongings:
        return Belongings(self.structure_id, frozenset([self.territory]), self.school)


def evolve(state: AnimationRequest | None, originator_id: UUID, fact: Event) -> AnimationRequest:
    if isinstance(fact, RequestSent):
        return AnimationRequest(originator_id, fact.school, fact.territory, fact.wished_until)
    assert state is not None, "a request's first event is animation_request.sent"
    match fact:
        case RequestTakenUp():
            return replace(state, status=RequestStatus.TAKEN_UP, structure_id=fact.structure_id)
        case RequestGivenBack():
            return replace(state, status=RequestStatus.OPEN, structure_id=None, animation_id=None)
        case RequestAnswered():
            return replace(state, status=RequestStatus.ANSWERED, animation_id=fact.animation_id)
        case RequestReopened():
            return replace(state, status=RequestStatus.TAKEN_UP, animation_id=None)
        case RequestDeclined():
            return replace(state, status=RequestStatus.DECLINED)
        case RequestWithdrawn():
            return replace(state, status=RequestStatus.WITHDRAWN)
        case RequestLapsed():
            return replace(state, status=RequestStatus.LAPSED)
        case RequestWordsErased():
            return state
    raise TypeError(f"not an animation request's event: {fact!r}")


def send(
    wish: Wish,
    territory: Territory,
    typology: Typology,
    structures: Collection[UUID],
    actor: Actor,
    today: date,
) -> list[Event]:
    """Ask for an animation in the name of a school. Raise DomainError with every problem."""
    belongings = Belongings(territories=frozenset([territory.code]), school=wish.school)
    authorize(actor, Action.ANIMATION_REQUEST, belongings)
    problems: list[Problem] = []
    with gathering(problems):
        if department_of_school(wish.school) != territory.code:
            raise invalid(f"établissement du territoire {territory.name} ({territory.code}) attendu.", "school_uai")
    with gathering(problems):
        terms = [(TermKind.THEME, wish.theme, ("theme",)), (TermKind.AUDIENCE, wish.audience, ("audience",))]
        check_terms(typology, terms, today)
    with gathering(problems):
        if wish.wished_until < wish.wished_from:
            raise invalid("Fin de la période souhaitée : elle précède son début.", "wished_until")
        if wish.wished_until < today:
            raise invalid("Fin de la période souhaitée : elle est passée, indiquez un jour à venir.", "wished_until")
        if wish.wished_until > today + LONGEST_AHEAD:
            raise invalid("Fin de la période souhaitée : trop lointaine, 18 mois au plus.", "wished_until")
    if problems:
        raise DomainError(problems)
    return [
        RequestSent(
            school=wish.school,
            territory=territory.code,
            theme=wish.theme,
            audience=wish.audience,
            wished_from=wish.wished_from,
            wished_until=wish.wished_until,
            text=wish.text,
            structures=tuple(structures),
        )
    ]


def take_up(
    state: AnimationRequest, structure_id: UUID, structure: Structure | None, actor: Actor, today: date
) -> list[Event]:
    """Take a request up, for a structure that has a convention in its territory; None: its account is not held."""
    action, belongings = Action.ANIMATION_REQUEST_TAKE_UP, taking_up(state.belongings, structure_id)
    if structure is not None and state.territory not in structure.territories:
        # The structure sees no request from there.
        raise out_of_reach(actor, action)
    check(action, state, belongings, actor, today)
    return [RequestTakenUp(structure_id=structure_id)]


def give_back(state: AnimationRequest, actor: Actor, reason: str, today: date) -> list[Event]:
    check(Action.ANIMATION_REQUEST_GIVE_BACK, state, state.belongings, actor, today)
    assert state.structure_id is not None
    return [RequestGivenBack(structure_id=state.structure_id, reason=required_reason(reason))]


def check_answered_no_longer(state: AnimationRequest, animation: Animation | None) -> None:
    """Raise RULE_BROKEN for a request whose animation stands; None: it has none."""
    if animation is not None and reopening_cause(state.school, animation) is None:
        raise broken(STILL_ANSWERED)


def answer(
    state: AnimationRequest, animation_id: UUID, animation: Animation | None, actor: Actor, today: date
) -> list[Event]:
    """Say which animation answers the request: one of the same structure, that names the school.

    None: the animation is not held.
    """
    check(Action.ANIMATION_REQUEST_ANSWER, state, state.belongings, actor, today)
    assert state.structure_id is not None
    if animation is not None:
        if animation.structure_id != state.structure_id:
            raise broken("Cette animation n'est pas celle de votre structure.", "animation_id")
        if animation.content.school != state.school:
            raise broken(
                f"Cette animation ne nomme pas l'établissement de la demande, {state.school} : indiquez-le d'abord.",
                "animation_id",
            )
        if animation.status not in (AnimationStatus.SUBMITTED, AnimationStatus.PUBLISHED):
            raise broken("Cette animation est annulée ou refusée : elle ne répond pas à la demande.", "animation_id")
    return [RequestAnswered(structure_id=state.structure_id, animation_id=animation_id)]


def check_to_come(animation: Animation, now: datetime) -> None:
    """Raise RULE_BROKEN for an animation that was over before anybody said that it answers."""
    if animation.ends_at <= now:
        raise broken("Cette animation est passée : celle qui répond à une demande est à venir.", "animation_id")


def differences(
    theme: str, audience: str, wished: tuple[date, date], animation: tuple[Collection[str], str, date]
) -> list[Difference]:
    """Return where an animation (its themes, its audience, its day) differs from what was wished for."""
    themes, for_whom, day = animation
    differs = {
        Difference.THEME: theme not in themes,
        Difference.AUDIENCE: audience != for_whom,
        Difference.PERIOD: not wished[0] <= day <= wished[1],
    }
    return [difference for difference, it_does in differs.items() if it_does]


def reopening_cause(school: str, animation: Animation) -> ReopeningCause | None:
    """Return why the animation answers no request of the school; None: it answers."""
    match animation.status:
        case AnimationStatus.CANCELLED:
            return ReopeningCause.CANCELLED
        case AnimationStatus.REFUSED:
            return ReopeningCause.REFUSED
    return None if animation.content.school == school else ReopeningCause.OTHER_SCHOOL


def reopen(state: AnimationRequest, animation: Animation, actor: Actor, today: date) -> list[Event]:
    """Leave a request to its structure again whose animation is cancelled, refused, or for another school."""
    check(Action.ANIMATION_REQUEST_REOPEN, state, state.belongings, actor, today)
    assert state.animation_id is not None
    cause = reopening_cause(state.school, animation)
    if cause is None:
        raise broken("L'animation répond toujours à la demande.")
    return [RequestReopened(animation_id=state.animation_id, because=cause)]


def decline(state: AnimationRequest, actor: Actor, reason: str, today: date) -> list[Event]:
    check(Action.ANIMATION_REQUEST_DECLINE, state, state.belongings, actor, today)
    return [RequestDeclined(reason=required_reason(reason))]


def withdraw(state: AnimationRequest, actor: Actor, reason: str | None, today: date) -> list[Event]:
    check(Action.ANIMATION_REQUEST_WITHDRAW, state, state.belongings, actor, today)
    return [RequestWithdrawn(reason=None if reason is None else required_reason(reason))]


def lapse(state: AnimationRequest, actor: Actor, today: date) -> list[Event]:
    """Let a request go whose period is over."""
    check(Action.ANIMATION_REQUEST_LAPSE, state, state.belongings, actor, today)
    return [RequestLapsed()]
