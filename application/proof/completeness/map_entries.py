"""Entries of the map, derived from the log: the last version of each stream, where each animation is, what was paid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.animations.events import AnimationGathered, AnimationReleased
from domain.service_dossiers.events import DossierPaid
from eventstore.log import decode_rows
from eventstore.records import Recorded

Conn = Connection[Any]
#: Keys to their new values; None: the key is absent from now on.
Changes = dict[str, str | None]

#: Events that say more than that their stream went on.
TOPICS = (AnimationGathered.topic, AnimationReleased.topic, DossierPaid.topic)

_VERSIONS = """
SELECT originator_id, max(originator_version) FROM stored_events
WHERE notification_id > %s AND notification_id <= %s GROUP BY originator_id"""
_FIRST_VERSIONS = """
SELECT originator_id, min(originator_version), min(notification_id) FROM stored_events
WHERE notification_id > %s AND notification_id <= %s GROUP BY originator_id"""
_TELLING = """
SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
WHERE notification_id > %s AND notification_id <= %s AND topic = ANY(%s) ORDER BY notification_id"""


def stream_key(stream: UUID) -> str:
    return f"stream:{stream}"


def animation_key(animation_id: UUID) -> str:
    return f"animation:{animation_id}"


def dossier_key(dossier_id: UUID) -> str:
    return f"dossier:{dossier_id}"


def changes_of(records: Iterable[Recorded]) -> Changes:
    """Return what these events, in the order of the log, make of the map."""
    changes: Changes = {}
    for record in records:
        stream, event = record.originator_id, record.event
        changes[stream_key(stream)] = str(record.originator_version)
        match event:
            case AnimationGathered():
                changes[animation_key(stream)] = str(event.dossier_id)
            case AnimationReleased():
                changes[animation_key(stream)] = None
            case DossierPaid():
                changes[dossier_key(stream)] = f"{event.amount:.2f} {record.position}"
    return changes


def changes_between(conn: Conn, after: int, until: int) -> Changes:
    """Return what the events after position `after` up to `until` make of the map. Raises UnreadableEvent.

    Other events than those of `TOPICS` are counted, not read.
    """
    with conn.cursor(binary=True) as cursor:
        versions = cursor.execute(_VERSIONS, (after, until), prepare=True).fetchall()
        telling = cursor.execute(_TELLING, (after, until, list(TOPICS)), prepare=True).fetchall()
    changes = changes_of(decode_rows(telling))
    return changes | {stream_key(stream): str(version) for stream, version in versions}


def first_versions(conn: Conn, after: int, until: int) -> dict[UUID, tuple[int, int]]:
    """Return with which version, and where, each stream goes on after position `after`, up to `until`."""
    rows = conn.execute(_FIRST_VERSIONS, (after, until), prepare=True).fetchall()
    return {stream: (version, position) for stream, version, position in rows}
