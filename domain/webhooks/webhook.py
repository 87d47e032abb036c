"""A subscription: a system of a structure, of a territory or of the nation is told of events."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.errors import broken
from domain.kernel.events import ERASED_WORDS, Event
from domain.kernel.rights import Action, Belongings, authorize
from domain.webhooks.events import (
    PauseCause,
    WebhookPaused,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretRotated,
    WebhookSubscribed,
    WebhookUnsubscribed,
    WebhookWordsErased,
)
from domain.webhooks.kinds import check_kinds

#: The most subscriptions of one structure, territory or the nation at a time: each costs work at every event.
MOST_SUBSCRIPTIONS = 10


class WebhookStatus(StrEnum):
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True)
class Webhook:
    """`secret_number`: which of its secrets signs, from 1."""

    id: UUID
    structure_id: UUID | None
    territory: str | None
    url: str
    kinds: tuple[str, ...]
    status: WebhookStatus = WebhookStatus.ACTIVE
    secret_number: int = 1

    @property
    def belongings(self) -> Belongings:
        return owner(self.structure_id, self.territory)

    def concerns(self, structure_id: UUID | None, territory: str | None, structures: Collection[UUID] = ()) -> bool:
        """Return whether an event with these owners is for it. `structures`: others that it goes to."""
        if self.structure_id is not None:
            return structure_id == self.structure_id or self.structure_id in structures
        return self.territory is None or territory == self.territory


def owner(structure_id: UUID | None, territory: str | None) -> Belongings:
    """Return who a subscription belongs to. That of a structure is no matter of the territories it works in."""
    return Belongings(structure_id, frozenset() if territory is None else frozenset([territory]))


def evolve(state: Webhook | None, originator_id: UUID, fact: Event) -> Webhook:
    if isinstance(fact, WebhookSubscribed):
        return Webhook(originator_id, fact.structure_id, fact.territory, fact.url, fact.kinds)
    assert state is not None
    match fact:
        case WebhookSecretRotated():
            return replace(state, secret_number=state.secret_number + 1)
        case WebhookPaused():
            return replace(state, status=WebhookStatus.PAUSED)
        case WebhookResumed():
            return replace(state, status=WebhookStatus.ACTIVE)
        case WebhookReplayed():
            return state
        case WebhookUnsubscribed():
            return replace(state, status=WebhookStatus.ENDED)
        case WebhookWordsErased():
            return replace(state, status=WebhookStatus.ENDED, url=ERASED_WORDS)
    raise TypeError(f"not a subscription's event: {fact!r}")


def subscribe(actor: Actor, fact: WebhookSubscribed, others: int) -> list[Event]:
    """Subscribe. `others`: how many subscriptions the same structure, territory or the nation has."""
    authorize(actor, Action.WEBHOOK_SUBSCRIBE, owner(fact.structure_id, fact.territory))
    check_kinds(fact.kinds, for_structure=fact.structure_id is not None)
    if others >= MOST_SUBSCRIPTIONS:
        raise broken(f"{MOST_SUBSCRIPTIONS} abonnements au plus : résiliez-en un, ou suivez-y d'autres événements.")
    return [fact]


def rotate_secret(state: Webhook, actor: Actor) -> list[Event]:
    _authorize(state, actor, Action.WEBHOOK_SECRET_ROTATE)
    return [WebhookSecretRotated()]


def pause(state: Webhook, actor: Actor, because: PauseCause) -> list[Event]:
    _authorize(state, actor, Action.WEBHOOK_PAUSE)
    if state.status is WebhookStatus.PAUSED:
        raise broken("Cet abonnement est déjà suspendu.")
    return [WebhookPaused(because=because)]


def resume(state: Webhook, actor: Actor) -> list[Event]:
    _authorize(state, actor, Action.WEBHOOK_RESUME)
    if state.status is WebhookStatus.ACTIVE:
        raise broken("Cet abonnement n'est pas suspendu.")
    return [WebhookResumed()]


def replay(state: Webhook, actor: Actor, from_position: int, head: int) -> list[Event]:
    """Deliver again from a position. `head`: the position of the last event."""
    _authorize(state, actor, Action.WEBHOOK_REPLAY)
    if from_position > head + 1:
        raise broken(f"Le journal s'arrête à la position {head} : indiquez-la, ou une plus petite.", "from_position")
    return [WebhookReplayed(from_position=from_position)]


def unsubscribe(state: Webhook, actor: Actor) -> list[Event]:
    _authorize(state, actor, Action.WEBHOOK_UNSUBSCRIBE)
    return [WebhookUnsubscribed()]


def _authorize(state: Webhook, actor: Actor, action: Action) -> None:
    authorize(actor, action, state.belongings)
    if state.status is WebhookStatus.ENDED:
        raise broken("Cet abonnement est résilié.")
