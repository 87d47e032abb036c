"""Use cases of subscriptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from application.commanding.commands import ChangeCommand, Command
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import STRUCTURE, TERRITORY, WEBHOOK
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import ErrorCode, broken, invalid, refuse
from domain.kernel.events import Event
from domain.kernel.identifiers import territory_id, webhook_id
from domain.kernel.rights import Action, authorize, check_owner_is_named, out_of_reach, scope_of
from domain.kernel.validation import TerritoryCode
from domain.webhooks import webhook as webhooks
from domain.webhooks.address import Endpoint
from domain.webhooks.events import PauseCause, WebhookSubscribed
from domain.webhooks.kinds import MOST_KINDS
from domain.webhooks.webhook import Webhook, WebhookStatus

#: The most subscriptions of one owner, ended ones included: each is a stream that is looked at before the next one.
MOST_EVER = 200
Kind = Annotated[str, Field(min_length=1, max_length=60)]


class WebhookSubscribe(Command):
    """The subscription of a structure or of a territory; of the nation where neither is named."""

    action: ClassVar[Action] = Action.WEBHOOK_SUBSCRIBE

    structure_id: UUID | None = None
    territory: TerritoryCode | None = None
    url: Endpoint
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=MOST_KINDS)]


class WebhookChange(ChangeCommand):
    webhook_id: UUID


class WebhookSecretRotate(WebhookChange):
    action: ClassVar[Action] = Action.WEBHOOK_SECRET_ROTATE


class WebhookPause(WebhookChange):
    """`because`: of the system alone; people pause by hand."""

    action: ClassVar[Action] = Action.WEBHOOK_PAUSE

    because: PauseCause = PauseCause.BY_HAND


class WebhookResume(WebhookChange):
    action: ClassVar[Action] = Action.WEBHOOK_RESUME


class WebhookReplay(WebhookChange):
    action: ClassVar[Action] = Action.WEBHOOK_REPLAY

    from_position: Annotated[int, Field(ge=1, le=2**62)]


class WebhookUnsubscribe(WebhookChange):
    action: ClassVar[Action] = Action.WEBHOOK_UNSUBSCRIBE


def subscribe(command: WebhookSubscribe, work: UnitOfWork) -> UUID:
    _check_owner(command, work)
    fact = WebhookSubscribed(
        structure_id=command.structure_id,
        territory=command.territory,
        url=command.url,
        kinds=tuple(dict.fromkeys(command.kinds)),
    )
    stream, others = _next_stream(fact, work)
    facts = webhooks.subscribe(work.actor, fact, others)
    work.record(WEBHOOK, stream, facts, webhooks.owner(fact.structure_id, fact.territory))
    return stream


def _check_owner(command: WebhookSubscribe, work: UnitOfWork) -> None:
    """Raise unless the owner exists. Nobody learns of an account that is not for them."""
    if command.structure_id is not None and command.territory is not None:
        if scope_of(work.actor, command.action) is None:
            raise out_of_reach(work.actor, command.action)
        raise invalid("Indiquez la structure ou le territoire, l'un ou l'autre.", "structure_id")
    check_owner_is_named(work.actor, command.action, command.structure_id, command.territory)
    authorize(work.actor, command.action, webhooks.owner(command.structure_id, command.territory))
    missing = command.structure_id is not None and work.find(STRUCTURE, command.structure_id) is None
    if missing or (command.territory is not None and work.find(TERRITORY, territory_id(command.territory)) is None):
        raise out_of_reach(work.actor, command.action)


def _next_stream(fact: WebhookSubscribed, work: UnitOfWork) -> tuple[UUID, int]:
    """Return the owner's first free stream, and how many subscriptions it has that are not over.

    Raise DUPLICATE where one of them sends the same to the same address.
    """
    owner, live = fact.structure_id or (fact.territory and territory_id(fact.territory)) or None, 0
    for number in range(1, MOST_EVER + 1):
        stream = webhook_id(owner, number)
        state = work.find(WEBHOOK, stream)
        if state is None:
            return stream, live
        if _same(state, fact):
            raise refuse(ErrorCode.DUPLICATE, "Cette adresse suit déjà les mêmes événements.", "url")
        live += state.status is not WebhookStatus.ENDED
    raise broken(f"{MOST_EVER} abonnements ont été souscrits ici : n'en résiliez plus, reprenez-en un.")


def _same(state: Webhook, fact: WebhookSubscribed | Webhook) -> bool:
    return state.status is WebhookStatus.ACTIVE and state.url == fact.url and set(state.kinds) == set(fact.kinds)


def _changing(decide: Callable[[Webhook, Actor], list[Event]]) -> Callable[[WebhookChange, UnitOfWork], UUID]:
    """Return the use case of a decision that needs the subscription alone."""

    def change(command: WebhookChange, work: UnitOfWork) -> UUID:
        return _record(command, work, decide(_subject(command, work), work.actor))

    return change


def resume(command: WebhookResume, work: UnitOfWork) -> UUID:
    """Resume it, unless another one sends the same to the same address meanwhile."""
    state = _subject(command, work)
    facts = webhooks.resume(state, work.actor)
    owner = state.structure_id or (state.territory and territory_id(state.territory)) or None
    for number in range(1, MOST_EVER + 1):
        other = work.find(WEBHOOK, webhook_id(owner, number))
        if other is None:
            break
        if other.id != state.id and _same(other, state):
            message = "Un autre abonnement envoie déjà les mêmes événements à cette adresse : résiliez l'un des deux."
            raise refuse(ErrorCode.DUPLICATE, message, "webhook_id")
    return _record(command, work, facts)


def pause(command: WebhookPause, work: UnitOfWork) -> UUID:
    because = command.because if work.actor.role is Role.SYSTEM else PauseCause.BY_HAND
    return _record(command, work, webhooks.pause(_subject(command, work), work.actor, because))


def replay(command: WebhookReplay, work: UnitOfWork) -> UUID:
    state = _subject(command, work)
    authorize(work.actor, command.action, state.belongings)
    head, _ = work.read_topics(["webhook.subscribed"])
    return _record(command, work, webhooks.replay(state, work.actor, command.from_position, head))


def _subject(command: WebhookChange, work: UnitOfWork) -> Webhook:
    return work.subject(WEBHOOK, command.webhook_id, command.expected_version, "Abonnement", "webhook_id")


def _record(command: WebhookChange, work: UnitOfWork, facts: list[Event]) -> UUID:
    state = work.find(WEBHOOK, command.webhook_id)
    assert state is not None
    work.record(WEBHOOK, command.webhook_id, facts, state.belongings)
    return command.webhook_id


USE_CASES = (
    (WebhookSubscribe, subscribe),
    (WebhookSecretRotate, _changing(webhooks.rotate_secret)),
    (WebhookPause, pause),
    (WebhookResume, resume),
    (WebhookReplay, replay),
    (WebhookUnsubscribe, _changing(webhooks.unsubscribe)),
)
