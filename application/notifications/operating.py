"""Show operators the stuck letters and reactions, and let them act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from application.notifications.capping import HELD_BACK
from application.notifications.sending_state import HELD
from application.notifications.set_aside import MAX_ATTEMPTS
from application.notifications.tables import MAIL_CHANNEL

Conn = Connection[Any]

_LETTERS = """
SELECT mail_id, kind, attempts, created_at, reason, CASE WHEN due_at <> 'infinity' THEN due_at END AS due_at,
    CASE WHEN given_up_at IS NOT NULL THEN 'given up' WHEN set_aside_at IS NOT NULL THEN 'set aside'
        WHEN reason = %(held)s THEN 'held back' ELSE 'waiting' END AS state
FROM mail_outbox
WHERE sent_at IS NULL AND (attempts > 0 OR reason IS NOT NULL) AND (given_up_at IS NULL OR unreached)
ORDER BY given_up_at IS NOT NULL, set_aside_at IS NULL, created_at LIMIT %(most)s"""
_COUNTS = """
SELECT count(*) FILTER (WHERE given_up_at IS NULL AND set_aside_at IS NULL AND reason IS DISTINCT FROM %(held)s)
        AS waiting,
    count(*) FILTER (WHERE given_up_at IS NULL AND reason = %(held)s) AS held_back,
    count(*) FILTER (WHERE given_up_at IS NULL AND set_aside_at IS NOT NULL) AS set_aside,
    count(*) FILTER (WHERE given_up_at IS NOT NULL) AS given_up,
    count(*) FILTER (WHERE unreached) AS unreached,
    (SELECT count(*) FROM mail_outbox WHERE unreached AND sent_at IS NOT NULL) AS bounced,
    min(created_at) FILTER (WHERE given_up_at IS NULL) AS waiting_since
FROM mail_outbox WHERE sent_at IS NULL"""
_SENDING = "SELECT letters_after, stopped_since, retry_at, failures, suspected, reason FROM mail_sending"
_REACTIONS = """
SELECT position, event, reason, attempts, set_aside_at, due_at FROM reactions_set_aside
WHERE given_up_at IS NULL ORDER BY position LIMIT %(most)s"""

_RETRY = """
UPDATE mail_outbox SET due_at = now(), given_up_at = NULL, set_aside_at = NULL, attempts = 0, tried_since = NULL,
    unreached = false, told_at = NULL, reason = NULL
WHERE sent_at IS NULL AND {which}"""
_GIVE_UP = """
UPDATE mail_outbox SET given_up_at = now(), set_aside_at = NULL, due_at = now(), unreached = true, reason = %(reason)s
WHERE sent_at IS NULL AND given_up_at IS NULL AND {which}"""
_REACT = """
UPDATE reactions_set_aside SET due_at = now(), attempts = least(attempts, %(attempts)s), given_up_at = NULL
WHERE {which}"""
_DO_NOT_REACT = """
UPDATE reactions_set_aside SET due_at = NULL, given_up_at = now(), reason = %(reason)s
WHERE given_up_at IS NULL AND {which}"""
#: Mail stopped by an operator stays stopped until all may leave: see `application.backups.settling.hold_letters`.
_TRY_NOW = """
UPDATE mail_sending SET retry_at = now()
WHERE stopped_since IS NOT NULL AND (%(all)s OR reason IS DISTINCT FROM %(hold)s)"""


@dataclass(frozen=True, slots=True)
class StuckLetter:
    """A letter that does not leave; the outbox does not know its recipient."""

    mail_id: UUID
    kind: str
    attempts: int
    created_at: datetime
    reason: str | None
    due_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class StuckReaction:
    position: int
    event: str
    reason: str
    attempts: int
    set_aside_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    waiting: int
    held_back: int
    set_aside: int
    given_up: int
    unreached: int
    bounced: int
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True)
class SendingState:
    """`letters_after`: letters are written for events after that position; None if mail was never on."""

    letters_after: int | None
    stopped_since: datetime | None
    retry_at: datetime | None
    failures: int
    suspected: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class MailState:
    sending: SendingState
    counts: Counts
    letters: list[StuckLetter]
    reactions: list[StuckReaction]


def mail_state(conn: Conn, limit: int) -> MailState:
    """Return the state with at most this many stuck letters and events, those set aside first."""
    params = {"held": HELD_BACK, "most": limit}

    def rows(kind: type[Any], query: str) -> list[Any]:
        with conn.cursor(row_factory=class_row(kind)) as cursor:
            return cursor.execute(query, params).fetchall()

    (sending,), (counts,) = rows(SendingState, _SENDING), rows(Counts, _COUNTS)
    return MailState(sending, counts, rows(StuckLetter, _LETTERS), rows(StuckReaction, _REACTIONS))


def retry(conn: Conn, letters: list[UUID], positions: list[int]) -> int:
    """Retry these letters and events now, with fresh attempts. Return their number.

    They wait all the same while all letters are held after a restore: one may be among those that left.
    """
    with conn.transaction():
        count = _update(conn, _RETRY, "mail_id = ANY(%(letters)s)", letters=letters)
        count += _update(conn, _REACT, "position = ANY(%(positions)s)", positions=positions, attempts=MAX_ATTEMPTS - 1)
        _wake(conn, everything=False)
    return count


def retry_all(conn: Conn, given_up: bool) -> int:
    """Retry what is waiting or set aside and, with `given_up`, letters given up that reached nobody."""
    which = "(given_up_at IS NULL AND reason IS DISTINCT FROM %(held)s" + (" OR unreached)" if given_up else ")")
    with conn.transaction():
        count = _update(conn, _RETRY, which, held=HELD_BACK)
        count += _update(conn, _REACT, "given_up_at IS NULL", attempts=MAX_ATTEMPTS - 1)
        _wake(conn, everything=True)
    return count


def give_up(conn: Conn, letters: list[UUID], positions: list[int], reason: str) -> int:
    """Stop trying these letters and events. Return their number."""
    note = f"given up by hand: {reason}"
    with conn.transaction():
        count = _update(conn, _GIVE_UP, "mail_id = ANY(%(letters)s)", letters=letters, reason=note)
        count += _update(conn, _DO_NOT_REACT, "position = ANY(%(positions)s)", positions=positions, reason=note)
    return count


def _update(conn: Conn, statement: str, which: str, **params: Any) -> int:
    return conn.execute(statement.format(which=which).encode(), params).rowcount


def _wake(conn: Conn, *, everything: bool) -> None:
    conn.execute(_TRY_NOW, {"all": everything, "hold": HELD})
    conn.execute("SELECT pg_notify(%s, '')", (MAIL_CHANNEL,))
