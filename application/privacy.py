"""What a person may ask about their own data: to have all of it, and to have it erased.

Erasing destroys their keys first, then every stream that spoke of them says so. It can be repeated after an
interruption: whatever is still missing is done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from psycopg import Connection

from application.commands import ChangeCommand, Command
from application.eventstore.log import read_stream
from application.eventstore.recorder import Outcome
from application.eventstore.records import Recorded
from application.eventstore.vault import Vault, erase_keys
from application.unit_of_work import UnitOfWork
from domain import candidature as candidatures
from domain.actors import Actor
from domain.catalogue import CANDIDATURE
from domain.errors import DomainError, ErrorCode
from domain.identifiers import person_id
from domain.rights import Action, Belongings, authorize

Execute = Callable[[Command, Actor, datetime], Outcome]
Conn = Connection[Any]


class CandidatureErase(ChangeCommand):
    action: ClassVar[Action] = Action.PERSON_ERASE

    candidature_id: UUID


def erase_candidature(command: CandidatureErase, work: UnitOfWork) -> UUID:
    state = work.subject(CANDIDATURE, command.candidature_id, command.expected_version, "Candidature", "candidature_id")
    work.record(CANDIDATURE, state.id, candidatures.erase(state), state.belongings)
    return state.id


def resolve_person(conn: Conn, subject: str) -> UUID:
    """The pseudonym meant by `subject`: itself, one of the person's candidatures, or a signed-in person's subject."""
    try:
        given = UUID(subject)
    except ValueError:
        return person_id(subject)
    with conn.cursor() as cursor:
        row = cursor.execute("SELECT person_id FROM person_keys WHERE originator_id = %s", (given,)).fetchone()
    return given if row is None else row[0]


def held_on(conn: Conn, vault: Vault, person: UUID) -> dict[str, Any]:
    """All that is held on the person, in clear, ready for JSON: each stream that speaks of them, event by event.

    What was erased is null, and `erasedAt` tells since when (RGPD, article 15: the right of access).
    """
    with conn.cursor() as cursor:
        rows = cursor.execute(
            "SELECT originator_id, erased_at FROM person_keys WHERE person_id = %s ORDER BY created_at", (person,)
        ).fetchall()
    return {
        "person": str(person),
        "held": [
            {
                "subject": str(stream),
                "erasedAt": erased_at.isoformat() if erased_at else None,
                "events": [_told(record) for record in vault.open(conn, read_stream(conn, stream, 0))],
            }
            for stream, erased_at in rows
        ],
    }


def _told(record: Recorded) -> dict[str, Any]:
    return {
        "position": record.position,
        "type": record.event.topic,
        "recordedAt": record.stamp.recorded_at.isoformat(),
        "actor": record.stamp.actor,
        "role": str(record.stamp.role),
        "data": record.event.model_dump(mode="json"),
    }


def erase_person(conn: Conn, execute: Execute, person: UUID, actor: Actor, now: datetime) -> list[UUID]:
    """Destroys all that is held on the person. Returns the streams concerned, empty when nothing is known of them.

    Raises DomainError (FORBIDDEN) unless the actor may. `conn` must be in autocommit mode: a destroyed key is
    destroyed whatever follows.
    """
    authorize(actor, Action.PERSON_ERASE, Belongings(person_id=person))
    streams = erase_keys(conn, person)
    for stream in streams:
        try:
            execute(CandidatureErase(candidature_id=stream), actor, now)
        except DomainError as error:
            # Said already, by an erasure before this one.
            if error.code is not ErrorCode.RULE_BROKEN:
                raise
    return streams


USE_CASES = ((CandidatureErase, erase_candidature),)
