"""Who wants e-mails of which inbox: kept by the reactor, in the transaction that moves its position.

What an account loses, or an erased person wanted, is unsubscribed by the event that says so.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection

from application.eventstore.records import Recorded
from domain.account_events import AccountErased, MailPreferencesSet, MandateEnded

Conn = Connection[Any]

_SUBSCRIBE = """
INSERT INTO mail_subscriptions (account_id, recipient, address_position, muted)
SELECT %s, unnest(%s::text[]), %s, %s"""
_WANTING = """
SELECT account_id, address_position FROM mail_subscriptions WHERE recipient = %s AND NOT %s = ANY(muted)"""


def subscribes(record: Recorded) -> bool:
    """Whether the event changes who wants what."""
    return isinstance(record.event, MailPreferencesSet | MandateEnded | AccountErased)


def take_in(conn: Conn, record: Recorded) -> None:
    """What the event changes in who wants what. Whoever loses a mandate says anew what they want to be told."""
    fact = record.event
    if not isinstance(fact, MailPreferencesSet | MandateEnded | AccountErased):
        return
    conn.execute("DELETE FROM mail_subscriptions WHERE account_id = %s", (record.originator_id,))
    if isinstance(fact, MailPreferencesSet) and fact.email is not None:
        told = (record.originator_id, list(fact.recipients), record.position, list(fact.muted))
        conn.execute(_SUBSCRIBE, told)


def wanting(conn: Conn, recipient: str, kind: str) -> list[tuple[UUID, int]]:
    """Accounts that want e-mails of that kind for that inbox, with the position of the event that holds the address."""
    return conn.execute(_WANTING, (recipient, kind), prepare=True).fetchall()
