"""Where each subscription's delivery stands, and what was sent. They are no read models: a rebuild sends nothing."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from eventstore.sessions.ddl import create_missing

_DDL = """
CREATE TABLE IF NOT EXISTS webhook_progress (
    webhook_id uuid PRIMARY KEY,
    version integer NOT NULL,
    position bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    dead_in_a_row integer NOT NULL DEFAULT 0,
    reason text
);
CREATE TABLE IF NOT EXISTS webhook_deliveries (
    webhook_id uuid NOT NULL,
    position bigint NOT NULL,
    kind text NOT NULL,
    attempts integer NOT NULL,
    http_status integer,
    reason text,
    tried_at timestamptz NOT NULL,
    delivered_at timestamptz,
    dead_at timestamptz,
    PRIMARY KEY (webhook_id, position)
);
CREATE INDEX IF NOT EXISTS webhook_deliveries_dead ON webhook_deliveries (webhook_id, position)
    WHERE dead_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS webhook_deliveries_tried ON webhook_deliveries (tried_at);
"""

#: The index that the deliverer needs at every event.
INDEX = """
CREATE INDEX IF NOT EXISTS stored_events_webhooks ON stored_events (topic, notification_id) WHERE topic IN (
    'webhook.subscribed', 'webhook.secret_rotated', 'webhook.paused', 'webhook.resumed', 'webhook.replayed',
    'webhook.unsubscribed', 'webhook.words_erased')"""


def create_tables(conn: Connection[Any]) -> None:
    create_missing(conn, _DDL)
