"""The reactor: follow the log, and write each event's reactions in the transaction that moves the reactor's position.

Each reaction is written exactly once, even if a process stops in between. A rebuild of the read models does not move
that position, so it notifies nobody again. An event whose reaction fails is set aside and retried
(`application.notifications.set_aside`); later events do not wait for it.

Letters are written for events after mail was first switched on for this database, by whichever process, and wait in
`mail_outbox` for a process that can send.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid5

import psycopg
from psycopg import Connection
from psycopg.types.json import Jsonb

from application.followers.reactions import REACTIONS
from application.notifications.reaction import CHANGE_WAIT, MAX_CHANGE_WAIT, Letter, Notice, Reaction, Text, has_reason
from application.notifications.set_aside import mark_done, next_due, record_failure, set_aside
from application.notifications.subscriptions import (
    changes_subscriptions,
    find_subscribers,
    has_reader,
    update_subscriptions,
)
from application.notifications.tables import MAIL_CHANNEL, switch_mail_on
from application.texting.tables import SMS_CHANNEL, switch_texts, texts_after
from application.texting.writing import write_text
from application.wording.pages import desk_page
from domain.catalogue import AggregateKind
from domain.kernel.identifiers import NAMESPACE
from eventstore.leasing.leased_work import Work, working_at
from eventstore.locks import Lock
from eventstore.log import read_after, read_at, read_command, read_stream, state_after
from eventstore.recorder import EVENTS_CHANNEL
from eventstore.records import Recorded, UnreadableEvent

S = TypeVar("S")
Conn = Connection[Any]

IDLE_SECONDS = 5.0
BATCH = 500

_NOTICE = """
INSERT INTO notifications (position, recipient, kind, subject_id, message, things, page, happened_at, registrations,
    with_reason, key, since)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
#: Takes back an unread notice of the same burst, and returns since which version it told.
_REPLACED = """
DELETE FROM notifications n WHERE recipient = %(recipient)s AND key = %(key)s
    AND happened_at BETWEEN %(at)s - %(burst)s AND %(at)s
    AND NOT EXISTS (SELECT FROM notification_reads r WHERE r.notification_id = n.notification_id)
RETURNING since"""
#: The version of the animation that the recipient was last told of, by letters that share the key.
_TOLD = "SELECT max((about->>'told')::int) FROM mail_outbox WHERE key = %(key)s AND sent_at IS NOT NULL"
_LETTER = """
INSERT INTO mail_outbox (mail_id, kind, address_position, about, key, due_at)
VALUES (%(mail_id)s, %(kind)s, %(address)s, %(about)s, %(key)s, now() + %(wait)s)"""
#: Replace the unsent letter with the same key. The new one reports all changes since the last letter sent.
_OVERTAKE = """
UPDATE mail_outbox SET mail_id = %(mail_id)s, kind = %(kind)s, address_position = %(address)s, attempts = 0,
    tried_since = NULL, set_aside_at = NULL, reason = NULL,
    about = %(about)s::jsonb || jsonb_strip_nulls(jsonb_build_object('before', about -> 'before')),
    due_at = greatest(now(), least(now() + %(wait)s, created_at + %(longest_wait)s))
WHERE key = %(key)s AND sent_at IS NULL AND given_up_at IS NULL"""


class LoggedStreams:
    """The streams and states that a batch's reactions ask for. Each stream is read once."""

    def __init__(self, conn: Conn) -> None:
        self._conn = conn
        self._streams: dict[UUID, list[Recorded]] = {}
        self._commands: dict[UUID, list[Recorded]] = {}

    def events(self, stream: UUID) -> list[Recorded]:
        if stream not in self._streams:
            self._streams[stream] = read_stream(self._conn, stream)
        return self._streams[stream]

    def state(self, kind: AggregateKind[S], stream: UUID, version: int | None = None) -> S:
        state = state_after(kind, self.events(stream), version)
        assert state is not None, f"no {kind.name} {stream}"
        return state

    def command(self, record: Recorded) -> list[Recorded]:
        """Return every event of the command that recorded this one."""
        command_id = record.stamp.command_id
        if command_id not in self._commands:
            self._commands[command_id] = read_command(self._conn, record.position)
        return self._commands[command_id]

    def has_reader(self, recipient: str, at: datetime) -> bool:
        return has_reader(self._conn, recipient, at)

    def texting(self) -> bool:
        return texts_after(self._conn) is not None


