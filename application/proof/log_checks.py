"""The result of a check of the whole log: recorded, and read by those who watch the service."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import UUID

from psycopg import Connection
from pydantic import Field

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import LOG_CHECKS
from domain.kernel.identifiers import LOG_CHECKS_ID
from domain.kernel.rights import Action, Belongings
from domain.proof import log_checks
from domain.proof.events import LogChecked
from eventstore.records import Recorded, decode

Conn = Connection[Any]

#: The first tell what happened; `audit check` names them all.
MOST_NAMED, LONGEST_NAMED = 5, 300
Count = Annotated[int, Field(ge=0)]
Named = Annotated[str, Field(max_length=LONGEST_NAMED)]

#: The last check, as bytes: whoever watches must not stumble over it.
LAST_CHECK = f"""
SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events
WHERE originator_id = '{LOG_CHECKS_ID}' ORDER BY originator_version DESC LIMIT 1"""


class ProofLogCheck(Command):
    """Sent by the scheduler, once it has checked."""

    action: ClassVar[Action] = Action.PROOF_LOG_CHECK

    position: Count
    events: Count
    rows: Count
    findings: Count
    first_findings: Annotated[tuple[Named, ...], Field(max_length=MOST_NAMED)] = ()


def record(command: ProofLogCheck, work: UnitOfWork) -> UUID:
    check = LogChecked(**command.model_dump(include=set(LogChecked.model_fields)))
    work.record(LOG_CHECKS, LOG_CHECKS_ID, log_checks.record(check, work.actor), Belongings())
    return LOG_CHECKS_ID


def last_check(conn: Conn) -> tuple[Recorded, LogChecked] | None:
    with conn.cursor(binary=True) as cursor:
        row = cursor.execute(LAST_CHECK).fetchone()
    return None if row is None else check_in(row)


def check_in(row: tuple[int, UUID, int, str, bytes]) -> tuple[Recorded, LogChecked]:
    record = decode(*row)
    assert isinstance(record.event, LogChecked), "the stream of the checks holds nothing else"
    return record, record.event


USE_CASES = ((ProofLogCheck, record),)
