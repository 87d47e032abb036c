"""Work beside the answering of requests, done by one process at a time, which holds a lease in PostgreSQL."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from traceback import extract_tb
from typing import Any

import psycopg
from psycopg import Connection, sql

from eventstore.connections import connect
from eventstore.listening_thread import beside
from eventstore.locks import Lock, try_acquire

log = logging.getLogger(__name__)

STANDBY_SECONDS = 1.0

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Work:
    """`round` does what there is to do and tells in how many seconds to look again; NOTIFY on `channel` wakes it.

    `round` must leave everything as it was when it raises.
    """

    name: str
    lease: Lock
    round: Callable[[Conn], float]
    channel: str | None = None


def keep_at(database_url: str, work: Work, stop: Event) -> None:
    """Works until `stop` is set. Lost connections are waited out; nothing ends it in silence."""
    failures = 0
    while not stop.is_set():
        try:
            with connect(database_url, f"parentalite-{work.name}") as conn:
                _while_leased(conn, work, stop)
        except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
            log.warning("work lost its connection", extra={"work": work.name, "reason": type(fault).__name__})
        except Exception as fault:
            # By its places and never its values, which may be personal.
            places = [f"{place.filename}:{place.lineno}" for place in extract_tb(fault.__traceback__)]
            log.error("work failed", extra={"work": work.name, "reason": type(fault).__name__, "places": places})
        failures += 1
        stop.wait(min(5.0, 0.1 * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0))


def _while_leased(conn: Conn, work: Work, stop: Event) -> None:
    while not (stop.is_set() or try_acquire(conn, work.lease)):
        stop.wait(STANDBY_SECONDS)
    if work.channel is not None:
        conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(work.channel)))
    while not stop.is_set():
        seconds = work.round(conn)
        if work.channel is None:
            stop.wait(seconds)
        else:
            list(conn.notifies(timeout=seconds, stop_after=1))


@contextmanager
def working_at(database_url: str, work: Work) -> Iterator[None]:
    """Keeps at it in a thread of its own for as long as the context lasts."""
    with beside(work.name, lambda stop: keep_at(database_url, work, stop), database_url, work.channel):
        yield
