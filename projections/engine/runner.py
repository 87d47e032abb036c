"""The projector: one at a time by a lease in PostgreSQL, woken by NOTIFY, patient with faults that pass."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from traceback import extract_tb
from typing import Any

import psycopg
from psycopg import Connection, sql

from eventstore.connections import connect
from eventstore.listening_thread import beside
from eventstore.locks import Lock, holders, try_acquire
from eventstore.recorder import EVENTS_CHANNEL
from eventstore.vault import Vault
from projections.engine.catching_up import BATCH, Overtaken, Registry, advance, retry_failed
from projections.engine.generations import State, prepare
from projections.registry import projections

log = logging.getLogger(__name__)

STANDBY_SECONDS = 0.5
#: Whoever holds the lease, and whether it goes on: at rest it looks at the log every second. Of a session of another
#: role nothing is told but that it is there.
HOLDER = f"""
SELECT pid, a.state_change IS NULL OR a.state = 'active'
    OR clock_timestamp() - a.state_change < make_interval(secs => %(silent)s) AS goes_on
FROM {holders(Lock.PROJECTOR)} AS holder JOIN pg_stat_activity AS a USING (pid)"""
#: Whoever has said nothing for so long is frozen.
SILENT_SECONDS = 15.0
IDLE_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 5.0

Conn = Connection[Any]


def run(database_url: str, vault: Vault, stop: Event, registry: Registry = projections, batch: int = BATCH) -> None:
    """Projects until `stop` is set. Lost connections and restarts of the server are waited out with backoff."""
    failures = 0
    while not stop.is_set():
        started = time.monotonic()
        try:
            with connect(database_url, "parentalite-projector") as conn:
                _project_while_leased(conn, vault, stop, registry, batch)
        except (psycopg.OperationalError, psycopg.InterfaceError, Overtaken) as fault:
            log.warning("projector lost its connection", extra={"reason": type(fault).__name__})
        except Exception as fault:
            # Never dies in silence: what was not foreseen is told, by its places and never its values, and tried again.
            places = [f"{place.filename}:{place.lineno}" for place in extract_tb(fault.__traceback__)]
            log.error("projector failed", extra={"reason": type(fault).__name__, "places": places})
        else:
            continue
        failures = 1 if time.monotonic() - started > LONGEST_BACKOFF_SECONDS else failures + 1
        stop.wait(min(LONGEST_BACKOFF_SECONDS, 0.1 * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0))


def _project_while_leased(conn: Conn, vault: Vault, stop: Event, registry: Registry, batch: int) -> None:
    prepare(conn, registry)
    while not (stop.is_set() or try_acquire(conn, Lock.PROJECTOR)):
        stop.wait(STANDBY_SECONDS)
    if stop.is_set():
        return
    log.info("projecting")
    conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(EVENTS_CHANNEL)))
    retry_failed(conn)
    while not stop.is_set():
        if advance(conn, vault, State.LIVE, batch, registry) == 0:
            for _ in conn.notifies(timeout=IDLE_SECONDS, stop_after=1):
                pass


@contextmanager
def projecting(database_url: str, vault: Vault, registry: Registry = projections) -> Iterator[None]:
    """Runs the projector in a thread of its own for as long as the context lasts."""
    with beside("projector", lambda stop: run(database_url, vault, stop, registry), database_url, EVENTS_CHANNEL):
        yield