def react(conn: Conn, with_mail: bool = False) -> int:
    """React to the next events and return their number. `with_mail` switches mail on, if it never was."""
    with conn.transaction():
        row = conn.execute("SELECT position FROM reaction_position FOR UPDATE").fetchone()
        assert row is not None, "the tables are made before"
        if with_mail:
            switch_mail_on(conn)
        records, unreadable = _next(conn, row[0])
        reactor = Reactor(conn)
        for record in records:
            try:
                reactor.react(record)
            except Exception as fault:
                if conn.closed:
                    raise
                set_aside(conn, record.position, record.event.topic, fault)
        if unreadable is not None:
            set_aside(conn, unreadable.position, unreadable.topic, unreadable)
        count = len(records) + (unreadable is not None)
        if count:
            last = records[-1].position if unreadable is None else unreadable.position
            conn.execute("UPDATE reaction_position SET position = %s", (last,))
            _wake(conn)
    return count


def react_again(conn: Conn) -> bool:
    """Retry the set-aside event that has been due for longest. Return False if none is due."""
    with conn.transaction():
        position = next_due(conn)
        if position is None:
            return False
        try:
            with conn.transaction():
                for record in read_at(conn, [position]):
                    Reactor(conn).react(record, late=True)
        except Exception as fault:
            if conn.closed:
                raise
            record_failure(conn, position, fault)
        else:
            mark_done(conn, position)
            _wake(conn)
        return True


def _wake(conn: Conn) -> None:
    for channel in (MAIL_CHANNEL, SMS_CHANNEL):
        conn.execute("SELECT pg_notify(%s, '')", (channel,))


def _next(conn: Conn, position: int) -> tuple[list[Recorded], UnreadableEvent | None]:
    """Return the next events, and the error of the unreadable event after them, if any."""
    try:
        return read_after(conn, position, BATCH), None
    except UnreadableEvent as fault:
        return read_after(conn, position, BATCH, before=fault.position), fault


class Reactor:
    """Write the reactions to events: all of an event's reactions, or none."""

    def __init__(self, conn: Conn) -> None:
        self._conn, self._around = conn, LoggedStreams(conn)
        row = conn.execute("SELECT letters_after FROM mail_sending").fetchone()
        self._letters_after: int | None = row[0] if row else None
        self._texts_after = texts_after(conn)

    def react(self, record: Recorded, late: bool = False) -> None:
        """React to an event, or undo its writes and raise the error. `late`: later events were handled before it."""
        reaction = REACTIONS.get(type(record.event))
        if reaction is None and not changes_subscriptions(record):
            return
        with self._conn.transaction():
            if not (late and self._is_superseded(record)):
                update_subscriptions(self._conn, record)
            if reaction is not None:
                self.write(record, reaction)

    def write(self, record: Recorded, reaction: Reaction) -> None:
        """Write what the reaction to the event yields."""
        with_mail = self._letters_after is not None and record.position > self._letters_after
        for place, message in enumerate(reaction(record, self._around)):
            if isinstance(message, Notice):
                _write_notice(self._conn, record, message)
                if with_mail:
                    _write_to_those_who_want_it(self._conn, record, message, place)
            elif isinstance(message, Text):
                if self._texts_after is not None and record.position > self._texts_after:
                    write_text(self._conn, record, message, f"{place}")
            elif with_mail:
                _write_letter(self._conn, record, message, f"{place}")

    def _is_superseded(self, record: Recorded) -> bool:
        """Return whether a later event of the same account has replaced the subscriptions that this one sets."""
        later = (
            candidate for candidate in self._around.events(record.originator_id) if candidate.position > record.position
        )
        return changes_subscriptions(record) and any(changes_subscriptions(candidate) for candidate in later)


