"""The tables of notifications and e-mails. They are no read models, so a rebuild notifies nobody again."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from eventstore.log import head
from eventstore.sessions.ddl import create_missing

#: Wakes the mailer.
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
CREATE TABLE IF NOT EXISTS sign_ins_seen (
    account_id uuid PRIMARY KEY,
    recipients text[] NOT NULL,
    seen_at timestamptz NOT NULL
);
CREATE TABLE IF NOT EXISTS mail_sending (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    letters_after bigint,
    suspected integer NOT NULL DEFAULT 0,
    stopped_since timestamptz,
    retry_at timestamptz,
    failures integer NOT NULL DEFAULT 0,
    reason text
);
INSERT INTO mail_sending DEFAULT VALUES ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS reactions_set_aside (
    position bigint PRIMARY KEY,
    event text NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    set_aside_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz,
    given_up_at timestamptz
);
CREATE INDEX IF NOT EXISTS subscriptions_of_account ON mail_subscriptions (account_id);
CREATE INDEX IF NOT EXISTS sign_ins_of_recipient ON sign_ins_seen USING gin (recipients);
"""


#: Columns added since the first release. `recipient`: a keyed digest of the mailbox, for `capping`; `tried_since`:
#: the first refusal; `unreached`: the recipient must be reached in another way.
_COLUMNS = {
    "recipient": "uuid",
    "tried_since": "timestamptz",
    "set_aside_at": "timestamptz",
    "unreached": "boolean NOT NULL DEFAULT false",
    "told_at": "timestamptz",
    #: Unique among waiting letters.
    "key": "text",
}
#: `registrations`: people to telephone.
#: `things`, `page`, `key` and `since` are those of `reaction.Notice`; older rows hold whole messages.
_NOTIFICATION_COLUMNS = {
    "registrations": "uuid[] NOT NULL DEFAULT '{}'",
    "with_reason": "boolean NOT NULL DEFAULT false",
    "things": "jsonb",
    "page": "text",
    "key": "text",
    "since": "integer",
}
_EXISTING = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
_INDEXES = """
CREATE INDEX IF NOT EXISTS mail_due ON mail_outbox (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
CREATE INDEX IF NOT EXISTS mail_waiting_for ON mail_outbox (address_position)
    WHERE sent_at IS NULL AND given_up_at IS NULL;
CREATE INDEX IF NOT EXISTS mail_given_up ON mail_outbox (given_up_at) WHERE given_up_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS mail_waiting ON mail_outbox (key)
    WHERE key IS NOT NULL AND sent_at IS NULL AND given_up_at IS NULL;
CREATE INDEX IF NOT EXISTS mail_told ON mail_outbox (key) WHERE key IS NOT NULL AND sent_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS mail_sent_to ON mail_outbox (recipient, sent_at) WHERE recipient IS NOT NULL;
CREATE INDEX IF NOT EXISTS notifications_by_key ON notifications (recipient, key) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS reads_of_notification ON notification_reads (notification_id);
CREATE INDEX IF NOT EXISTS mail_bounced ON mail_outbox (sent_at) WHERE unreached AND sent_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS mail_to_tell ON mail_outbox (due_at) WHERE unreached AND told_at IS NULL;
"""


def leave_history_alone(conn: Connection[Any]) -> None:
    """Skip to the head of the log, so that nobody is notified of a season loaded as history."""
    conn.execute("UPDATE reaction_position SET position = %s", (head(conn),))


def switch_mail_on(conn: Connection[Any]) -> None:
    """Write letters from now on; events already reacted to get none."""
    conn.execute(
        "UPDATE mail_sending SET letters_after = (SELECT position FROM reaction_position) WHERE letters_after IS NULL"
    )


def create_tables(conn: Connection[Any]) -> None:
    """Create the tables. Reactions begin at the head of the log: nobody is notified of the past."""
    create_missing(conn, _DDL)
    for table, columns in (("mail_outbox", _COLUMNS), ("notifications", _NOTIFICATION_COLUMNS)):
        existing = {row[0] for row in conn.execute(_EXISTING, (table,)).fetchall()}
        for name, kind in columns.items():
            # Even an ALTER that changes nothing would wait for writers.
            if name not in existing:
                conn.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    create_missing(conn, _INDEXES)
    statement = "INSERT INTO reaction_position (position) VALUES (%s) ON CONFLICT DO NOTHING"
    conn.execute(statement, (head(conn),))
