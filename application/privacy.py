"""Erasing a person: their keys are destroyed first, then every stream that spoke of them says so.

Can be repeated after an interruption: whatever is still missing is done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from psycopg import Connection

from application.commands import ChangeCommand, Command
from application.eventstore.recorder import Outcome
from application.eventstore.vault import erase_keys
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
