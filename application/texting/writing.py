"""Write a text message into the outbox, from the reaction to an event."""

from __future__ import annotations

from typing import Any
from uuid import uuid5

from psycopg import Connection
from psycopg.types.json import Jsonb

from application.notifications.reaction import MAX_CHANGE_WAIT, Text
from domain.kernel.identifiers import NAMESPACE
from eventstore.records import Recorded

Conn = Connection[Any]

_TEXT = """
INSERT INTO sms_outbox (sms_id, kind, phone_position, about, key, due_at)
VALUES (%(sms_id)s, %(kind)s, %(phone)s, %(about)s, %(key)s, now() + %(wait)s)"""
#: Replace the unsent message with the same key: of a burst of changes, tell the last state against the first.
_OVERTAKE = """
UPDATE sms_outbox SET sms_id = %(sms_id)s, kind = %(kind)s, attempts = 0, tried_since = NULL, reason = NULL,
    about = %(about)s::jsonb || jsonb_strip_nulls(jsonb_build_object('before', about -> 'before')),
    due_at = greatest(now(), least(now() + %(wait)s, created_at + %(longest_wait)s))
WHERE key = %(key)s AND sent_at IS NULL AND given_up_at IS NULL"""


def write_text(conn: Conn, record: Recorded, text: Text, place: str) -> None:
    """Write it under an id derived from the event, by which the gateway recognises duplicates."""
    row = {
        "sms_id": uuid5(NAMESPACE, f"sms:{record.originator_id}:{record.originator_version}:{place}"),
        "kind": text.kind,
        "phone": text.phone_position,
        "about": Jsonb(dict(text.about)),
        "key": text.key,
        "wait": text.wait,
        "longest_wait": MAX_CHANGE_WAIT,
    }
    if text.key is None or not conn.execute(_OVERTAKE, row).rowcount:
        conn.execute(_TEXT, row)
