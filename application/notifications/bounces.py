"""Letters that a mail server accepted and that came back: reports of delivery (RFC 3464) read, and recorded.

A report is known by what it tells of our own letter (its envelope id or Message-ID), never by an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.notifications.tables import MAIL_CHANNEL

Conn = Connection[Any]

#: Reports are small: some servers return the whole letter.
MAX_REPORT = 2_000_000
#: Why a sent letter reached nobody, followed by the report's status code. See `application.followers.unreached`.
BOUNCED = "bounced: "

_UUID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
#: At whatever domain the site then wrote from: it is the id that names a letter of ours.
_OURS = re.compile(rf"<{_UUID}@[^<>@\s]+>", re.IGNORECASE)
_ENVELOPE = re.compile(_UUID, re.IGNORECASE)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_NAMING = ("Message-ID", "In-Reply-To", "References", "X-Original-Message-ID")
#: A report is told once; the mailer tells it within seconds.
_RECORD = """
UPDATE mail_outbox SET unreached = true, told_at = NULL, due_at = now(), reason = %(reason)s
WHERE mail_id = %(mail_id)s AND sent_at IS NOT NULL AND NOT unreached"""
_SENT = "SELECT 1 FROM mail_outbox WHERE mail_id = %s AND sent_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Bounce:
    """A letter that reached nobody, and the report's status code (RFC 3463)."""

    mail_id: UUID
    status: str


def read_bounce(raw: bytes) -> Bounce | None:
    """Return what a message reports; None where it reports no failure, or of no letter of ours."""
    message = message_from_bytes(raw[:MAX_REPORT], policy=policy.compat32)
    if message.get_content_type() != "multipart/report":
        return None
    parts = list(message.walk())
    blocks = [
        block for part in parts if part.get_content_type() == "message/delivery-status" for block in _blocks(part)
    ]
    failed = [block for block in blocks if str(block.get("Action", "")).strip().casefold() == "failed"]
    mail_id = _mail_id(blocks, [*parts[1:], message])
    if not failed or mail_id is None:
        return None
    status = _STATUS.search(str(failed[0].get("Status", "")))
    return Bounce(mail_id, status[0] if status else "5.0.0")


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    yield from (block for block in payload if isinstance(block, Message)) if isinstance(payload, list) else ()


def _mail_id(blocks: Sequence[Message], parts: Sequence[Message]) -> UUID | None:
    """Return the id of the letter: by the envelope id that it was sent with, else by its returned headers."""
    for block in blocks:
        if envelope := _ENVELOPE.fullmatch(str(block.get("Original-Envelope-Id", "")).strip()):
            return UUID(envelope[1])
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            part = message_from_bytes(headers if isinstance(headers, bytes) else b"", policy=policy.compat32)
        for header in _NAMING:
            if ours := _OURS.search(str(part.get(header, ""))):
                return UUID(ours[1])
    return None


def record_bounce(conn: Conn, bounce: Bounce) -> bool:
    """Record that a letter reached nobody. Return False for a letter that is not known, or not any more."""
    params = {"mail_id": bounce.mail_id, "reason": f"{BOUNCED}{bounce.status}"}
    with conn.transaction():
        if conn.execute(_RECORD, params).rowcount:
            conn.execute("SELECT pg_notify(%s, '')", (MAIL_CHANNEL,))
            return True
        return conn.execute(_SENT, (bounce.mail_id,)).fetchone() is not None
