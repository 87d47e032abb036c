"""Whether letters leave at all: one row that every process reads.

What the mail server says of us, or its silence, concerns all letters: they wait, and one of them is tried now and then.
What it says of one letter stops the others only when the next letter meets the same: no recipient can stop the rest.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from application.notifications.smtp import Failure, Trouble

log = logging.getLogger(__name__)

Conn = Connection[Any]

#: Pauses of 10 s, 20 s, 40 s… of a minute at most where the server is away; somebody must mend the rest, and who
#: signs in wrongly too often is locked out.
FIRST_PAUSE = 10
LONGEST_PAUSE = {Trouble.AWAY: 60, Trouble.SUSPECTED: 60, Trouble.SERVICE: 300}
#: So many letters in a row that are refused as if for our sake.
MOST_SUSPECTED = 2

_STATE = "SELECT suspected, stopped_since, failures, coalesce(retry_at > now(), false) AS pausing FROM mail_sending"
_STOP = """
UPDATE mail_sending SET stopped_since = coalesce(stopped_since, now()), failures = failures + 1, suspected = %s,
    retry_at = now() + make_interval(secs => %s), reason = %s"""
#: The time during which nothing left does not count as time in which a letter was tried.
_GO_ON = """
WITH before AS (SELECT stopped_since FROM mail_sending),
    shifted AS (UPDATE mail_outbox SET tried_since = tried_since + (now() - stopped_since) FROM before
        WHERE stopped_since IS NOT NULL AND tried_since IS NOT NULL AND sent_at IS NULL AND given_up_at IS NULL)
UPDATE mail_sending SET stopped_since = NULL, retry_at = NULL, failures = 0, suspected = 0, reason = NULL"""


@dataclass(frozen=True, slots=True)
class Sending:
    """`pausing`: nothing is to be tried now."""

    suspected: int
    stopped_since: datetime | None
    failures: int
    pausing: bool


def sending(conn: Conn) -> Sending:
    with conn.cursor(row_factory=class_row(Sending)) as cursor:
        found = cursor.execute(_STATE).fetchone()
    assert found is not None, "the tables are made before"
    return found


def stop(conn: Conn, state: Sending, failure: Failure) -> float:
    """All letters wait. Returns for how many seconds."""
    seconds: float = min(LONGEST_PAUSE.get(failure.trouble, 60), FIRST_PAUSE * 2.0 ** min(state.failures, 10))
    suspected = state.suspected + 1 if failure.trouble is Trouble.SUSPECTED else 0
    conn.execute(_STOP, (suspected, seconds, failure.reason))
    if state.stopped_since is None:
        log.error("mail stopped", extra={"reason": failure.reason, "trouble": failure.trouble.value})
    return seconds


def suspect(conn: Conn, state: Sending, failure: Failure) -> None:
    """One letter was refused as if for our sake; the next of them stops all."""
    if state.suspected + 1 >= MOST_SUSPECTED:
        stop(conn, state, failure)
    else:
        conn.execute("UPDATE mail_sending SET suspected = suspected + 1, reason = %s", (failure.reason,))


def go_on(conn: Conn, state: Sending) -> None:
    """A letter was taken."""
    if state.stopped_since is not None or state.suspected:
        conn.execute(_GO_ON)
    if state.stopped_since is not None:
        log.warning("mail goes on", extra={"stopped_since": state.stopped_since.isoformat()})
