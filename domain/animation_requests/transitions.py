"""What may be done next with a school's request: one table, which commands enforce and `allowedActions` shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.allowed import AllowedAction, with_reasons
from domain.kernel.errors import broken
from domain.kernel.rights import Action, Belongings, authorize, may


class RequestStatus(StrEnum):
    OPEN = "OPEN"
    TAKEN_UP = "TAKEN_UP"
    ANSWERED = "ANSWERED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"


class Standing(Protocol):
    """The facts about a request that the table needs. Both the aggregate and the read model's row provide them."""

    @property
    def status(self) -> RequestStatus: ...
    @property
    def wished_until(self) -> date: ...


_OPEN, _TAKEN, _ANSWERED = RequestStatus.OPEN, RequestStatus.TAKEN_UP, RequestStatus.ANSWERED

#: The statuses in which each action is open.
TRANSITIONS: Mapping[Action, frozenset[RequestStatus]] = {
    Action.ANIMATION_REQUEST_TAKE_UP: frozenset({_OPEN}),
    Action.ANIMATION_REQUEST_ANSWER: frozenset({_TAKEN}),
    # Its animation may be cancelled or refused, and the request not yet open again.
    Action.ANIMATION_REQUEST_GIVE_BACK: frozenset({_TAKEN, _ANSWERED}),
    Action.ANIMATION_REQUEST_DECLINE: frozenset({_OPEN}),
    Action.ANIMATION_REQUEST_WITHDRAW: frozenset({_OPEN, _TAKEN}),
    Action.ANIMATION_REQUEST_LAPSE: frozenset({_OPEN, _TAKEN}),
    Action.ANIMATION_REQUEST_REOPEN: frozenset({_ANSWERED}),
}

#: Why a request is not given back whose animation stands.
STILL_ANSWERED = "Une animation répond déjà à cette demande : annulez-la, ou retirez-en l'établissement, d'abord."

_OBSTACLE: Mapping[RequestStatus, str] = {
    _OPEN: "Aucune structure n'a encore pris cette demande en charge.",
    _TAKEN: "Une structure a déjà pris cette demande en charge.",
    _ANSWERED: "Une animation répond déjà à cette demande.",
    RequestStatus.DECLINED: "La demande est déclinée.",
    RequestStatus.WITHDRAWN: "L'établissement a retiré sa demande.",
    RequestStatus.LAPSED: "La période souhaitée est passée.",
}


def obstacle(action: Action, state: Standing, today: date) -> str | None:
    """Return why the state of the request does not admit the action (French), or None."""
    if state.status not in TRANSITIONS[action]:
        return _OBSTACLE[state.status]
    if action is Action.ANIMATION_REQUEST_LAPSE and today <= state.wished_until:
        return "La période souhaitée n'est pas terminée."
    return None


def taking_up(belongings: Belongings, structure_id: UUID | None) -> Belongings:
    """Return the belongings of a request for the structure that would take it up."""
    return replace(belongings, structure_id=structure_id)


def allowed_actions(
    state: Standing, belongings: Belongings, actor: Actor, today: date, still_answered: bool = False
) -> list[AllowedAction]:
    """Return the actions within the actor's rights, each with the reason that stands against it now, if any.

    `still_answered`: its animation stands.
    """
    own = taking_up(belongings, min(actor.structures, default=None))
    reached = [
        action
        for action in TRANSITIONS
        if may(actor, action, own if action is Action.ANIMATION_REQUEST_TAKE_UP else belongings)
    ]
    answered = {Action.ANIMATION_REQUEST_GIVE_BACK: STILL_ANSWERED} if still_answered else {}
    return with_reasons(reached, lambda action: answered.get(action) or obstacle(action, state, today))


def check(action: Action, state: Standing, belongings: Belongings, actor: Actor, today: date) -> None:
    """Raise FORBIDDEN or RULE_BROKEN unless the actor may take the action on this request now."""
    authorize(actor, action, belongings)
    if reason := obstacle(action, state, today):
        raise broken(reason)
