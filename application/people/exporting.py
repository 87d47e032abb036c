"""Export everything held on a person, for that person (GDPR, article 15: the right of access)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from application import drafts
from application.commanding.pseudonyms_and_links import Keyed
from application.people.erasing import count_by_kind, pending_erasures, things_of
from application.people.finding import Matches
from domain.accounts.events import MailPreferencesSet, MandateGiven
from domain.contacts.events import (
    ContactAdded,
    ContactErased,
    ContactRemoved,
    ContactUnsubscribed,
    PlanningSent,
)
from domain.kernel.events import Event
from domain.publications.events import PublicationAuthorNamed
from domain.registrations.events import RegistrantsReminded, RegistrationEvent, RegistrationMade, WalkInsCounted
from eventstore.log import read_stream
from eventstore.records import Recorded
from eventstore.vault import Vault

Conn = Connection[Any]

_KEYS = """
SELECT person_id, originator_id, CASE WHEN bool_and(erased_at IS NOT NULL) THEN max(erased_at) END FROM person_keys
JOIN unnest(%s::uuid[], %s::uuid[]) AS p(person_id, originator_id) USING (person_id, originator_id)
GROUP BY 1, 2 ORDER BY min(created_at)"""


def export_person(conn: Conn, vault: Vault, keyed: Keyed, matches: Matches) -> dict[str, Any]:
    """Return, in clear and ready for JSON, the number of things of each kind, the events of each stream, and drafts.

    Erased values are null, and `erasedAt` gives the date.
    """
    people, streams = [person for person, _ in matches.pairs], [stream for _, stream in matches.pairs]
    with conn.cursor() as cursor:
        rows = cursor.execute(_KEYS, (people, streams)).fetchall()
    things, subjects = [], []
    for person, stream, erased_at in rows:
        records = read_stream(conn, stream)
        only = matches.pairs[person, stream]
        commands = pending_erasures(keyed, stream, [person], records)
        if commands is None:
            continue
        things += [(kind, thing) for kind, thing in things_of(commands) if only is None or thing in only]
        about = [
            record for record in records if _is_about(record.event, person, _own_registrations(records, person, only))
        ]
        subjects.append(
            {
                "kind": str(things_of(commands)[0][0]) if commands else None,
                "subject": str(stream),
                "erasedAt": erased_at.isoformat() if erased_at else None,
                "events": [_entry(record) for record in vault.open(conn, about)],
            }
        )
    return {
        "person": [str(person) for person in dict.fromkeys(row[0] for row in rows)],
        "found": {str(kind): count for kind, count in count_by_kind(things).items()},
        "held": subjects,
        "drafts": [
            {"draft": str(draft.draft_id), "content": draft.content, "savedAt": draft.saved_at.isoformat()}
            for draft in drafts.kept_in(conn, vault, matches.pairs.keys())
        ],
    }


def _own_registrations(records: Sequence[Recorded], person: UUID, only: set[UUID] | None) -> set[UUID]:
    """Return the person's registrations in a book, restricted to the matched ones."""
    registrations = (record.event for record in records if isinstance(record.event, RegistrationMade))
    own = {event.registration_id for event in registrations if event.person_id == person}
    return own if only is None else own & only


def _is_about(event: Event, person: UUID, registrations: set[UUID]) -> bool:
    match event:
        case RegistrationEvent():
            return event.registration_id in registrations
        case ContactAdded() | ContactErased() | MandateGiven() | MailPreferencesSet() | PublicationAuthorNamed():
            return event.person_id == person
        case ContactRemoved() | ContactUnsubscribed() | PlanningSent() | WalkInsCounted() | RegistrantsReminded():
            return False
    return True


def _entry(record: Recorded) -> dict[str, Any]:
    return {
        "position": record.position,
        "type": record.event.topic,
        "recordedAt": record.stamp.recorded_at.isoformat(),
        "actor": record.stamp.actor,
        "role": str(record.stamp.role),
        "data": record.event.model_dump(mode="json"),
    }
