"""Run the projector: one at a time by a lease in PostgreSQL, woken by NOTIFY, waiting out temporary faults."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import Any

from psycopg import Connection

from eventstore.leasing.leased_work import Work, keep_at, working_at
from eventstore.locks import Lock, holders
from eventstore.log import head
from eventstore.recorder import EVENTS_CHANNEL
from eventstore.sessions.log_memory import WAY_ON, LogWentBack
from eventstore.vault import Vault
from projections.engine.catching_up import BATCH, Overtaken, advance, retry_failed
from projections.engine.generations import State, built_by_other_code, generations, prepare, retire
from projections.engine.registry import Registry, projections

log = logging.getLogger(__name__)

#: The session that holds the lease, and whether it works: at rest it reads the log every second. PostgreSQL shows
#: nothing else about a session of another role.
HOLDER = f"""
SELECT pid, a.state_change IS NULL OR a.state = 'active'
    OR clock_timestamp() - a.state_change < make_interval(secs => %(silent)s) AS goes_on
FROM {holders(Lock.PROJECTOR)} AS holder JOIN pg_stat_activity AS a USING (pid)"""
#: A projector that is silent for so long is frozen.
SILENT_SECONDS = 15.0
IDLE_SECONDS = 1.0

Conn = Connection[Any]


class OfOtherCode(Exception):
    """Other code built the live read models, and feeds them: the lease is its."""


def run(database_url: str, vault: Vault, stop: Event, registry: Registry = projections, batch: int = BATCH) -> None:
    """Project until `stop` is set. Wait out lost connections and restarts of the server."""
    keep_at(database_url, _projector(vault, registry, batch), stop)


@contextmanager
def projecting(database_url: str, vault: Vault, registry: Registry = projections) -> Iterator[None]:
    """Run the projector in a thread of its own for as long as the context lasts."""
    with working_at(database_url, _projector(vault, registry, BATCH)):
        yield


def _projector(vault: Vault, registry: Registry, batch: int) -> Work:
    looked_at = monotonic()

    def give_up_to_other_code(conn: Conn) -> None:
        if others := built_by_other_code(conn, registry):
            raise OfOtherCode(", ".join(others))

    def begin(conn: Conn) -> None:
        prepare(conn, registry)
        last = head(conn)
        if any(live.position > last for live in generations(conn, State.LIVE)):
            raise LogWentBack(f"read models are ahead of position {last}, the last of the log: {WAY_ON}")
        give_up_to_other_code(conn)
        retire(conn, registry)
        log.info("projecting")
        retry_failed(conn)

    def project(conn: Conn) -> float:
        nonlocal looked_at
        if monotonic() - looked_at > IDLE_SECONDS:
            looked_at = monotonic()
            give_up_to_other_code(conn)
        return 0.0 if advance(conn, vault, State.LIVE, batch, registry) else IDLE_SECONDS

    return Work(
        "projector", Lock.PROJECTOR, project, EVENTS_CHANNEL, begin, passing=(Overtaken, LogWentBack, OfOtherCode)
    )
