"""Queries on subscriptions."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry

from api.core.context import Info
from api.core.lists.checks import node_id
from api.core.lists.connections import connection, within_reach
from api.core.lists.paging import After, Before, Connection, First, Last, page_arguments
from api.webhooks.types import (
    FOR_WEBHOOKS,
    Webhook,
    WebhookDelivery,
    WebhookKind,
    delivery_of,
    load_webhook,
    webhook_of,
)
from domain.kernel.rights import Action
from domain.webhooks.kinds import offered, reaches_structures
from projections.webhooks import queries


@strawberry.enum(description="What became of a message.")
class WebhookDeliveryState(Enum):
    DELIVERED = strawberry.enum_value("DELIVERED", description="Accepted.")
    DEAD = strawberry.enum_value("DEAD", description="Given up; `webhookReplay` sends it again.")
    RETRYING = strawberry.enum_value("RETRYING", description="Not accepted yet; what follows waits for it.")


WebhookId = Annotated[strawberry.ID, strawberry.argument(description="The subscription.")]
State = Annotated[WebhookDeliveryState | None, strawberry.argument(description="Of messages in this state alone.")]


@strawberry.type
class WebhookQueries:
    @strawberry.field(
        description="The subscriptions of other systems, the last subscribed first, those that are over included."
        f" {FOR_WEBHOOKS} FORBIDDEN for other roles."
    )
    async def webhooks(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Webhook] | None:
        filtered = within_reach(info.context, Action.WEBHOOK_READ, "w")
        arguments = page_arguments(info, first, after, last, before)
        return await connection(info.context, queries.LISTING, filtered, arguments, webhook_of)

    @strawberry.field(
        description=f"What was sent to a subscription, the latest position first. {FOR_WEBHOOKS} Null"
        " where there is none for the asker; FORBIDDEN for other roles."
    )
    async def webhook_deliveries(
        self,
        info: Info,
        webhook_id: WebhookId,
        state: State = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[WebhookDelivery] | None:
        context, stream = info.context, node_id(webhook_id, "webhookId")
        if await load_webhook(context, stream) is None:
            return None
        filtered = queries.delivered_to(stream, state.name if state else None)
        arguments = page_arguments(info, first, after, last, before)
        return await connection(context, queries.DELIVERIES, filtered, arguments, delivery_of)

    @strawberry.field(description="The kinds of events that can be subscribed to: none about one person. Public.")
    def webhook_kinds(self) -> list[WebhookKind]:
        return [
            WebhookKind(kind=kind, sentence=sentence, reaches_structures=reaches_structures(kind))
            for kind, sentence in offered().items()
        ]
