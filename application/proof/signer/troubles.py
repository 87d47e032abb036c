"""Troubles that keep the log from being judged, signed, stamped or cosigned: kept in the database for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

Conn = Connection[Any]

SIGNING, STAMPING, WITNESS = "signing", "stamping", "witness"
#: The file that tells where authenticators begin is lost: what is in the log cannot be judged by it.
AUTHENTICATORS = "authenticators"
#: First wait after a failure; each further one is twice as long, up to the longest.
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)

DDL = """
CREATE TABLE IF NOT EXISTS proof.troubles (
    work text PRIMARY KEY,
    reason text NOT NULL,
    since timestamptz NOT NULL,
    tries integer NOT NULL,
    next_at timestamptz NOT NULL
)"""

_TELL = """
INSERT INTO proof.troubles (work, reason, since, tries, next_at) VALUES (%(work)s, %(reason)s, %(now)s, 1, %(next)s)
ON CONFLICT (work) DO UPDATE SET reason = EXCLUDED.reason, tries = proof.troubles.tries + 1,
    next_at = %(now)s + least(%(first)s * 2 ^ least(proof.troubles.tries, 20), %(longest)s)
RETURNING work, reason, since, tries, next_at"""
_ALL = "SELECT work, reason, since, tries, next_at FROM proof.troubles ORDER BY work"
_OF = "SELECT work, reason, since, tries, next_at FROM proof.troubles WHERE work = %s"
_CLEAR = "DELETE FROM proof.troubles WHERE work = %s"


@dataclass(frozen=True, slots=True)
class Trouble:
    """`tries` counts the failures in a row, the first of them at `since`; before `next_at` nothing is tried."""

    work: str
    reason: str
    since: datetime
    tries: int
    next_at: datetime


def tell(conn: Conn, work: str, reason: str, now: datetime) -> Trouble:
    """Keep the failure. The next try waits longer each time."""
    values = {"work": work, "reason": reason, "now": now, "next": now + FIRST_WAIT}
    with conn.cursor(row_factory=class_row(Trouble)) as cursor:
        trouble = cursor.execute(_TELL, values | {"first": FIRST_WAIT, "longest": LONGEST_WAIT}).fetchone()
    assert trouble is not None
    return trouble


def clear(conn: Conn, work: str) -> None:
    conn.execute(_CLEAR, (work,), prepare=True)


def trouble_of(conn: Conn, work: str) -> Trouble | None:
    with conn.cursor(row_factory=class_row(Trouble)) as cursor:
        return cursor.execute(_OF, (work,), prepare=True).fetchone()


def troubles(conn: Conn) -> list[Trouble]:
    with conn.cursor(row_factory=class_row(Trouble)) as cursor:
        return cursor.execute(_ALL).fetchall()
