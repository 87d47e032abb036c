"""Accept the events of a log as they are: from there on, each must carry an authenticator."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from application.proof.authenticity.guard import EventGuard, UnsoundLog
from application.proof.authenticity.judging import EventJudge, defects, read_events
from application.proof.authenticity.start import EventStart
from application.proof.checking import check_log
from application.proof.checkpoints import origin
from application.proof.leaves import read_leaves
from application.proof.log_check.pyramid import Pyramid
from application.proof.merkle import leaf_hash
from application.proof.notes import SigningKey
from application.proof.signer_memory import SigningRefused
from application.proof.tiles import TILE
from eventstore.authenticators import EventKeys
from eventstore.log import head

Conn = Connection[Any]
log = logging.getLogger(__name__)

_ANY_AUTHENTICATOR = "SELECT EXISTS (SELECT FROM stored_events WHERE authenticator IS NOT NULL)"


@dataclass(frozen=True, slots=True)
class Unauthenticated:
    """The events that carry no valid authenticator: how many, and the positions of the first and the last."""

    events: int = 0
    first: int = 0
    last: int = 0


def unauthenticated(conn: Conn, keys: EventKeys) -> Unauthenticated:
    judge, events, first, last = EventJudge(keys), 0, 0, 0
    for event in read_events(conn, 0, head(conn)):
        if not judge.is_authentic(event):
            events, first, last = events + 1, first or event.position, event.position
    return Unauthenticated(events, first, last)


def accept_events(conn: Conn, tiles: Conn, guard: EventGuard, key: SigningKey) -> EventStart:
    """Let authenticators begin after the last event that carries no valid one, and keep that beside the key.

    Raises UnsoundLog if the log is not the one that was signed, or an event cannot stand where it stands.
    """
    until, record = unauthenticated(conn, guard.keys).last, guard.memory.read()
    trusted = [guard.public_key, *(past_key.public_key for past_key in (record.every_key() if record else ()))]
    findings = [
        *map(str, defects(conn, EventJudge(guard.keys, until), 0, head(conn), 5)),
        *check_log(conn, tiles, trusted, record=record).findings,
    ]
    if findings:
        raise UnsoundLog("; ".join(["the log cannot be accepted as it is", *findings]))
    start = start_at(conn, until)
    guard.start_file.write(start, key, origin(conn))
    return start


def start_at(conn: Conn, until: int) -> EventStart:
    pyramid, tile = Pyramid(), list[bytes]()
    for leaf in read_leaves(conn, 0, until):
        tile.append(leaf_hash(leaf))
        if len(tile) == TILE:
            pyramid.extend(tile)
            tile = []
    pyramid.extend(tile)
    return EventStart(until, pyramid.size, pyramid.root(pyramid.size)) if pyramid.size else EventStart()


def begin(conn: Conn, guard: EventGuard, key: SigningKey) -> bool:
    """Keep beside the key that every event of the log has an authenticator; return whether each has one."""
    if guard.start_file.path.exists() or not _each_is_authentic(conn, guard.keys):
        return False
    guard.start_file.write(EventStart(), key, origin(conn))
    return True


def begin_at_start(conn: Conn, guard: EventGuard, key: SigningKey) -> None:
    """Do what `begin` does, at the start of a program: a log that was named by itself has no file yet, and lost none.

    The file allows no event more than its absence does. Where it cannot be written, that is logged.
    """
    try:
        begin(conn, guard, key)
    except OSError as error:
        log.warning(
            "it cannot be kept where authenticators begin",
            extra={"file": str(guard.start_file.path), "reason": error.strerror},
        )


def _each_is_authentic(conn: Conn, keys: EventKeys) -> bool:
    judge = EventJudge(keys)
    return all(judge.is_authentic(event) for event in read_events(conn, 0, head(conn)))


def accept_once(conn: Conn, tiles: Conn, guard: EventGuard, key: SigningKey) -> None:
    """Accept what is there in a log that never knew authenticators; only a command does so again.

    What keeps that from being done is logged, and nothing is signed until a person looks.
    """
    if guard.start_file.path.exists() or begin(conn, guard, key):
        return
    row = conn.execute(_ANY_AUTHENTICATOR).fetchone()
    if row and row[0]:
        log.error("it is lost where authenticators begin", extra={"file": str(guard.start_file.path)})
        return
    try:
        start = accept_events(conn, tiles, guard, key)
    except SigningRefused as refused:
        log.error("events without authenticators are not accepted", extra={"reason": str(refused)})
        return
    if start.size:
        log.warning(
            "events of an earlier version are accepted without authenticators, once",
            extra={"events": start.size, "until": start.position, "file": str(guard.start_file.path)},
        )
