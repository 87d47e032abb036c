"""The events of subscriptions of other systems."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from domain.kernel.events import Event, FreeText, WordsErased, event


class PauseCause(StrEnum):
    """Why nothing is delivered any more."""

    BY_HAND = "BY_HAND"
    #: Message after message could not be delivered.
    FAILURES = "FAILURES"
    #: The system answered that it wants no more (410 Gone).
    GONE = "GONE"


@event("webhook.subscribed", "Abonnement d'un autre système aux événements")
class WebhookSubscribed(Event):
    """A subscription of a structure, of a territory, or of the nation. The secret is derived, and stands nowhere."""

    structure_id: UUID | None = None
    territory: str | None = Field(None, title="territoire")
    url: FreeText = Field(title="adresse de réception")
    kinds: tuple[str, ...] = Field(title="événements suivis")


@event("webhook.secret_rotated", "Secret de signature de l'abonnement renouvelé")
class WebhookSecretRotated(Event):
    """The next secret signs from now on, and the former one beside it for a day."""


@event("webhook.paused", "Abonnement suspendu")
class WebhookPaused(Event):
    """Recorded when deliveries stop for a while: events wait meanwhile."""

    because: PauseCause = Field(title="cause")


@event("webhook.resumed", "Abonnement repris")
class WebhookResumed(Event):
    """Delivery goes on where it stood."""


@event("webhook.replayed", "Événements de l'abonnement renvoyés depuis une position")
class WebhookReplayed(Event):
    """Delivery goes on from that position, backwards or forwards; messages keep their ids."""

    from_position: int = Field(title="position de départ")


@event("webhook.unsubscribed", "Abonnement résilié")
class WebhookUnsubscribed(Event):
    """For good."""


@event("webhook.words_erased", "Adresse de réception effacée")
class WebhookWordsErased(WordsErased):
    """Recorded when the address is erased: without one the subscription is over."""


#: Everything that a subscription's stream holds.
TOPICS = tuple(
    kind.topic
    for kind in (
        *(WebhookSubscribed, WebhookSecretRotated, WebhookPaused, WebhookResumed, WebhookReplayed),
        *(WebhookUnsubscribed, WebhookWordsErased),
    )
)
