"""Draw announced controls, once a checkpoint is signed that covers the announcement.

Its root is the seed: nobody could know it when the population was recorded, and anybody can read it afterwards.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.commanding.bus import Execute
from application.controls import ControlDraw
from application.proof.checkpoints import first_covering
from domain.controls.events import ControlDrawn, ControlOpened
from domain.kernel.actors import SYSTEM
from domain.kernel.errors import DomainError
from eventstore.leasing.leased_work import Work, working_at
from eventstore.locks import Lock
from eventstore.log import read_topics
from eventstore.recorder import EVENTS_CHANNEL

Conn = Connection[Any]

IDLE_SECONDS = 5.0
#: Between two looks for the checkpoint that an announced control waits for.
WAITING_SECONDS = 0.2


def announced(conn: Conn) -> dict[UUID, int]:
    """Return the controls that are not drawn yet, each with the position of its announcement."""
    waiting: dict[UUID, int] = {}
    for record in read_topics(conn, [ControlOpened.topic, ControlDrawn.topic]):
        match record.event:
            case ControlOpened(drawn=None):
                waiting[record.originator_id] = record.position
            case ControlDrawn():
                del waiting[record.originator_id]
    return waiting


def draw_announced(conn: Conn, execute: Execute, now: datetime) -> int:
    """Draw each control that a checkpoint covers by now. Return the number of those that still wait."""
    waiting = 0
    for control_id, position in announced(conn).items():
        checkpoint = first_covering(conn, position)
        if checkpoint is None:
            waiting += 1
            continue
        root = base64.b64encode(checkpoint.root).decode()
        execute(ControlDraw(control_id=control_id, checkpoint_size=checkpoint.size, root=root), SYSTEM, now)
    return waiting


@contextmanager
def drawing(database_url: str, execute: Execute, clock: Callable[[], datetime]) -> Iterator[None]:
    """Draw in a thread of its own for as long as the context lasts; another process may have the lead."""

    def follow(conn: Conn) -> float:
        return WAITING_SECONDS if draw_announced(conn, execute, clock()) else IDLE_SECONDS

    with working_at(database_url, Work("drawing", Lock.DRAWING, follow, EVENTS_CHANNEL, passing=(DomainError,))):
        yield
