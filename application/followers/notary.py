"""The notary: follows the log, grows the tree, and signs checkpoints at intervals and at every certification."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from threading import Event
from traceback import extract_tb
from typing import Any

import psycopg
from psycopg import Connection, sql

from application.followers.worker import Work, working_at
from application.proof.checkpoints import CERTIFICATION, INTERVAL, KeyRetired, latest, make_checkpoint
from application.proof.notes import SigningKey
from application.proof.stamping import Authority, stamp_missing
from application.proof.tiles import grow, tree_size
from eventstore.connections import connect
from eventstore.listening_thread import beside
from eventstore.locks import Lock, try_acquire
from eventstore.log import head
from eventstore.recorder import EVENTS_CHANNEL

log = logging.getLogger(__name__)

Conn = Connection[Any]
Clock = Callable[[], datetime]

#: A checkpoint is made at once when one of these is recorded.
CERTIFYING_TOPICS = ("service_dossier.certified", "service_dossier.paid")
STANDBY_SECONDS = 1.0
IDLE_SECONDS = 5.0
#: Events come in bursts: they are hashed together.
PAUSE_SECONDS = 0.5
#: Between two looks for checkpoints without a stamp.
STAMPING_SECONDS = 2.0

_CERTIFIED = "SELECT EXISTS (SELECT FROM stored_events WHERE notification_id > %s AND topic = ANY(%s))"


def utc_now() -> datetime:
    return datetime.now(UTC)


def watch(
    database_url: str,
    key: SigningKey,
    interval_seconds: float,
    stop: Event,
    clock: Clock = utc_now,
) -> None:
    """Watches until `stop` is set. Lost connections are waited out; a key that was replaced ends it, with an error."""
    failures = 0
    while not stop.is_set():
        try:
            with connect(database_url, "parentalite-notary") as conn:
                _watch_while_leased(conn, key, interval_seconds, stop, clock)
        except KeyRetired as refused:
            log.error("notary stopped", extra={"reason": str(refused)})
            return
        except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
            log.warning("notary lost its connection", extra={"reason": type(fault).__name__})
        except Exception as fault:
            # Never dies in silence: what was not foreseen is told, by its places and never its values, and tried again.
            places = [f"{place.filename}:{place.lineno}" for place in extract_tb(fault.__traceback__)]
            log.error("notary failed", extra={"reason": type(fault).__name__, "places": places})
        failures += 1
        stop.wait(min(5.0, 0.1 * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0))


def _watch_while_leased(conn: Conn, key: SigningKey, interval_seconds: float, stop: Event, clock: Clock) -> None:
    while not (stop.is_set() or try_acquire(conn, Lock.NOTARY)):
        stop.wait(STANDBY_SECONDS)
    if stop.is_set():
        return
    conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(EVENTS_CHANNEL)))
    while not stop.is_set():
        look(conn, key, interval_seconds, clock())
        # All notices that have come count as one: a pause for each would fall behind for good.
        if list(conn.notifies(timeout=min(IDLE_SECONDS, interval_seconds), stop_after=1)):
            stop.wait(PAUSE_SECONDS)


def look(conn: Conn, key: SigningKey, interval_seconds: float, now: datetime) -> None:
    """Takes in what is new, and signs it when something was certified or the interval has passed."""
    last = latest(conn)
    since = last.position if last else 0
    until = head(conn)
    if until == since:
        return
    certified = conn.execute(_CERTIFIED, (since, list(CERTIFYING_TOPICS)), prepare=True).fetchone()
    if certified and certified[0]:
        make_checkpoint(conn, key, until, CERTIFICATION, now)
    elif last is None or not 0 <= (now - last.made_at).total_seconds() < interval_seconds:
        # Also when the last one was made in the future: the clock was ahead then.
        make_checkpoint(conn, key, until, INTERVAL, now)
    elif tree_size(conn)[1] < until:
        grow(conn, until)


@contextmanager
def notarising(
    database_url: str, key: SigningKey, interval_seconds: float, authority: Authority | None = None
) -> Iterator[None]:
    """Runs the notary in a thread of its own for as long as the context lasts, and the stamping in another."""

    def run(stop: Event) -> None:
        watch(database_url, key, interval_seconds, stop)

    with ExitStack() as stack:
        stack.enter_context(beside("notary", run, database_url, EVENTS_CHANNEL))
        if authority is not None:
            stack.enter_context(working_at(database_url, _stamping(authority)))
        yield


def _stamping(authority: Authority) -> Work:
    """Apart from signing, which an authority that answers slowly must not keep waiting."""

    def stamp(conn: Conn) -> float:
        stamp_missing(conn, authority)
        return STAMPING_SECONDS

    return Work("stamping", Lock.STAMPING, stamp)
