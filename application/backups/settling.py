"""Make a restored database fit to serve: nothing is sent twice, nobody erased comes back, positions mean one thing.

What left after the moment to which the database was restored is unknown to it, and so are erasures and positions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.application import Application
from application.backups.erasures import Erasure
from application.notifications.sending_state import HELD
from application.people.erasing import ErasureReport, erase_matches
from application.people.finding import Matches
from domain.kernel.actors import SYSTEM
from eventstore.log import head

Conn = Connection[Any]

_HOLD = """
UPDATE mail_sending SET stopped_since = coalesce(stopped_since, now()), retry_at = now() + interval '100 years',
    reason = %s"""
_WAITING = """
SELECT (SELECT count(*) FROM mail_outbox WHERE sent_at IS NULL AND given_up_at IS NULL),
    (SELECT count(*) FROM sms_outbox WHERE sent_at IS NULL AND given_up_at IS NULL)"""
_LEFT = """
UPDATE mail_outbox SET sent_at = now(), attempts = attempts + 1, reason = 'left before the database was restored'
WHERE mail_id = ANY(%s) AND sent_at IS NULL"""
_KNOWN = "SELECT mail_id FROM mail_outbox WHERE mail_id = ANY(%s)"
_REACTED = "SELECT position FROM reaction_position"
_OPEN = """
SELECT key_id, person_id, originator_id FROM person_keys WHERE key_id = ANY(%s) AND wrapped_key IS NOT NULL"""
_PEOPLE = """
SELECT person_id FROM person_keys WHERE person_id = ANY(%s) GROUP BY person_id
HAVING bool_and(wrapped_key IS NULL OR key_id = ANY(%s))"""
_DESTROY = """
UPDATE person_keys SET wrapped_key = NULL, erased_at = now() WHERE key_id = ANY(%s) AND wrapped_key IS NOT NULL"""

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
#: A Message-ID, as mail servers log it; and our own line "mail sent".
_MESSAGE_ID = re.compile(rf"<({_UUID})@[^<>\s]+>")
_OWN_LINE = re.compile(rf'"mail": ?"({_UUID})"')


@dataclass(frozen=True, slots=True)
class Waiting:
    """The letters and texts that have not left, as far as the restored database knows.

    `unreacted`: events that may cause more of them.
    """

    letters: int
    texts: int
    unreacted: int


@dataclass(frozen=True, slots=True)
class Left:
    """Letters that logs say have left. `marked`: waited here; `unknown`: of events that the log no longer holds."""

    marked: int
    before: int
    unknown: Sequence[UUID]


def hold_letters(conn: Conn) -> Waiting:
    """Let no letter leave until an operator says so (`parentalite mail retry --all`)."""
    conn.execute(_HOLD, (HELD,))
    row = conn.execute(_WAITING).fetchone()
    assert row is not None
    return Waiting(row[0], row[1], unreacted(conn))


def unreacted(conn: Conn) -> int:
    """Return how many positions nobody has reacted to yet."""
    row = conn.execute(_REACTED).fetchone()
    return head(conn) - row[0] if row else 0


def letters_in(lines: Iterable[str]) -> set[UUID]:
    """Return the letters that left, by the logs of a mail server (Message-ID) or our own (mail sent)."""
    letters: set[UUID] = set()
    for line in lines:
        letters.update(map(UUID, _MESSAGE_ID.findall(line)))
        if "mail sent" in line:
            letters.update(map(UUID, _OWN_LINE.findall(line)))
    return letters


def mark_left(conn: Conn, letters: set[UUID]) -> Left:
    """Mark these letters as sent."""
    ids = list(letters)
    with conn.transaction():
        here = {row[0] for row in conn.execute(_KNOWN, (ids,)).fetchall()}
        marked = conn.execute(_LEFT, (ids,)).rowcount
    return Left(marked, len(here) - marked, sorted(letters - here))


def repeat_erasures(app: Application, erasures: Iterable[Erasure], now: datetime) -> tuple[int, ErasureReport]:
    """Erase again what was erased after the moment of the backup. Return the number of keys, and what was recorded.

    The keys are destroyed whatever else fails; may be called again.
    """
    app.index_people()
    with app.pool.connection() as conn:
        keys = [erasure.key_id for erasure in erasures]
        rows = conn.execute(_OPEN, (keys,)).fetchall()
        if not rows:
            return 0, ErasureReport()
        people = list({row[1] for row in rows})
        # People who were erased as a whole come back, if ever, as somebody new.
        whole = {row[0] for row in conn.execute(_PEOPLE, (people, keys)).fetchall()}
        matches = Matches({(row[1], row[2]): None for row in rows}, whole)
        report = erase_matches(conn, app.execute, app.bus.keyed, matches, SYSTEM, now)
        conn.execute(_DESTROY, (keys,))
    return len(rows), report
