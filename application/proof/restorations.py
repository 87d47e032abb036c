"""Going on after the log went back: positions that may have been given are skipped, and the loss is recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from psycopg import Connection
from pydantic import Field

from application.commanding.bus import Execute
from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import RESTORATIONS
from domain.kernel.actors import SYSTEM
from domain.kernel.identifiers import RESTORATIONS_ID
from domain.kernel.rights import Action, Belongings
from domain.proof import restorations
from domain.proof.events import LogRestored
from eventstore.log import head, read_topics

Conn = Connection[Any]

LONGEST_REASON = 500
#: Beyond the last position that is known to have been given: other processes may have seen more.
SPARE_POSITIONS = 10_000
_SEQUENCE = "SELECT setval(pg_get_serial_sequence('stored_events', 'notification_id'), %s)"
Count = Annotated[int, Field(ge=0)]


class LogRestore(Command):
    """Sent by the command of an operator."""

    action: ClassVar[Action] = Action.LOG_RESTORE

    last_kept: Count
    last_skipped: Count
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]


def record(command: LogRestore, work: UnitOfWork) -> UUID:
    loss = LogRestored(**command.model_dump(include=set(LogRestored.model_fields)))
    work.record(RESTORATIONS, RESTORATIONS_ID, restorations.record(loss, work.actor), Belongings())
    return RESTORATIONS_ID


def skip_positions(conn: Conn, lost_head: int) -> int:
    """Let the next event stand beyond every position that may have been given before. Return the last one skipped.

    A position that somebody holds from before then never means another event.
    """
    last = max(lost_head, head(conn)) + SPARE_POSITIONS
    conn.execute(_SEQUENCE, (last,))
    return last


def go_on(conn: Conn, execute: Execute, lost_head: int, reason: str, now: datetime) -> tuple[int, int]:
    """Skip all positions that may have been given, and record the loss. Return the last kept, and the last skipped."""
    last_kept = head(conn)
    skipped = skip_positions(conn, lost_head)
    execute(LogRestore(last_kept=last_kept, last_skipped=skipped, reason=reason), SYSTEM, now)
    return last_kept, skipped


def recorded_loss_after(conn: Conn, position: int) -> LogRestored | None:
    """Return the first loss that was recorded after that position, None if none was."""
    for recorded in read_topics(conn, [LogRestored.topic], after=position, limit=1):
        if isinstance(recorded.event, LogRestored):
            return recorded.event
    return None


def ends_with_a_loss(conn: Conn, lost_head: int) -> bool:
    """Return whether the loss of every position up to `lost_head` is the last thing that was recorded."""
    last = head(conn)
    return last >= lost_head and recorded_loss_after(conn, last - 1) is not None


USE_CASES = ((LogRestore, record),)
