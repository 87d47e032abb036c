"""Who wants e-mails of which inbox. Whether they may read it is checked when a notice is written and when it is sent.

The reactor updates the rows in the transaction that moves its position. An account may read an inbox through a mandate
in force or, if a token alone grants it, through a sign-in within `MAX_UNSEEN` (see `record_sign_in`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.notifications.inbox import recipients_of
from application.notifications.reaction import AUTHOR
from domain.accounts.account import in_force, widened
from domain.accounts.events import AccountErased, MailPreferencesSet
from domain.catalogue import ACCOUNT
from domain.kernel.actors import Actor, Role
from domain.kernel.rights import RIGHTS, Action
from eventstore.log import read_stream, state_after
from eventstore.records import Recorded

Conn = Connection[Any]

#: How long an inbox granted by a token alone stays readable after the last sign-in.
MAX_UNSEEN = timedelta(days=30)

_SUBSCRIBE = """
INSERT INTO mail_subscriptions (account_id, recipient, address_position, muted)
SELECT %s, unnest(%s::text[]), %s, %s"""
_SUBSCRIBERS = """
SELECT account_id, address_position FROM mail_subscriptions WHERE recipient = %s AND NOT %s = ANY(muted)"""
_BY_SIGN_IN = "SELECT recipients FROM sign_ins_seen WHERE account_id = %s AND seen_at > %s"
_SIGNED_IN = "SELECT 1 FROM sign_ins_seen WHERE recipients @> ARRAY[%s] AND seen_at > %s LIMIT 1"
#: The accounts that were bound to a school: one step of an index on the few events of that topic.
_BOUND = """
SELECT originator_id FROM stored_events
WHERE topic = 'account.school_staff_bound' AND position(%s::bytea IN state) > 0"""
STAFF_INDEX = """
CREATE INDEX IF NOT EXISTS stored_events_school_staff ON stored_events (notification_id)
    WHERE topic = 'account.school_staff_bound'"""
#: A later sign-in stands.
_SIGN_IN = """
INSERT INTO sign_ins_seen AS known (account_id, recipients, seen_at) VALUES (%(account)s, %(recipients)s, %(at)s)
ON CONFLICT (account_id) DO UPDATE SET recipients = excluded.recipients, seen_at = excluded.seen_at
WHERE known.seen_at <= excluded.seen_at"""
#: Accounts without any inbox need no row.
_SIGN_IN_WITHOUT_INBOX = """
UPDATE sign_ins_seen SET recipients = '{}', seen_at = %(at)s WHERE account_id = %(account)s AND seen_at <= %(at)s"""
_DECLARED = """
INSERT INTO sign_ins_seen AS known (account_id, recipients, seen_at) VALUES (%(account)s, %(recipients)s, %(at)s)
ON CONFLICT (account_id) DO UPDATE SET recipients = excluded.recipients, seen_at = excluded.seen_at
WHERE known.seen_at < excluded.seen_at"""


def changes_subscriptions(record: Recorded) -> bool:
    """Return whether the event changes who wants what."""
    return isinstance(record.event, MailPreferencesSet | AccountErased)


def update_subscriptions(conn: Conn, record: Recorded) -> None:
    """Apply the event to the table of subscriptions."""
    event, account = record.event, record.originator_id
    if not isinstance(event, MailPreferencesSet | AccountErased):
        return
    conn.execute("DELETE FROM mail_subscriptions WHERE account_id = %s", (account,))
    if isinstance(event, AccountErased) or event.email is None:
        conn.execute("DELETE FROM sign_ins_seen WHERE account_id = %s", (account,))
    else:
        recipients, at = list(event.recipients), record.stamp.recorded_at
        conn.execute(_SUBSCRIBE, (account, recipients, record.position, list(event.muted)))
        # Whoever sets preferences is signed in: inboxes that no mandate grants, their token does.
        actors = _mandate_actors(conn, account, at, record.originator_version)
        if by_sign_in := [name for name in recipients if not _can_read(actors, name)]:
            conn.execute(_DECLARED, {"account": account, "recipients": by_sign_in, "at": at})


def find_subscribers(conn: Conn, recipient: str, kind: str, at: datetime) -> list[tuple[UUID, int]]:
    """Return accounts that want e-mails of that kind for that inbox and may read it.

    Each comes with the position of the event that holds its address.
    """
    rows = conn.execute(_SUBSCRIBERS, (recipient, kind), prepare=True).fetchall()
    return [(account, position) for account, position in rows if may_read(conn, account, recipient, at)]


def may_read(conn: Conn, account: UUID, recipient: str, at: datetime) -> bool:
    """Return whether the account may read that inbox, by its mandates in force or its last sign-in."""
    row = conn.execute(_BY_SIGN_IN, (account, at - MAX_UNSEEN)).fetchone()
    return (row is not None and recipient in row[0]) or _can_read(_mandate_actors(conn, account, at), recipient)


def has_reader(conn: Conn, recipient: str, at: datetime) -> bool:
    """Return whether somebody reads a school's inbox, by a mandate in force or a sign-in."""
    if conn.execute(_SIGNED_IN, (recipient, at - MAX_UNSEEN)).fetchone():
        return True
    school = recipient.split(":")[1]
    bound = {row[0] for row in conn.execute(_BOUND, (school.encode(),), prepare=True)}
    return any(_can_read(_mandate_actors(conn, account, at), recipient) for account in bound)


def record_sign_in(conn: Conn, account: UUID, recipients: Sequence[str], at: datetime) -> None:
    """Record that the account signed in with a token that grants these inboxes, and no others."""
    query = _SIGN_IN if recipients else _SIGN_IN_WITHOUT_INBOX
    conn.execute(query, {"account": account, "recipients": list(recipients), "at": at})


def _mandate_actors(conn: Conn, account: UUID, at: datetime, version: int | None = None) -> list[Actor]:
    """Return an actor for each of the account's mandates in force."""
    state = state_after(ACCOUNT, read_stream(conn, account), version)
    mandates = in_force(list(state.mandates.values()), at) if state else []
    return [widened(Actor(Role.PARENT, ""), [mandate]) for mandate in mandates]


def _can_read(actors: Sequence[Actor], recipient: str) -> bool:
    """Return whether one of these actors reads the inbox; an author's inbox depends on the role alone."""
    if recipient.startswith(AUTHOR):
        return any(actor.role in RIGHTS[Action.REGISTRATION_SUBMIT_FOR] for actor in actors)
    return any(recipient in recipients_of(actor) for actor in actors)
