"""The read model of subscriptions: one row each, also when it is over."""

from __future__ import annotations

from domain.webhooks.events import (
    WebhookPaused,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretRotated,
    WebhookSubscribed,
    WebhookUnsubscribed,
    WebhookWordsErased,
)
from domain.webhooks.webhook import WebhookStatus
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table, erased_words

WEBHOOKS = Projection(
    name="webhooks",
    table=Table(
        columns={
            "webhook_id": "uuid NOT NULL",
            "version": "integer NOT NULL",
            "structure_id": "uuid",
            "territory": "text",
            "status": "text NOT NULL",
            "because": "text",
            "url": "text",
            "kinds": "text[] NOT NULL",
            "secret_number": "integer NOT NULL",
            "subscribed_at": "timestamptz NOT NULL",
        },
        labels={
            "structure_id": "structure",
            "status": "état",
            "secret_number": "numéro du secret",
            "subscribed_at": "souscrit le",
        },
        key=("webhook_id",),
        indexes=("(subscribed_at, webhook_id)", "(structure_id, subscribed_at)", "(territory, subscribed_at)"),
    ),
    opens_words=True,
)


@WEBHOOKS.creates(WebhookSubscribed)
def subscribed(fact: WebhookSubscribed, record: Recorded) -> Row:
    return {
        "structure_id": fact.structure_id,
        "territory": fact.territory,
        "status": WebhookStatus.ACTIVE.value,
        "because": None,
        "url": fact.url,
        "kinds": list(fact.kinds),
        "secret_number": 1,
        "subscribed_at": record.stamp.recorded_at,
    }


@WEBHOOKS.on(WebhookSecretRotated)
def secret_rotated(row: Row, fact: WebhookSecretRotated, record: Recorded) -> Row:
    return row | {"secret_number": row["secret_number"] + 1}


@WEBHOOKS.on(WebhookPaused)
def paused(row: Row, fact: WebhookPaused, record: Recorded) -> Row:
    return row | {"status": WebhookStatus.PAUSED.value, "because": fact.because.value}


@WEBHOOKS.on(WebhookResumed)
def resumed(row: Row, fact: WebhookResumed, record: Recorded) -> Row:
    return row | {"status": WebhookStatus.ACTIVE.value, "because": None}


# Where delivery stands is a table of the deliverer's.
WEBHOOKS.touched_by(WebhookReplayed)


@WEBHOOKS.on(WebhookUnsubscribed)
def unsubscribed(row: Row, fact: WebhookUnsubscribed, record: Recorded) -> Row:
    return row | {"status": WebhookStatus.ENDED.value, "because": None}


@WEBHOOKS.on(WebhookWordsErased)
def words_erased(row: Row, fact: WebhookWordsErased, record: Recorded) -> Row:
    return row | {"status": WebhookStatus.ENDED.value, **erased_words(row, "url")}
