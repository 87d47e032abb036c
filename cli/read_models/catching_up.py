"""Bring the read models up to the end of the log, whichever process projects."""

from __future__ import annotations

from time import monotonic, sleep

from cli.composition import Conn, Runtime
from eventstore.locks import Lock, try_acquire
from eventstore.log import head
from projections.engine.catching_up import catch_up
from projections.engine.generations import State, generations

#: Time for a projector elsewhere to catch up.
PATIENCE_SECONDS = 30.0


def bring_up_to_date(opened: Runtime) -> list[str]:
    """Wait until every live read model has caught up, projecting here if nobody else does.

    Return those that have not, because they failed on an event or their projector is slow.
    """
    deadline = monotonic() + PATIENCE_SECONDS
    with opened.connection() as conn:
        goal = head(conn)
        while (behind := _behind(conn, goal)) and monotonic() < deadline:
            if try_acquire(conn, Lock.PROJECTOR):
                catch_up(conn, opened.application.vault)
                return _behind(conn, goal)
            sleep(0.05)
    return behind


def _behind(conn: Conn, goal: int) -> list[str]:
    return [live.name for live in generations(conn, State.LIVE) if live.position < goal]
