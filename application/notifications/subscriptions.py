"""Who wants e-mails of which inbox; whether they may read it is asked when something is told, and when it is sent.

Kept by the reactor, in the transaction that moves its position. A row says what somebody wanted when they last said so.
What gives them the inbox is a mandate of their account, as it stands; or a sign-in, where a token alone gave it: that
counts while they are seen to be signed in so, and for some days more (`seen`).
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

#: How long an inbox that a token alone gave counts after its holder was last seen.
LONGEST_UNSEEN = timedelta(days=30)

_SUBSCRIBE = """
INSERT INTO mail_subscriptions (account_id, recipient, address_position, muted)
SELECT %s, unnest(%s::text[]), %s, %s"""
_WANTING = """
SELECT account_id, address_position FROM mail_subscriptions WHERE recipient = %s AND NOT %s = ANY(muted)"""
_BY_SIGN_IN = "SELECT recipients FROM sign_ins_seen WHERE account_id = %s AND seen_at > %s"
#: What was seen later stands.
_SEEN = """
INSERT INTO sign_ins_seen AS known (account_id, recipients, seen_at) VALUES (%(account)s, %(recipients)s, %(at)s)
ON CONFLICT (account_id) DO UPDATE SET recipients = excluded.recipients, seen_at = excluded.seen_at
WHERE known.seen_at <= excluded.seen_at"""
#: Somebody of whom no inbox was ever noted needs no row that says so.
_SEEN_WITH_NONE = """
UPDATE sign_ins_seen SET recipients = '{}', seen_at = %(at)s WHERE account_id = %(account)s AND seen_at <= %(at)s"""
_SAID = """
INSERT INTO sign_ins_seen AS known (account_id, recipients, seen_at) VALUES (%(account)s, %(recipients)s, %(at)s)
ON CONFLICT (account_id) DO UPDATE SET recipients = excluded.recipients, seen_at = excluded.seen_at
WHERE known.seen_at < excluded.seen_at"""


def subscribes(record: Recorded) -> bool:
    """Whether the event changes who wants what."""
    return isinstance(record.event, MailPreferencesSet | AccountErased)


def take_in(conn: Conn, record: Recorded) -> None:
    """What the event changes in who wants what."""
    fact, account = record.event, record.originator_id
    if not isinstance(fact, MailPreferencesSet | AccountErased):
        return
    conn.execute("DELETE FROM mail_subscriptions WHERE account_id = %s", (account,))
    if isinstance(fact, AccountErased) or fact.email is None:
        conn.execute("DELETE FROM sign_ins_seen WHERE account_id = %s", (account,))
    else:
        recipients, at = list(fact.recipients), record.stamp.recorded_at
        conn.execute(_SUBSCRIBE, (account, recipients, record.position, list(fact.muted)))
        # Who says it is signed in: what no mandate gives them, their sign-in does.
        mandated = _mandated(conn, account, at, record.originator_version)
        if by_sign_in := [one for one in recipients if not _read_by(mandated, one)]:
            conn.execute(_SAID, {"account": account, "recipients": by_sign_in, "at": at})


def wanting(conn: Conn, recipient: str, kind: str, at: datetime) -> list[tuple[UUID, int]]:
    """Accounts that want e-mails of that kind for that inbox and may read it, each with the position of the event that
    holds the address.
    """
    found = conn.execute(_WANTING, (recipient, kind), prepare=True).fetchall()
    return [(account, position) for account, position in found if may_read(conn, account, recipient, at)]


def may_read(conn: Conn, account: UUID, recipient: str, at: datetime) -> bool:
    """Whether the account may read that inbox: by its mandates as they stand, or by how it was last signed in."""
    row = conn.execute(_BY_SIGN_IN, (account, at - LONGEST_UNSEEN)).fetchone()
    return (row is not None and recipient in row[0]) or _read_by(_mandated(conn, account, at), recipient)


def seen(conn: Conn, account: UUID, recipients: Sequence[str], at: datetime) -> None:
    """Who holds the account is signed in with a token that gives these inboxes, and no others."""
    statement = _SEEN if recipients else _SEEN_WITH_NONE
    conn.execute(statement, {"account": account, "recipients": list(recipients), "at": at})


def _mandated(conn: Conn, account: UUID, at: datetime, version: int | None = None) -> list[Actor]:
    """Who the account's mandates in force let its holder be: one for each, in its role."""
    state = state_after(ACCOUNT, read_stream(conn, account), version)
    mandates = in_force(list(state.mandates.values()), at) if state else []
    return [widened(Actor(Role.PARENT, ""), [mandate]) for mandate in mandates]


def _read_by(mandated: Sequence[Actor], recipient: str) -> bool:
    """What one did for others is told to nobody else: here it is the role that counts, not the name."""
    if recipient.startswith(AUTHOR):
        return any(actor.role in RIGHTS[Action.REGISTRATION_SUBMIT_FOR] for actor in mandated)
    return any(recipient in recipients_of(actor) for actor in mandated)
