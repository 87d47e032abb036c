"""Limit the letters sent to one mailbox, whoever causes them. Letters over the limit wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

Conn = Connection[Any]

HELD_BACK = "held back: many letters to one mailbox"


@dataclass(frozen=True, slots=True)
class Cap:
    hourly: int
    daily: int


#: Letters that anybody can cause to an address that is not proven to be theirs.
UNVERIFIED_KINDS = (
    *(
        "registration.seated",
        "registration.waiting",
        "registration.repeated",
        "registration.repeated_waiting",
        "registration.kept",
        "registration.cancelled",
    ),
    *("candidature.received", "candidature.repeated", "candidature.withdrawn"),
)
UNVERIFIED_CAP = Cap(hourly=5, daily=20)
#: Other letters follow from actions of structures and of the programme's staff.
OTHERS_CAP = Cap(hourly=30, daily=200)

#: A place frees when the oldest letter within the cap leaves the hour or the day.
_FREE_AT = """
WITH lately AS (
    SELECT sent_at FROM mail_outbox
    WHERE recipient = %(recipient)s AND sent_at > now() - interval '1 day' AND (kind = ANY(%(kinds)s)) = %(these)s)
SELECT greatest(
    (SELECT sent_at + interval '1 hour' FROM lately ORDER BY sent_at DESC OFFSET %(hourly)s - 1 LIMIT 1),
    (SELECT sent_at + interval '1 day' FROM lately ORDER BY sent_at DESC OFFSET %(daily)s - 1 LIMIT 1)) AS free_at"""


def mailbox_of(address: str) -> str:
    """Return the mailbox an address delivers to: without the tag after a plus sign, which its owner chooses."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}".casefold()


def capped_until(conn: Conn, recipient: UUID, kind: str) -> datetime | None:
    """Return when the mailbox may get another letter of that kind, or None if now."""
    unverified = kind in UNVERIFIED_KINDS
    cap = UNVERIFIED_CAP if unverified else OTHERS_CAP
    params = {
        "recipient": recipient,
        "kinds": list(UNVERIFIED_KINDS),
        "these": unverified,
        "hourly": cap.hourly,
        "daily": cap.daily,
    }
    row = conn.execute(f"SELECT free_at FROM ({_FREE_AT}) AS cap WHERE free_at > now()", params).fetchone()
    return None if row is None else row[0]
