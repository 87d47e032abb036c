"""Whether letters leave at all: one row that every process reads.

A fault of the mail server or of our account stops all letters; one of them probes now and then. An answer about one
letter stops the others only if the next letter gets the same, so that no recipient can block the rest.
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

#: Seconds between probes: 10 s, 20 s, 40 s… up to a minute if the server is away; longer if it refuses us, because
#: too many failed sign-ins would lock the account.
FIRST_PAUSE = 10
MAX_PAUSE = {Trouble.AWAY: 60, Trouble.SUSPECTED: 60, Trouble.SERVICE: 300}
#: Consecutive letters refused as if because of us before all stop.
MAX_SUSPECTED = 2

#: Why nothing leaves after a restore, until `parentalite mail retry --all`.
HELD = "the database was restored: letters may have left since; see docs/backups.md, Restore"

_STATE = "SELECT suspected, stopped_since, failures, coalesce(retry_at > now(), false) AS pausing FROM mail_sending"
_STOP = """
UPDATE mail_sending SET stopped_since = coalesce(stopped_since, now()), failures = failures + 1, suspected = %s,
    retry_at = now() + make_interval(secs => %s), reason = %s"""
#: Shift `tried_since` by the pause: time while mail is stopped does not count towards giving a letter up.
_RESUME = """
WITH before AS (SELECT stopped_since FROM mail_sending),
    shifted AS (UPDATE mail_outbox SET tried_since = tried_since + (now() - stopped_since) FROM before
        WHERE stopped_since IS NOT NULL AND tried_since IS NOT NULL AND sent_at IS NULL AND given_up_at IS NULL)
UPDATE mail_sending SET stopped_since = NULL, retry_at = NULL, failures = 0, suspected = 0, reason = NULL"""


@dataclass(frozen=True, slots=True)
class Sending:
    """`pausing`: send nothing for now."""

    suspected: int
    stopped_since: datetime | None
    failures: int
    pausing: bool


def read_sending(conn: Conn) -> Sending:
    with conn.cursor(row_factory=class_row(Sending)) as cursor:
        row = cursor.execute(_STATE).fetchone()
    assert row is not None, "the tables are made before"
    return row


def stop(conn: Conn, state: Sending, failure: Failure) -> float:
    """Make all letters wait. Return the number of seconds."""
    seconds: float = min(MAX_PAUSE.get(failure.trouble, 60), FIRST_PAUSE * 2.0 ** min(state.failures, 10))
    suspected = state.suspected + 1 if failure.trouble is Trouble.SUSPECTED else 0
    conn.execute(_STOP, (suspected, seconds, failure.reason))
    if state.stopped_since is None:
        log.error("mail stopped", extra={"reason": failure.reason, "trouble": failure.trouble.value})
    return seconds


def suspect(conn: Conn, state: Sending, failure: Failure) -> None:
    """Note that one letter was refused as if because of us; the next one stops all."""
    if state.suspected + 1 >= MAX_SUSPECTED:
        stop(conn, state, failure)
    else:
        conn.execute("UPDATE mail_sending SET suspected = suspected + 1, reason = %s", (failure.reason,))


def resume(conn: Conn, state: Sending) -> None:
    """Clear the suspicion or the stop after a letter was accepted."""
    if state.stopped_since is not None or state.suspected:
        conn.execute(_RESUME)
    if state.stopped_since is not None:
        log.warning("mail resumed", extra={"stopped_since": state.stopped_since.isoformat()})
