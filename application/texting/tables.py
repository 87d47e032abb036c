"""The tables of text messages. They are no read models, so a rebuild texts nobody again."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from eventstore.sessions.ddl import create_missing

Conn = Connection[Any]

#: Wakes the texter.
SMS_CHANNEL = "sms_outbox"

#: `phone_position`: of the event that holds the number; the outbox never does. `recipient` and those of `sms_stopped`
#: are keyed digests of numbers.
_DDL = """
CREATE TABLE IF NOT EXISTS sms_outbox (
    sms_id uuid PRIMARY KEY,
    kind text NOT NULL,
    phone_position bigint NOT NULL,
    about jsonb NOT NULL,
    key text,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    tried_since timestamptz,
    sent_at timestamptz,
    given_up_at timestamptz,
    unreached boolean NOT NULL DEFAULT false,
    told_at timestamptz,
    recipient uuid,
    reason text
);
CREATE INDEX IF NOT EXISTS sms_due ON sms_outbox (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
CREATE INDEX IF NOT EXISTS sms_waiting ON sms_outbox (key)
    WHERE key IS NOT NULL AND sent_at IS NULL AND given_up_at IS NULL;
CREATE INDEX IF NOT EXISTS sms_sent_to ON sms_outbox (recipient, sent_at) WHERE recipient IS NOT NULL;
CREATE INDEX IF NOT EXISTS sms_to_tell ON sms_outbox (due_at) WHERE unreached AND told_at IS NULL;
CREATE TABLE IF NOT EXISTS sms_stopped (recipient uuid PRIMARY KEY, stopped_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS sms_sending (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    texts_after bigint);
INSERT INTO sms_sending DEFAULT VALUES ON CONFLICT DO NOTHING;
"""


def create_tables(conn: Conn) -> None:
    create_missing(conn, _DDL)


def switch_texts(conn: Conn, on: bool) -> None:
    """Turn text messages on or off: while they are off, people whom no letter reaches are telephoned."""
    conn.execute(
        "UPDATE sms_sending SET texts_after = (SELECT position FROM reaction_position) WHERE texts_after IS NULL"
        if on
        else "UPDATE sms_sending SET texts_after = NULL WHERE texts_after IS NOT NULL"
    )


def texts_after(conn: Conn) -> int | None:
    """Return the position after which events are told by text messages; None while they are off."""
    row = conn.execute("SELECT texts_after FROM sms_sending").fetchone()
    return row[0] if row else None
