"""The outbox of text messages: the next one due, and the outcome of each attempt, in the attempt's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

Conn = Connection[Any]

#: A text message is of use for a day: then somebody telephones.
TRIED_FOR = "1 day"
#: Seconds between attempts: 30 s, 1 min, 2 min… up to an hour.
FIRST_WAIT, MAX_WAIT = 30, 3600
#: Messages to one number in a day, whoever causes them.
DAILY = 10

_DUE = """
SELECT sms_id, kind, phone_position, about, attempts,
    coalesce(tried_since < now() - %(tried_for)s::interval, false) AS expired
FROM sms_outbox WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at <= now()
ORDER BY due_at, created_at LIMIT 1 FOR UPDATE SKIP LOCKED"""
_SENT = """
UPDATE sms_outbox SET sent_at = now(), attempts = attempts + 1, reason = NULL, recipient = %s WHERE sms_id = %s"""
_GIVEN_UP = """
UPDATE sms_outbox SET given_up_at = now(), due_at = now(), attempts = attempts + 1, reason = %s, unreached = %s
WHERE sms_id = %s"""
_LATER = """
UPDATE sms_outbox SET attempts = attempts + 1, tried_since = coalesce(tried_since, now()), reason = %s,
    due_at = now() + make_interval(secs => %s)
WHERE sms_id = %s"""
_SECONDS = """
SELECT extract(epoch FROM min(due_at) - now())::float8 FROM sms_outbox WHERE sent_at IS NULL AND given_up_at IS NULL"""
_LATELY = "SELECT count(*) FROM sms_outbox WHERE recipient = %s AND sent_at > now() - interval '1 day'"
_STOP = "INSERT INTO sms_stopped (recipient) VALUES (%s) ON CONFLICT DO NOTHING"
_START = "DELETE FROM sms_stopped WHERE recipient = %s"
_COUNTS = """
SELECT count(*) FILTER (WHERE sent_at IS NULL AND given_up_at IS NULL) AS waiting,
    count(*) FILTER (WHERE sent_at IS NOT NULL) AS sent, count(*) FILTER (WHERE given_up_at IS NOT NULL) AS given_up,
    count(*) FILTER (WHERE unreached) AS unreached,
    max(reason) FILTER (WHERE sent_at IS NULL AND given_up_at IS NULL) AS reason
FROM sms_outbox"""
_RETRY = """
UPDATE sms_outbox SET due_at = now(), given_up_at = NULL, unreached = false, told_at = NULL, attempts = 0,
    tried_since = NULL
WHERE sent_at IS NULL AND (given_up_at IS NULL AND attempts > 0 OR unreached AND %(given_up)s)"""


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A row of the outbox that is due. `expired`: it was tried for `TRIED_FOR`."""

    sms_id: UUID
    kind: str
    phone_position: int
    about: Mapping[str, Any]
    attempts: int
    expired: bool


@dataclass(frozen=True, slots=True)
class Counts:
    waiting: int
    sent: int
    given_up: int
    unreached: int
    reason: str | None


def next_due(conn: Conn) -> TextMessage | None:
    """Return the message that has been due for longest, locked until the transaction ends, or None."""
    with conn.cursor(row_factory=class_row(TextMessage)) as cursor:
        return cursor.execute(_DUE, {"tried_for": TRIED_FOR}).fetchone()


def mark_sent(conn: Conn, message: TextMessage, recipient: UUID) -> None:
    conn.execute(_SENT, (recipient, message.sms_id))


def give_up(conn: Conn, message: TextMessage, reason: str, *, unreached: bool) -> None:
    """Give up for good. `unreached`: somebody must reach the recipient in another way."""
    conn.execute(_GIVEN_UP, (reason, unreached, message.sms_id))


def retry_later(conn: Conn, message: TextMessage, reason: str) -> None:
    wait = min(MAX_WAIT, FIRST_WAIT * 2 ** min(message.attempts, 20))
    conn.execute(_LATER, (reason, wait, message.sms_id))


def is_capped(conn: Conn, recipient: UUID) -> bool:
    row = conn.execute(_LATELY, (recipient,)).fetchone()
    return row is not None and row[0] >= DAILY


def is_stopped(conn: Conn, recipient: UUID) -> bool:
    return conn.execute("SELECT 1 FROM sms_stopped WHERE recipient = %s", (recipient,)).fetchone() is not None


def stop(conn: Conn, recipient: UUID) -> None:
    conn.execute(_STOP, (recipient,))


def start(conn: Conn, recipient: UUID) -> None:
    conn.execute(_START, (recipient,))


def seconds_until_due(conn: Conn, at_most: float) -> float:
    row = conn.execute(_SECONDS).fetchone()
    return at_most if row is None or row[0] is None else min(at_most, max(0.1, float(row[0])))


def counts(conn: Conn) -> Counts:
    with conn.cursor(row_factory=class_row(Counts)) as cursor:
        row = cursor.execute(_COUNTS).fetchone()
    assert row is not None
    return row


def retry_all(conn: Conn, given_up: bool) -> int:
    """Retry what waits after a failure and, with `given_up`, what reached nobody. Return their number."""
    return conn.execute(_RETRY, {"given_up": given_up}).rowcount
