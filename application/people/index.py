"""Where in the log somebody stands who is known by an address, a telephone or the name of an account.

One keyed index: from a digest that nobody can make without the database's own secret to every person and stream that
holds what it is of. It is made from the log, sealed as that is, and brought up to the log's head before it is asked:
what was loaded in bulk, or recorded by a version that knew of no index, is found as all else. What is erased leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.commanding.pseudonyms_and_links import Keyed, address_of, subject_of, telephone_of
from domain.accounts.events import MandateGiven
from domain.contacts.events import ContactAdded
from domain.kernel.events import Event, registered_events
from domain.registrations.events import RegistrationMade
from eventstore.log import decode_rows, head
from eventstore.records import Recorded
from eventstore.vault import Vault, erase_key

Conn = Connection[Any]

DDL = """
CREATE TABLE IF NOT EXISTS person_index (
    digest bytea NOT NULL,
    person_id uuid NOT NULL,
    originator_id uuid NOT NULL,
    thing_id uuid NOT NULL,
    PRIMARY KEY (digest, person_id, originator_id, thing_id)
);
CREATE INDEX IF NOT EXISTS person_index_of_person ON person_index (person_id, originator_id);
CREATE INDEX IF NOT EXISTS person_index_of_thing ON person_index (thing_id);
CREATE TABLE IF NOT EXISTS person_index_position (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), position bigint NOT NULL);
INSERT INTO person_index_position (position) VALUES (0) ON CONFLICT DO NOTHING"""

#: Events of one transaction: a long history is taken in in pieces.
AT_ONCE = 2_000
_EVENTS = """
SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
WHERE notification_id > %s AND notification_id <= %s AND topic = ANY(%s) ORDER BY notification_id LIMIT %s"""
_INSERT = """
INSERT INTO person_index (digest, person_id, originator_id, thing_id) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Entry:
    """That a stream speaks of a person: `thing_id` is the registration or contact in it, or the stream itself."""

    person_id: UUID
    originator_id: UUID
    thing_id: UUID


def catch_up(conn: Conn, vault: Vault, keyed: Keyed) -> int:
    """Takes in all that was recorded until now. Returns how many events. `conn` must be in autocommit mode."""
    taken = 0
    topics = [topic for topic, kind in registered_events().items() if _holds_a_name(kind)]
    until = head(conn)
    while True:
        with conn.transaction(), conn.cursor(binary=True) as cursor:
            (position,) = cursor.execute("SELECT position FROM person_index_position FOR UPDATE").fetchone() or (0,)
            rows = cursor.execute(_EVENTS, (position, until, topics, AT_ONCE)).fetchall()
            entries = [entry for record in vault.open(conn, decode_rows(rows)) for entry in _entries(record, keyed)]
            cursor.executemany(_INSERT, entries)
            reached = rows[-1][0] if len(rows) == AT_ONCE else max(position, until)
            cursor.execute("UPDATE person_index_position SET position = %s", (reached,))
        taken += len(rows)
        if len(rows) < AT_ONCE:
            return taken


def holding(conn: Conn, digests: Sequence[bytes]) -> list[Entry]:
    """Where what has one of these digests stands."""
    asked = "SELECT DISTINCT person_id, originator_id, thing_id FROM person_index WHERE digest = ANY(%s)"
    with conn.cursor() as cursor:
        return [Entry(*row) for row in cursor.execute(asked, (list(digests),)).fetchall()]


def whose(conn: Conn, thing_id: UUID) -> list[UUID]:
    """The people that a registration or contact is of."""
    asked = "SELECT DISTINCT person_id FROM person_index WHERE thing_id = %s"
    with conn.cursor() as cursor:
        return [row[0] for row in cursor.execute(asked, (thing_id,)).fetchall()]


def digests_of(conn: Conn, pairs: Sequence[tuple[UUID, UUID]]) -> list[bytes]:
    """What these people are known by in these streams."""
    asked = """
SELECT DISTINCT digest FROM person_index JOIN unnest(%s::uuid[], %s::uuid[]) AS p(person_id, originator_id)
USING (person_id, originator_id)"""
    people, streams = [person for person, _ in pairs], [stream for _, stream in pairs]
    with conn.cursor() as cursor:
        return [bytes(row[0]) for row in cursor.execute(asked, (people, streams)).fetchall()]


def forget(conn: Conn, person_id: UUID, originator_id: UUID) -> None:
    """Once what the stream says of the person is erased."""
    conn.execute("DELETE FROM person_index WHERE person_id = %s AND originator_id = %s", (person_id, originator_id))


def erase_and_forget(conn: Conn, person_id: UUID, originator_id: UUID) -> None:
    """Destroys the person's key in one stream, whose end of retention has come."""
    erase_key(conn, person_id, originator_id)
    forget(conn, person_id, originator_id)


def _holds_a_name(kind: type[Event]) -> bool:
    of_person = "person_id" in kind.model_fields and {"email", "phone"} & set(kind.personal_fields)
    return issubclass(kind, MandateGiven) or bool(of_person)


def _entries(record: Recorded, keyed: Keyed) -> Iterator[tuple[bytes, UUID, UUID, UUID]]:
    """An erased person's names open as None: nothing is kept of them."""
    event = record.event
    thing = record.originator_id
    if isinstance(event, RegistrationMade):
        thing = event.registration_id
    elif isinstance(event, ContactAdded):
        thing = event.contact_id
    for said in _said(event):
        yield keyed.digest(said), event.person_id, record.originator_id, thing  # type: ignore[attr-defined]


def _said(event: Event) -> Iterator[str]:
    if isinstance(event, MandateGiven) and event.subject is not None:
        yield subject_of(event.subject)
    if email := getattr(event, "email", None):
        yield address_of(email)
    if phone := getattr(event, "phone", None):
        yield telephone_of(phone)
