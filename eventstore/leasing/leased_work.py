"""Work beside the answering of requests, done by one process at a time, which holds a lease in PostgreSQL."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from traceback import extract_tb
from typing import Any

import psycopg
from psycopg import Connection, sql

from eventstore.connections import connect
from eventstore.leasing.leases import ANSWER_SECONDS, Lease, end_silent_holder, holding, take
from eventstore.locks import Lock
from eventstore.sessions.lending import answering_within
from eventstore.sessions.log_memory import LogMemory, LogWentBack, works_memory

log = logging.getLogger(__name__)

STANDBY_SECONDS = 0.5
#: Between two looks whether the holder is silent, and whether the log went back.
LOOK_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 5.0
#: While the database is away: what waits longer than that keeps servers from being ready after its return.
LONGEST_AWAY_SECONDS = 1.0
_PATIENCE_SECONDS = 10

Conn = Connection[Any]


def _nothing(conn: Conn) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Work:
    """`round` does the pending work and returns the seconds until the next round; NOTIFY on `channel` wakes it earlier.

    `round` must leave everything as it was when it raises. It writes on the session of the lease, which ends with it,
    or by commands, which are recorded only while the lease is held. `begin` runs once in each session that gets it.
    """

    name: str
    lease: Lock
    round: Callable[[Conn], float]
    channel: str | None = None
    begin: Callable[[Conn], None] = _nothing
    #: Between a notice and the round that it wakes: events come in bursts, which one round takes together.
    pause_seconds: float = 0.0
    #: Exceptions to retry like a lost connection, and those that end the work.
    passing: tuple[type[Exception], ...] = ()
    final: tuple[type[Exception], ...] = ()


def keep_at(database_url: str, work: Work, stop: Event, memory: LogMemory | None = None) -> None:
    """Work until `stop` is set. Lost connections are waited out; nothing ends the work in silence.

    Stand still while the log lacks what `memory` has seen: letters would tell of events that nobody has.
    """
    # A primary that became a standby closes its sessions a little later.
    lost: tuple[type[Exception], ...] = (
        *(psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction),
        *work.passing,
    )
    failures = 0
    while not stop.is_set():
        started, longest = time.monotonic(), LONGEST_BACKOFF_SECONDS
        try:
            with connect(database_url, f"parentalite-{work.name}") as conn:
                lease = _awaited(conn, work, stop)
                if lease is not None:
                    with holding(lease, database_url):
                        _while_leased(conn, work, stop, memory)
        except work.final as refused:
            log.error(f"{work.name} stopped", extra={"reason": str(refused)})
            return
        except LogWentBack as fault:
            log.warning(f"{work.name} stands still", extra={"reason": str(fault)})
        except lost as fault:
            log.warning(f"{work.name} lost its connection", extra={"reason": type(fault).__name__})
            if not isinstance(fault, work.passing):
                longest = LONGEST_AWAY_SECONDS
        except Exception as fault:
            # Log places and never values, which may be personal.
            places = [f"{place.filename}:{place.lineno}" for place in extract_tb(fault.__traceback__)]
            log.error(f"{work.name} failed", extra={"reason": type(fault).__name__, "places": places})
        failures = 1 if time.monotonic() - started > LONGEST_BACKOFF_SECONDS else failures + 1
        stop.wait(min(longest, 0.1 * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0))


def _awaited(conn: Conn, work: Work, stop: Event) -> Lease | None:
    """Wait for the lease, and take it from a holder that is silent. Return None once `stop` is set."""
    looked_at = time.monotonic()
    while True:
        with answering_within(conn, ANSWER_SECONDS):
            if (lease := take(conn, work.lease, work.name)) is not None:
                return lease
            if time.monotonic() - looked_at > LOOK_SECONDS:
                end_silent_holder(conn, work.lease)
                looked_at = time.monotonic()
        if stop.wait(STANDBY_SECONDS):
            return None


def _while_leased(conn: Conn, work: Work, stop: Event, memory: LogMemory | None) -> None:
    _compare(conn, memory)
    looked_at = time.monotonic()
    if work.channel is not None:
        conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(work.channel)))
    work.begin(conn)
    while not stop.is_set():
        if time.monotonic() - looked_at > LOOK_SECONDS:
            _compare(conn, memory)
            looked_at = time.monotonic()
        elif memory is not None:
            memory.raise_fault()
        seconds = work.round(conn)
        if work.channel is None:
            stop.wait(seconds)
        # Several notices count as one: a pause for each would fall behind for good.
        elif seconds and list(conn.notifies(timeout=seconds, stop_after=1)) and work.pause_seconds:
            stop.wait(work.pause_seconds)


def _compare(conn: Conn, memory: LogMemory | None) -> None:
    if memory is not None:
        memory.look(conn)


@contextmanager
def working_at(database_url: str, work: Work) -> Iterator[None]:
    """Keep at the work in a thread of its own for as long as the context lasts."""
    stop = Event()
    thread = Thread(target=keep_at, args=(database_url, work, stop, works_memory.get()), name=work.name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        if work.channel is not None:
            _wake(database_url, work.channel)
        thread.join(timeout=_PATIENCE_SECONDS)


def _wake(database_url: str, channel: str) -> None:
    # Other listeners look once in vain. Without a database the thread ends when its wait does.
    with suppress(psycopg.OperationalError), psycopg.connect(database_url, autocommit=True, connect_timeout=5) as conn:
        conn.execute("SELECT pg_notify(%s, '')", (channel,))
