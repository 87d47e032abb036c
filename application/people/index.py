"""An index of people by address, telephone and account name.

Maps a digest keyed with the database's own secret to the people and streams it was read from. It is derived from the
log, encrypted as the log is, and caught up before each use, so bulk loads and events older than the index are found
too. Erased data leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.commanding.pseudonyms_and_links import Keyed, address_of, subject_of, telephone_of
from domain.accounts.events import MandateGiven
from domain.action_groups.events import MemberJoined
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

#: Events read in one transaction.
BATCH = 2_000
_EVENTS = """
SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
WHERE notification_id > %s AND notification_id <= %s AND topic = ANY(%s) ORDER BY notification_id LIMIT %s"""
_INSERT = """
INSERT INTO person_index (digest, person_id, originator_id, thing_id) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mention of a person in a stream: `thing_id` is the registration or contact in it, or the stream itself."""

    person_id: UUID
    originator_id: UUID
    thing_id: UUID


def catch_up(conn: Conn, vault: Vault, keyed: Keyed) -> int:
    """Index everything recorded until now. Return the number of events read. `conn` must be in autocommit mode."""
    total = 0
    topics = [topic for topic, kind in registered_events().items() if _is_indexed(kind)]
    until = head(conn)
    while True:
        with conn.transaction(), conn.cursor(binary=True) as cursor:
            (position,) = cursor.execute("SELECT position FROM person_index_position FOR UPDATE").fetchone() or (0,)
            rows = cursor.execute(_EVENTS, (position, until, topics, BATCH)).fetchall()
            entries = [entry for record in vault.open(conn, decode_rows(rows)) for entry in _entries(record, keyed)]
            cursor.executemany(_INSERT, entries)
            reached = rows[-1][0] if len(rows) == BATCH else max(position, until)
            cursor.execute("UPDATE person_index_position SET position = %s", (reached,))
        total += len(rows)
        if len(rows) < BATCH:
            return total


def find_entries(conn: Conn, digests: Sequence[bytes]) -> list[Entry]:
    """Return the entries that have one of these digests."""
    query = "SELECT DISTINCT person_id, originator_id, thing_id FROM person_index WHERE digest = ANY(%s)"
    with conn.cursor() as cursor:
        return [Entry(*row) for row in cursor.execute(query, (list(digests),)).fetchall()]


def owners(conn: Conn, thing_id: UUID) -> list[UUID]:
    """Return the people to whom a registration or contact belongs."""
    query = "SELECT DISTINCT person_id FROM person_index WHERE thing_id = %s"
    with conn.cursor() as cursor:
        return [row[0] for row in cursor.execute(query, (thing_id,)).fetchall()]


def digests_of(conn: Conn, pairs: Sequence[tuple[UUID, UUID]]) -> list[bytes]:
    """Return the digests that these people have in these streams."""
    query = """
SELECT DISTINCT digest FROM person_index JOIN unnest(%s::uuid[], %s::uuid[]) AS p(person_id, originator_id)
USING (person_id, originator_id)"""
    people, streams = [person for person, _ in pairs], [stream for _, stream in pairs]
    with conn.cursor() as cursor:
        return [bytes(row[0]) for row in cursor.execute(query, (people, streams)).fetchall()]


def forget(conn: Conn, person_id: UUID, originator_id: UUID) -> None:
    """Remove a person's entries for a stream once the stream's data is erased."""
    conn.execute("DELETE FROM person_index WHERE person_id = %s AND originator_id = %s", (person_id, originator_id))


def erase_and_forget(conn: Conn, person_id: UUID, originator_id: UUID) -> None:
    """Destroy the person's key in a stream at the end of its retention."""
    erase_key(conn, person_id, originator_id)
    forget(conn, person_id, originator_id)


def _is_indexed(kind: type[Event]) -> bool:
    has_contact_details = "person_id" in kind.model_fields and {"email", "phone"} & set(kind.personal_fields)
    return issubclass(kind, MandateGiven) or bool(has_contact_details)


def _entries(record: Recorded, keyed: Keyed) -> Iterator[tuple[bytes, UUID, UUID, UUID]]:
    """Yield index rows; an erased person's names decrypt to None and leave none."""
    event = record.event
    thing = record.originator_id
    if isinstance(event, RegistrationMade):
        thing = event.registration_id
    elif isinstance(event, ContactAdded):
        thing = event.contact_id
    elif isinstance(event, MemberJoined):
        thing = event.member_id
    for name in _names(event):
        yield keyed.digest(name), event.person_id, record.originator_id, thing  # type: ignore[attr-defined]


def _names(event: Event) -> Iterator[str]:
    if isinstance(event, MandateGiven) and event.subject is not None:
        yield subject_of(event.subject)
    if email := getattr(event, "email", None):
        yield address_of(email)
    if phone := getattr(event, "phone", None):
        yield telephone_of(phone)
