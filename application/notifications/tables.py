"""Where notifications and e-mails are kept: outside the read models, so that a rebuild tells nobody anything twice."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from application.eventstore.log import head

#: Wakes who sends e-mails.
MAIL_CHANNEL = "mail_outbox"

_DDL = """
CREATE TABLE IF NOT EXISTS reaction_position (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL);
CREATE TABLE IF NOT EXISTS notifications (
    notification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position bigint NOT NULL,
    recipient text NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    message text NOT NULL,
    happened_at timestamptz NOT NULL,
    UNIQUE (position, recipient, kind)
);
CREATE INDEX IF NOT EXISTS notifications_of_recipient ON notifications (recipient, notification_id);
CREATE TABLE IF NOT EXISTS notification_reads (
    reader uuid NOT NULL,
    notification_id bigint NOT NULL REFERENCES notifications ON DELETE CASCADE,
    read_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (reader, notification_id)
);
CREATE TABLE IF NOT EXISTS mail_outbox (
    mail_id uuid PRIMARY KEY,
    kind text NOT NULL,
    address_position bigint NOT NULL,
    about jsonb NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    given_up_at timestamptz,
    reason text
);
CREATE TABLE IF NOT EXISTS mail_subscriptions (
    account_id uuid NOT NULL,
    recipient text NOT NULL,
    address_position bigint NOT NULL,
    muted text[] NOT NULL,
    PRIMARY KEY (recipient, account_id)
);
CREATE INDEX IF NOT EXISTS subscriptions_of_account ON mail_subscriptions (account_id);
CREATE INDEX IF NOT EXISTS mail_due ON mail_outbox (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
"""


def leave_history_alone(conn: Connection[Any]) -> None:
    """Goes on from the head of the log: a season that was loaded is history, and nobody is told of it."""
    conn.execute("UPDATE reaction_position SET position = %s", (head(conn),))


def create_tables(conn: Connection[Any]) -> None:
    """Also where reactions begin: at the head of the log, so that nobody is told of what is long past."""
    conn.execute(_DDL)
    begins = "INSERT INTO reaction_position (position) VALUES (%s) ON CONFLICT DO NOTHING"
    conn.execute(begins, (head(conn),))
