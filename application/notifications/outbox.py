"""The outbox: the next letter due, and the outcome of each attempt, recorded in the attempt's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

Conn = Connection[Any]

#: RFC 5321, section 4.5.4.1, asks for four to five days.
TRIED_FOR = "5 days"
#: Seconds between attempts: 30 s, 1 min, 2 min… up to an hour.
FIRST_WAIT, MAX_WAIT = 30, 3600
#: Attempts that may fail for unforeseen reasons, over an hour and a half, before a letter is set aside.
MAX_UNFORESEEN = 8

#: A newer letter of the same kind, to the same person and about the same thing, supersedes an older one;
#: not so notices, each of which says something else.
_DUE = """
SELECT mail_id, kind, address_position, about, attempts,
    coalesce(tried_since < now() - %(tried_for)s::interval, false) AS expired,
    m.kind <> 'notice' AND EXISTS (
        SELECT FROM mail_outbox newer
        WHERE newer.sent_at IS NULL AND newer.given_up_at IS NULL
            AND newer.address_position = m.address_position AND newer.kind = m.kind
            AND (newer.created_at, coalesce((newer.about->>'detail_position')::bigint, 0))
                > (m.created_at, coalesce((m.about->>'detail_position')::bigint, 0))
            AND (newer.about->'animation_id', newer.about->'registration_id', newer.about->'candidature_id',
                newer.about->'structure_id', newer.about->'invitation_id') IS NOT DISTINCT FROM
                (m.about->'animation_id', m.about->'registration_id', m.about->'candidature_id',
                m.about->'structure_id', m.about->'invitation_id')
    ) AS superseded
FROM mail_outbox m WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at <= now()
ORDER BY due_at, created_at, address_position LIMIT 1 FOR UPDATE OF m SKIP LOCKED"""
_SENT = """
UPDATE mail_outbox SET sent_at = now(), attempts = attempts + 1, reason = NULL, recipient = %s,
    about = about || jsonb_strip_nulls(jsonb_build_object('told', %s::int))
WHERE mail_id = %s"""
_GIVEN_UP = """
UPDATE mail_outbox SET given_up_at = now(), due_at = now(), attempts = attempts + 1, reason = %s, unreached = %s,
    set_aside_at = NULL
WHERE mail_id = %s"""
_LATER = """
UPDATE mail_outbox SET attempts = attempts + 1, tried_since = coalesce(tried_since, now()), reason = %s,
    due_at = now() + make_interval(secs => %s)
WHERE mail_id = %s"""
_SET_ASIDE = """
UPDATE mail_outbox SET attempts = attempts + 1, reason = %s, set_aside_at = now(), due_at = 'infinity'
WHERE mail_id = %s"""
_HOLD = "UPDATE mail_outbox SET due_at = %s, reason = %s WHERE mail_id = %s"
_UNTOUCHED = "UPDATE mail_outbox SET due_at = now() + make_interval(secs => %s), reason = %s WHERE mail_id = %s"
_SECONDS = """
SELECT extract(epoch FROM greatest(min(due_at), (SELECT retry_at FROM mail_sending)) - now())::float8
FROM mail_outbox WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at <> 'infinity'"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A row of the outbox that is due. `expired`: it was tried for `TRIED_FOR`."""

    mail_id: UUID
    kind: str
    address_position: int
    about: Mapping[str, Any]
    attempts: int
    expired: bool
    superseded: bool


def next_due(conn: Conn) -> Letter | None:
    """Return the letter that has been due for longest, locked until the transaction ends, or None."""
    with conn.cursor(row_factory=class_row(Letter)) as cursor:
        return cursor.execute(_DUE, {"tried_for": TRIED_FOR}).fetchone()


def mark_sent(conn: Conn, letter: Letter, recipient: UUID, as_of: int | None = None) -> None:
    """`as_of` is the version of the animation that it told of, from which the next letter of a change goes on."""
    conn.execute(_SENT, (recipient, as_of, letter.mail_id))


def give_up(conn: Conn, letter: Letter, reason: str, *, unreached: bool) -> None:
    """Give up for good. `unreached`: somebody must reach the recipient in another way."""
    conn.execute(_GIVEN_UP, (reason, unreached, letter.mail_id))


def retry_later(conn: Conn, letter: Letter, reason: str) -> None:
    """Record a failed attempt; each is followed by a longer wait."""
    conn.execute(_LATER, (reason, wait_after(letter.attempts), letter.mail_id))


def postpone(conn: Conn, letter: Letter, seconds: float, reason: str) -> None:
    """Wait without counting the attempt: it was not the letter's fault."""
    conn.execute(_UNTOUCHED, (seconds, reason, letter.mail_id))


def hold_back(conn: Conn, letter: Letter, until: Any, reason: str) -> None:
    conn.execute(_HOLD, (until, reason, letter.mail_id))


def set_aside(conn: Conn, letter: Letter, reason: str) -> None:
    """Set aside until an operator looks: `parentalite mail`."""
    conn.execute(_SET_ASIDE, (reason, letter.mail_id))


def wait_after(attempts: int) -> int:
    return int(min(MAX_WAIT, FIRST_WAIT * 2 ** min(attempts, 20)))


def seconds_until_due(conn: Conn, at_most: float) -> float:
    row = conn.execute(_SECONDS).fetchone()
    seconds = at_most if row is None or row[0] is None else float(row[0])
    return min(at_most, max(0.1, seconds))
