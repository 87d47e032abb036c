"""The reactor: follows the log, and writes what follows from each event in the transaction that moves its position.

So each reaction happens once, whenever and however often processes stop in between; and a rebuild of the read models,
which does not touch the position, tells nobody anything again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID, uuid5

from psycopg import Connection
from psycopg.types.json import Jsonb

from application.background import Work, working_at
from application.eventstore.log import read_after, read_stream
from application.eventstore.recorder import EVENTS_CHANNEL
from application.eventstore.records import Recorded
from application.notifications.reactions import REACTIONS, Letter, Notice
from application.notifications.subscriptions import take_in, wanting
from application.notifications.tables import MAIL_CHANNEL
from domain.catalogue import AggregateKind
from domain.identifiers import NAMESPACE

S = TypeVar("S")
Conn = Connection[Any]

LEASE = 7311005
IDLE_SECONDS = 5.0
BATCH = 500

_NOTICE = """
INSERT INTO notifications (position, recipient, kind, subject_id, message, happened_at)
VALUES (%s, %s, %s, %s, %s, %s)"""
_LETTER = "INSERT INTO mail_outbox (mail_id, kind, address_position, about) VALUES (%s, %s, %s, %s)"


class _Around:
    """Streams and states of one batch, each read once."""

    def __init__(self, conn: Conn) -> None:
        self._conn = conn
        self._streams: dict[UUID, list[Recorded]] = {}

    def events(self, stream: UUID) -> list[Recorded]:
        if stream not in self._streams:
            self._streams[stream] = read_stream(self._conn, stream)
        return self._streams[stream]

    def state(self, kind: AggregateKind[S], stream: UUID, version: int | None = None) -> S:
        known = (one.event for one in self.events(stream) if version is None or one.originator_version <= version)
        state = kind.fold(None, stream, known)
        assert state is not None, f"no {kind.name} {stream}"
        return state


def react(conn: Conn, with_mail: bool) -> int:
    """Reacts to the next events; returns how many were taken. `with_mail`: letters are written too."""
    with conn.transaction():
        row = conn.execute("SELECT position FROM reaction_position FOR UPDATE").fetchone()
        assert row is not None, "the tables are made before"
        records = read_after(conn, row[0], BATCH)
        around = _Around(conn)
        for record in records:
            reaction = REACTIONS.get(type(record.event))
            take_in(conn, record)
            for place, one in enumerate(reaction(record, around) if reaction else ()):
                if isinstance(one, Notice):
                    _write_notice(conn, record, one)
                    if with_mail:
                        _write_to_those_who_want_it(conn, record, one, place)
                elif with_mail:
                    _write_letter(conn, record, one, f"{place}")
        if records:
            conn.execute("UPDATE reaction_position SET position = %s", (records[-1].position,))
            conn.execute("SELECT pg_notify(%s, '')", (MAIL_CHANNEL,))
    return len(records)


def _write_notice(conn: Conn, record: Recorded, notice: Notice) -> None:
    happened_at = record.stamp.recorded_at
    told = (record.position, notice.recipient, notice.kind, record.originator_id, notice.message, happened_at)
    conn.execute(_NOTICE, told, prepare=True)


def _write_to_those_who_want_it(conn: Conn, record: Recorded, notice: Notice, place: int) -> None:
    for account_id, position in wanting(conn, notice.recipient, notice.kind):
        letter = Letter("notice", position, {"message": notice.message})
        _write_letter(conn, record, letter, f"{place}:{account_id}")


def _write_letter(conn: Conn, record: Recorded, letter: Letter, place: str) -> None:
    """Under an id that follows from the event: it is the e-mail's Message-ID, by which a second copy is known."""
    mail_id = uuid5(NAMESPACE, f"mail:{record.originator_id}:{record.originator_version}:{place}")
    conn.execute(_LETTER, (mail_id, letter.kind, letter.address_position, Jsonb(dict(letter.about))), prepare=True)


@contextmanager
def reacting(database_url: str, with_mail: bool) -> Iterator[None]:
    """Reacts in a thread of its own for as long as the context lasts; another process may have the lead."""

    def follow(conn: Conn) -> float:
        while react(conn, with_mail):
            pass
        return IDLE_SECONDS

    with working_at(database_url, Work("reactor", LEASE, follow, EVENTS_CHANNEL)):
        yield
