"""How many letters one mailbox is sent, whoever asks and from wherever: what is too much waits."""

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


#: What anybody can have sent to an address that nobody has proven to be theirs.
ANYBODYS = (
    *(
        "registration.seated",
        "registration.waiting",
        "registration.repeated",
        "registration.kept",
        "registration.cancelled",
    ),
    *("candidature.received", "candidature.withdrawn"),
)
ANYBODYS_CAP = Cap(hourly=5, daily=20)
#: All else follows from what structures and the programme's own people do.
OTHERS_CAP = Cap(hourly=30, daily=200)

#: Each cap's last place frees when the letter that took the first is old enough.
_FREE_AT = """
WITH lately AS (
    SELECT sent_at FROM mail_outbox
    WHERE recipient = %(recipient)s AND sent_at > now() - interval '1 day' AND (kind = ANY(%(kinds)s)) = %(these)s)
SELECT greatest(
    (SELECT sent_at + interval '1 hour' FROM lately ORDER BY sent_at DESC OFFSET %(hourly)s - 1 LIMIT 1),
    (SELECT sent_at + interval '1 day' FROM lately ORDER BY sent_at DESC OFFSET %(daily)s - 1 LIMIT 1)) AS free_at"""


def mailbox_of(address: str) -> str:
    """What counts as one mailbox: a tag after a plus sign is of the owner's choosing."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}".casefold()


def held_until(conn: Conn, recipient: UUID, kind: str) -> datetime | None:
    """When a further letter of that kind may be sent to the mailbox; None for now."""
    these = kind in ANYBODYS
    cap = ANYBODYS_CAP if these else OTHERS_CAP
    params = {"recipient": recipient, "kinds": list(ANYBODYS), "these": these, "hourly": cap.hourly, "daily": cap.daily}
    row = conn.execute(f"SELECT free_at FROM ({_FREE_AT}) AS cap WHERE free_at > now()", params).fetchone()
    return None if row is None else row[0]
