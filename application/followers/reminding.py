"""Reminders of attestations that are not made: three after the first invitation, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.followers.about_animations import animation_of, named
from application.followers.reacting import Reactor
from application.notifications.reaction import Around, Letter, Notice, structure, territory
from domain.animations.events import AnimationEnded
from eventstore.log import read_stream
from eventstore.records import Recorded

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Reminder:
    """`after` the end of the animation; by the last one the coordonnateurs hear of it too."""

    kind: str
    after: timedelta
    with_coordonnateur: bool = False


REMINDERS = (
    Reminder("animation.attestation_awaited", timedelta(days=3)),
    Reminder("animation.attestation_late", timedelta(days=10)),
    Reminder("animation.attestation_overdue", timedelta(days=30), with_coordonnateur=True),
)
#: One that could not be written for so long is left out: what is longer ago is history, and the next one comes soon.
LATEST = timedelta(days=6)

_WRITTEN = "SELECT 1 FROM notifications WHERE position = %s AND kind = %s LIMIT 1"


def remind(conn: Conn, animation_id: UUID, reminder: Reminder) -> bool:
    """Write a reminder, once. Return False if it was written, or the end of the animation is not recorded."""
    with conn.transaction():
        ends = [record for record in read_stream(conn, animation_id) if isinstance(record.event, AnimationEnded)]
        if not ends or conn.execute(_WRITTEN, (ends[-1].position, reminder.kind)).fetchone():
            return False
        Reactor(conn).write(ends[-1], lambda record, around: _notices(reminder, record, around))
        return True


def _notices(reminder: Reminder, record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    animation = animation_of(record, around)
    message = (
        f"{{animation}}, de {{structure}}, attend son attestation depuis {reminder.after.days} jours : sans elle, rien"
        " n'est payé."
    )
    subject, words = "{title} attend son attestation.", named(animation, record.originator_version)
    coordonnateur = (territory(animation.territory),) if reminder.with_coordonnateur else ()
    for recipient in (structure(animation.structure_id), *coordonnateur):
        yield Notice(recipient, reminder.kind, message, words, subject=subject)
