"""Subscriptions of other systems, and what was delivered to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.core.context import Context, Info
from api.core.lists.connections import connection
from api.core.lists.nodes import Node
from api.core.lists.paging import PageArguments
from api.structures.types import Structure, structure_with_id
from api.typology.territories_and_terms import lists_of
from api.typology.territory import Territory
from application.webhooks.messages import message_id
from domain.kernel.actors import Actor
from domain.kernel.rights import Action, may
from domain.webhooks.events import PauseCause
from domain.webhooks.webhook import WebhookStatus, owner
from projections.engine.paging import Filter
from projections.webhooks import queries

strawberry.enum(WebhookStatus, name="WebhookStatus", description="Whether a subscription is sent events.")
strawberry.enum(
    PauseCause,
    name="WebhookPauseCause",
    description="Why a subscription is paused: by hand, after messages that could not be delivered, or since the system"
    " answered 410 Gone.",
)

FOR_WEBHOOKS = "For the structure, the coordonnateurs of the territory, or the national team, whose subscription it is."


@strawberry.type(description="A kind of event that other systems may subscribe to.")
class WebhookKind:
    kind: str = strawberry.field(
        description="Its name, as `kinds` takes it. Before the dot stands the family; `animation.*` means all of it."
    )
    sentence: str = strawberry.field(description="What happened, in French.")
    reaches_structures: bool = strawberry.field(
        description="Whether a structure may subscribe to it; others are of a territory or the nation alone."
    )


@strawberry.type(
    description="A subscription: another system is sent events, signed after Standard Webhooks. The national team reads"
    " all of them. " + FOR_WEBHOOKS
)
class Webhook(Node):
    version: int = strawberry.field(description="Rises with every change: for `expectedVersion`.")
    url: str = strawberry.field(description="Where events are posted.")
    kinds: list[str] = strawberry.field(description="The kinds of events, and families of kinds (`animation.*`).")
    status: WebhookStatus = strawberry.field(description="Whether events are sent.")
    paused_because: PauseCause | None = strawberry.field(description="Why it is paused; null where it is not.")
    subscribed_at: datetime = strawberry.field(description="Since when (UTC).")
    delivered_to: int | None = strawberry.field(
        description="The position of the log up to which everything is delivered or dead; null until it is taken up."
    )
    attempts: int = strawberry.field(description="How often the next message was tried.")
    next_attempt_at: datetime | None = strawberry.field(
        description="When it is tried again (UTC); null where none has failed."
    )
    last_failure: str | None = strawberry.field(description="Why it failed last, in English; null where it did not.")
    dead_letters: int = strawberry.field(description="How many messages were given up.")
    row: strawberry.Private[dict[str, Any]]

    @strawberry.field(description="The structure whose events it is sent; null for a territory or the nation.")
    async def structure(self, info: Info) -> Structure | None:
        structure_id = self.row["structure_id"]
        return None if structure_id is None else await structure_with_id(info.context, structure_id)

    @strawberry.field(description="The territory whose events it is sent; null for a structure or the nation.")
    async def territory(self, info: Info) -> Territory | None:
        return (await lists_of(info.context)).territories.get(self.row["territory"] or "")


@strawberry.type(description="An event that was sent, or could not be. It is kept for 90 days.")
class WebhookDelivery:
    position: int = strawberry.field(description="The event's position in the log.")
    message_id: str = strawberry.field(description="The `webhook-id` that it was sent under, each time.")
    kind: str = strawberry.field(description="The kind of event.")
    attempts: int = strawberry.field(description="How often it was sent.")
    http_status: int | None = strawberry.field(description="The last answer's status; null where there was none.")
    reason: str | None = strawberry.field(description="Why it failed last, in English; null where it did not.")
    tried_at: datetime = strawberry.field(description="When it was last sent (UTC).")
    delivered_at: datetime | None = strawberry.field(description="When it was accepted (UTC).")
    dead_at: datetime | None = strawberry.field(description="When it was given up (UTC).")


def webhook_of(row: dict[str, Any]) -> Webhook:
    failing = row["attempts"] or 0
    return Webhook(
        id=strawberry.ID(str(row["webhook_id"])),
        version=row["version"],
        url=row["url"],
        kinds=list(row["kinds"]),
        status=WebhookStatus(row["status"]),
        paused_because=PauseCause(row["because"]) if row["because"] else None,
        subscribed_at=row["subscribed_at"],
        delivered_to=row["reached"],
        attempts=failing,
        next_attempt_at=row["due_at"] if failing else None,
        last_failure=row["reason"],
        dead_letters=row["dead"],
        row=row,
    )


def delivery_of(row: dict[str, Any]) -> WebhookDelivery:
    shown = ("position", "kind", "attempts", "http_status", "reason", "tried_at", "delivered_at", "dead_at")
    return WebhookDelivery(
        message_id=message_id(row["webhook_id"], row["position"]), **{name: row[name] for name in shown}
    )


def is_for(actor: Actor, row: dict[str, Any]) -> bool:
    return may(actor, Action.WEBHOOK_READ, owner(row["structure_id"], row["territory"]))


async def load_webhook(context: Context, webhook_id: UUID) -> Webhook | None:
    """Return the subscription, or None if it is not for the asker."""
    filtered = Filter().where("w.webhook_id = %(webhook_id)s", webhook_id=webhook_id)
    page = await connection(context, queries.LISTING, filtered, PageArguments(first=1), webhook_of)
    return next((webhook for webhook in page.nodes if is_for(context.actor, webhook.row)), None)
