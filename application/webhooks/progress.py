"""Where each subscription stands: what is next, and the outcome of each attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

Conn = Connection[Any]

#: Seconds before the second attempt, the third…; after the last one a message is dead: four hours in all.
WAITS = (5, 30, 120, 600, 1_800, 3_600, 7_200)
#: Dead messages in a row that pause a subscription.
MOST_DEAD_IN_A_ROW = 3

_BEGIN = """
INSERT INTO webhook_progress (webhook_id, version, position, due_at) VALUES (%(id)s, %(version)s, %(position)s, %(now)s)
ON CONFLICT DO NOTHING"""
_ORDERED = """
UPDATE webhook_progress SET version = %(version)s, position = coalesce(%(position)s, position), attempts = 0,
    dead_in_a_row = 0, due_at = %(now)s, reason = NULL
WHERE webhook_id = %(id)s AND version < %(version)s"""
_DUE = """
SELECT webhook_id, position, attempts, dead_in_a_row FROM webhook_progress
WHERE webhook_id = ANY(%(ids)s) AND due_at <= %(now)s ORDER BY due_at, webhook_id"""
_NEXT = """
SELECT min(due_at) FROM webhook_progress WHERE webhook_id = ANY(%(ids)s) AND due_at > %(now)s"""
_PASSED = """
UPDATE webhook_progress SET position = %(position)s
WHERE webhook_id = %(id)s AND version = %(version)s AND position < %(position)s"""
_DONE = """
UPDATE webhook_progress SET position = %(position)s, attempts = 0, dead_in_a_row = %(dead)s, due_at = %(due)s,
    reason = %(reason)s
WHERE webhook_id = %(id)s AND version = %(version)s"""
_FAILED = """
UPDATE webhook_progress SET attempts = attempts + 1, due_at = %(due)s, reason = %(reason)s
WHERE webhook_id = %(id)s AND version = %(version)s"""
_TOLD = """
INSERT INTO webhook_deliveries (webhook_id, position, kind, attempts, http_status, reason, tried_at, delivered_at,
    dead_at)
VALUES (%(id)s, %(position)s, %(kind)s, 1, %(status)s, %(reason)s, %(now)s, %(delivered)s, %(dead)s)
ON CONFLICT (webhook_id, position) DO UPDATE SET attempts = webhook_deliveries.attempts + 1,
    http_status = excluded.http_status, reason = excluded.reason, tried_at = excluded.tried_at,
    delivered_at = coalesce(excluded.delivered_at, webhook_deliveries.delivered_at),
    dead_at = CASE WHEN excluded.delivered_at IS NULL THEN excluded.dead_at END"""


@dataclass(frozen=True, slots=True)
class Standing:
    """`position`: everything up to it is delivered, dead, or not subscribed to."""

    webhook_id: UUID
    position: int
    attempts: int
    dead_in_a_row: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of one attempt. `reason`: why it failed; `for_good`: no further attempt would help."""

    position: int
    kind: str
    status: int | None
    reason: str | None = None
    for_good: bool = False
    #: Seconds that the receiver asks to be left alone for.
    wait: float = 0.0


def begin(conn: Conn, webhook_id: UUID, version: int, position: int, now: datetime) -> None:
    conn.execute(_BEGIN, {"id": webhook_id, "version": version, "position": position, "now": now})


def order(conn: Conn, webhook_id: UUID, version: int, position: int | None, now: datetime) -> None:
    """Carry out an order of the subscription's stream once: try at once, from `position` if that is given."""
    conn.execute(_ORDERED, {"id": webhook_id, "version": version, "position": position, "now": now})


def due(conn: Conn, webhook_ids: list[UUID], now: datetime) -> list[Standing]:
    with conn.cursor(row_factory=class_row(Standing)) as cursor:
        return cursor.execute(_DUE, {"ids": webhook_ids, "now": now}).fetchall()


def next_due(conn: Conn, webhook_ids: list[UUID], now: datetime) -> datetime | None:
    row = conn.execute(_NEXT, {"ids": webhook_ids, "now": now}).fetchone()
    return row[0] if row else None


def passed(conn: Conn, webhook_id: UUID, version: int, position: int) -> None:
    """Nothing up to `position` is for this subscription."""
    conn.execute(_PASSED, {"id": webhook_id, "version": version, "position": position})


def take(conn: Conn, standing: Standing, version: int, attempt: Attempt, now: datetime) -> Standing:
    """Record an attempt, and return where the subscription then stands.

    An order that came meanwhile, of a newer version, holds instead.
    """
    delivered = attempt.reason is None
    dead = not delivered and (attempt.for_good or standing.attempts >= len(WAITS))
    params = {
        **{"id": standing.webhook_id, "version": version, "position": attempt.position, "kind": attempt.kind},
        **{"status": attempt.status, "reason": attempt.reason, "now": now},
        **{"delivered": now if delivered else None, "due": now},
    }
    with conn.transaction():
        conn.execute(_TOLD, params | {"dead": now if dead else None})
        if not (delivered or dead):
            wait = timedelta(seconds=max(WAITS[standing.attempts], attempt.wait))
            conn.execute(_FAILED, params | {"due": now + wait})
            return Standing(standing.webhook_id, standing.position, standing.attempts + 1, standing.dead_in_a_row)
        in_a_row = standing.dead_in_a_row + 1 if dead else 0
        conn.execute(_DONE, params | {"dead": in_a_row})
    return Standing(standing.webhook_id, attempt.position, 0, in_a_row)
