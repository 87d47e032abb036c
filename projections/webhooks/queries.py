"""Pages of subscriptions, each with where its delivery stands, and of what was sent to one."""

from __future__ import annotations

from projections.engine.paging import Filter, Listing, Order, Source

#: The deliverer's own table; a subscription that it has not taken up has no row.
_STANDING = "LEFT JOIN public.webhook_progress p ON p.webhook_id = w.webhook_id"
_DEAD = """
(SELECT count(*)::int FROM public.webhook_deliveries d WHERE d.webhook_id = w.webhook_id AND d.dead_at IS NOT NULL)"""
SOURCE = Source(
    table="webhooks",
    alias="w",
    shown=f", p.position AS reached, p.attempts, p.due_at, p.reason, {_DEAD} AS dead",
    joined=_STANDING,
)
#: The last subscribed first.
ORDERS = (Order("subscribed_at", "w.subscribed_at", "timestamptz", True), Order("id", "w.webhook_id", "uuid", True))
LISTING = Listing(SOURCE, ORDERS)

DELIVERIES = Listing(
    Source(table="public.webhook_deliveries", alias="d"), (Order("position", "d.position", "bigint", True),)
)
#: Statuses by the names of the API.
STATES = {
    "DELIVERED": "d.delivered_at IS NOT NULL",
    "DEAD": "d.dead_at IS NOT NULL",
    "RETRYING": "d.delivered_at IS NULL AND d.dead_at IS NULL",
}


def delivered_to(webhook_id: object, state: str | None) -> Filter:
    filtered = Filter().where("d.webhook_id = %(webhook)s", webhook=webhook_id)
    return filtered if state is None else filtered.where(STATES[state])
