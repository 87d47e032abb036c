"""Use cases of schools' requests for an animation."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

from pydantic import Field

from application.commanding.commands import ChangeCommand, Command
from application.commanding.current_typology import typology_in_force
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import find_territory
from domain.animation_requests import request as requests
from domain.animation_requests.request import AnimationRequest, Wish
from domain.animation_requests.transitions import RequestStatus, taking_up
from domain.catalogue import ANIMATION, ANIMATION_REQUEST, STRUCTURE
from domain.kernel.errors import ErrorCode, refuse
from domain.kernel.events import Event
from domain.kernel.identifiers import Uai, department_of_school
from domain.kernel.rights import Action, Belongings
from domain.kernel.validation import DeclaredDay, LongText, Reason
from domain.typology.codes import Audience, Theme

#: How many structures hear of one request.
MOST_STRUCTURES = 50
USUAL_AUDIENCE = "parents"


class AnimationRequestSend(Command):
    action: ClassVar[Action] = Action.ANIMATION_REQUEST

    school_uai: Uai
    theme: Theme
    audience: Audience = USUAL_AUDIENCE
    wished_from: DeclaredDay
    wished_until: DeclaredDay
    text: LongText
    #: The structures that work around the school. The read side proposes them.
    structures: Annotated[tuple[UUID, ...], Field(max_length=MOST_STRUCTURES, exclude=True)] = ()
    #: Requests of the school on the same theme, for the same audience, in the same period. The read side proposes them.
    resembling: tuple[UUID, ...] = Field(default=(), exclude=True)


class _RequestChange(ChangeCommand):
    request_id: UUID


class AnimationRequestTakeUp(_RequestChange):
    action: ClassVar[Action] = Action.ANIMATION_REQUEST_TAKE_UP

    structure_id: UUID


class AnimationRequestGiveBack(_RequestChange):
    action: ClassVar[Action] = Action.ANIMATION_REQUEST_GIVE_BACK

    reason: Reason


class AnimationRequestAnswer(_RequestChange):
    action: ClassVar[Action] = Action.ANIMATION_REQUEST_ANSWER

    animation_id: UUID


class AnimationRequestDecline(_RequestChange):
    action: ClassVar[Action] = Action.ANIMATION_REQUEST_DECLINE

    reason: Reason


class AnimationRequestWithdraw(_RequestChange):
    action: ClassVar[Action] = Action.ANIMATION_REQUEST_WITHDRAW

    reason: Reason | None = None


class AnimationRequestLapse(_RequestChange):
    """Sent by the scheduler."""

    action: ClassVar[Action] = Action.ANIMATION_REQUEST_LAPSE


class AnimationRequestReopen(_RequestChange):
    """Sent by the scheduler."""

    action: ClassVar[Action] = Action.ANIMATION_REQUEST_REOPEN


def send(command: AnimationRequestSend, work: UnitOfWork) -> UUID:
    territory = find_territory(work, department_of_school(command.school_uai) or "")
    wish = Wish(
        command.school_uai, command.theme, command.audience, command.wished_from, command.wished_until, command.text
    )
    today = territory.local_date(work.now)
    facts = requests.send(wish, territory, typology_in_force(work), command.structures, work.actor, today)
    for other in command.resembling:
        state = work.find(ANIMATION_REQUEST, other)
        if state is not None and state.status in (RequestStatus.OPEN, RequestStatus.TAKEN_UP):
            message = "Votre établissement a déjà une demande en cours sur ce thème, pour ce public et la même période."
            raise refuse(ErrorCode.DUPLICATE, message, "theme")
    request_id = uuid4()
    owners = Belongings(territories=frozenset([territory.code]), school=command.school_uai)
    work.record(ANIMATION_REQUEST, request_id, facts, owners)
    return request_id


def take_up(command: AnimationRequestTakeUp, work: UnitOfWork) -> UUID:
    state = _request(command, work)
    structure = work.find(STRUCTURE, command.structure_id)
    if structure is None:
        raise work.absent("Structure", "structure_id")
    facts = requests.take_up(state, command.structure_id, structure, work.actor, _today(work, state))
    work.record(ANIMATION_REQUEST, state.id, facts, taking_up(state.belongings, command.structure_id))
    return state.id


def give_back(command: AnimationRequestGiveBack, work: UnitOfWork) -> UUID:
    state = _request(command, work)
    facts = requests.give_back(state, work.actor, command.reason, _today(work, state))
    requests.check_answered_no_longer(state, work.find(ANIMATION, state.animation_id) if state.animation_id else None)
    return _record(work, state, facts)


def answer(command: AnimationRequestAnswer, work: UnitOfWork) -> UUID:
    state = _request(command, work)
    animation = work.find(ANIMATION, command.animation_id)
    if animation is None:
        raise work.absent("Animation", "animation_id")
    facts = requests.answer(state, command.animation_id, animation, work.actor, _today(work, state))
    requests.check_to_come(animation, work.now)
    return _record(work, state, facts)


def decline(command: AnimationRequestDecline, work: UnitOfWork) -> UUID:
    state = _request(command, work)
    return _record(work, state, requests.decline(state, work.actor, command.reason, _today(work, state)))


def withdraw(command: AnimationRequestWithdraw, work: UnitOfWork) -> UUID:
    state = _request(command, work)
    return _record(work, state, requests.withdraw(state, work.actor, command.reason, _today(work, state)))


def lapse(command: AnimationRequestLapse, work: UnitOfWork) -> UUID:
    state = _request(command, work)
    return _record(work, state, requests.lapse(state, work.actor, _today(work, state)))


def reopen(command: AnimationRequestReopen, work: UnitOfWork) -> UUID:
    state = _request(command, work)
    animation = work.find(ANIMATION, state.animation_id) if state.animation_id else None
    if animation is None:
        raise work.absent("Animation", "request_id")
    return _record(work, state, requests.reopen(state, animation, work.actor, _today(work, state)))


def _request(command: _RequestChange, work: UnitOfWork) -> AnimationRequest:
    return work.subject(ANIMATION_REQUEST, command.request_id, command.expected_version, "Demande", "request_id")


def _today(work: UnitOfWork, state: AnimationRequest) -> date:
    return find_territory(work, state.territory).local_date(work.now)


def _record(work: UnitOfWork, state: AnimationRequest, facts: list[Event]) -> UUID:
    work.record(ANIMATION_REQUEST, state.id, facts, state.belongings)
    return state.id


USE_CASES = (
    (AnimationRequestSend, send),
    (AnimationRequestTakeUp, take_up),
    (AnimationRequestGiveBack, give_back),
    (AnimationRequestAnswer, answer),
    (AnimationRequestDecline, decline),
    (AnimationRequestWithdraw, withdraw),
    (AnimationRequestLapse, lapse),
    (AnimationRequestReopen, reopen),
)