def _write_notice(conn: Conn, record: Recorded, notice: Notice) -> None:
    at, since = record.stamp.recorded_at, notice.since
    if notice.key is not None:
        params = {"recipient": notice.recipient, "key": notice.key, "at": at, "burst": MAX_CHANGE_WAIT}
        replaced = [row[0] for row in conn.execute(_REPLACED, params, prepare=True) if row[0] is not None]
        since = min([*replaced, since]) if since is not None else None
    subject = notice.thing or record.originator_id
    page = _page(record, notice)
    identity = (record.position, notice.recipient, notice.kind, subject)
    with_reason = notice.with_reason and has_reason(record.event)
    content = (notice.message, Jsonb(_stored(notice)), page, at, list(notice.registrations), with_reason)
    conn.execute(_NOTICE, (*identity, *content, notice.key, since), prepare=True)


def _page(record: Recorded, notice: Notice) -> str:
    family = notice.kind.partition(".")[0]
    return notice.page or desk_page(notice.recipient, family, notice.thing or record.originator_id)


def _stored(notice: Notice) -> dict[str, Any]:
    return {place: thing.stored() for place, thing in notice.things.items()}


def _write_to_those_who_want_it(conn: Conn, record: Recorded, notice: Notice, place: int) -> None:
    at = record.stamp.recorded_at
    for account_id, position in find_subscribers(conn, notice.recipient, notice.kind, at):
        about: dict[str, Any] = {"message": notice.message, "subject": notice.subject or notice.message}
        about |= {"things": _stored(notice), "account_id": str(account_id)}
        about |= {"page": _page(record, notice)}
        about |= {"recipient": notice.recipient, "told_at": at.isoformat()}
        if notice.since is not None:
            about["before"] = notice.since
        if notice.with_reason and has_reason(record.event):
            about["detail_position"] = record.position
        # Changes in quick succession share a key, so that one letter tells the last of them.
        what = notice.key or (f"to-call:{record.originator_id}" if notice.registrations else None)
        key = what and f"{what}:{notice.recipient}:{account_id}"
        letter = Letter("notice", position, about, key, CHANGE_WAIT if key else timedelta(0))
        _write_letter(conn, record, letter, f"{place}:{account_id}:{notice.kind}")


def _write_letter(conn: Conn, record: Recorded, letter: Letter, place: str) -> None:
    """Write a letter. Its id, derived from the event, becomes the Message-ID, by which duplicates are recognised."""
    mail_id = uuid5(NAMESPACE, f"mail:{record.originator_id}:{record.originator_version}:{place}")
    row = {
        "mail_id": mail_id,
        "kind": letter.kind,
        "address": letter.address_position,
        "about": Jsonb(dict(letter.about)),
        "key": letter.key,
        "wait": letter.wait,
        "longest_wait": MAX_CHANGE_WAIT,
    }
    if letter.key is not None and conn.execute(_OVERTAKE, row, prepare=True).rowcount:
        return
    if letter.key is not None and "before" in letter.about:
        latest = conn.execute(_TOLD, row, prepare=True).fetchone()
        row["about"] = Jsonb({**letter.about, "before": max(letter.about["before"], (latest and latest[0]) or 0)})
    conn.execute(_LETTER, row, prepare=True)


@contextmanager
def reacting(database_url: str, with_mail: bool, with_texts: bool = False) -> Iterator[None]:
    """Run the reactor in a thread until the context ends. It works only while no other process holds its lock."""

    def follow(conn: Conn) -> float:
        while react(conn) or react_again(conn):
            pass
        return IDLE_SECONDS

    if with_mail or with_texts:
        # Switch them on at once, even if another process holds the lock.
        with psycopg.connect(database_url, autocommit=True, connect_timeout=5) as conn:
            if with_mail:
                switch_mail_on(conn)
            if with_texts:
                switch_texts(conn, on=True)
    with working_at(database_url, Work("reactor", Lock.REACTOR, follow, EVENTS_CHANNEL)):
        yield
