"""Load a season into the log: sealed, encoded and appended in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import psycopg
from psycopg import Connection

from application.application import Application
from application.founding import found_database
from demo.generator import landmark, play
from demo.ground import read_ground
from demo.school_year import SchoolYear
from domain.animations.events import AnimationCreated
from domain.candidatures.events import CandidatureSubmitted
from domain.conventions.convention import ConventionSigned
from domain.structures.structure import AccountOpened
from eventstore.authenticators import EventKeys, Row
from eventstore.bulk import EVENTS_PER_TRANSACTION, append_rows, in_batches
from eventstore.connections import connect
from eventstore.locks import Lock, acquire, releasing
from eventstore.log import read_stream
from eventstore.records import Recorded, encode
from eventstore.vault import Vault

MAX_ANIMATIONS = 5_000_000

Conn = Connection[Any]


class SeasonError(Exception):
    """Raised when the season cannot be loaded; the message says why and what to do."""


class SeasonAlreadyLoaded(SeasonError):
    """Raised when a season of this seed is in the log."""

    def __init__(self, seed: int) -> None:
        super().__init__(
            f"a season with seed {seed} is already in this database, whole or in part: choose another seed, "
            "or another database"
        )


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """The additions. `structures` counts new accounts."""

    events: int
    animations: int
    structures: int
    conventions: int
    candidatures: int
    last_position: int


def load_season(
    app: Application, animations: int, seed: int, now: datetime, progress: Callable[[int], None] = lambda done: None
) -> LoadSummary:
    """Append a season of this many animations that leads up to `now`; found the database if necessary.

    `progress` is called now and then with the number of animations declared. Up to some 1,800 animations are loaded in
    one transaction; more in several, so that other commands can run in between. Times ascend within the season only:
    its first event may be older than the log's last. Raises SeasonAlreadyLoaded, before appending anything.
    """
    if not 1 <= animations <= MAX_ANIMATIONS:
        raise SeasonError(f"from 1 to {MAX_ANIMATIONS:,} animations can be loaded, not {animations:,}")
    found_database(app, SchoolYear(now).founded_at)
    # Not from the pool, which closes connections held for long.
    with connect(_address(app), "season") as conn, _one_at_a_time(conn):
        if read_stream(conn, landmark(seed)):
            raise SeasonAlreadyLoaded(seed)
        counted: Counter[str] = Counter()
        with connect(_address(app), "season") as reading, ThreadPoolExecutor(1) as thread:
            commands = (list(map(_ready, records)) for records in play(animations, seed, now, read_ground(reading)))
            # Generate the next batch while the database appends this one.
            appending: Future[int] | None = None
            for batch in in_batches(commands, EVENTS_PER_TRANSACTION):
                if appending:
                    appending.result()
                appending = thread.submit(_append, conn, app.vault, app.event_keys, batch)
                counted.update(_topic(event) for event in chain.from_iterable(batch))
                progress(counted[AnimationCreated.topic])
            position = appending.result() if appending else 0
    return LoadSummary(
        events=counted.total(),
        animations=counted[AnimationCreated.topic],
        structures=counted[AccountOpened.topic],
        conventions=counted[ConventionSigned.topic],
        candidatures=counted[CandidatureSubmitted.topic],
        last_position=position,
    )


def _address(app: Application) -> str:
    address = app.pool.conninfo
    assert isinstance(address, str)
    return address


@contextmanager
def _one_at_a_time(conn: Conn) -> Iterator[None]:
    """Load one season at a time: another load waits, then sees what this one added."""
    acquire(conn, Lock.SEASON)
    with releasing(conn, Lock.SEASON):
        yield


def _ready(record: Recorded) -> Row | Recorded:
    """Encode the event, unless it has personal fields, which are sealed first."""
    return record if record.event.personal_fields else _row(record)


def _row(record: Recorded) -> Row:
    event = record.event
    return record.originator_id, record.originator_version, event.topic, encode(event, record.stamp)


def _append(conn: Conn, vault: Vault, keys: EventKeys, batch: Iterable[Sequence[Row | Recorded]]) -> int:
    events = list(chain.from_iterable(batch))
    # Keys first: if the events fail to follow, the keys are merely unused.
    sealed = iter(vault.seal_many(conn, [event for event in events if isinstance(event, Recorded)]))
    rows = [_row(next(sealed)) if isinstance(event, Recorded) else event for event in events]
    try:
        return append_rows(conn, keys, rows)
    except psycopg.errors.UniqueViolation as error:
        raise SeasonError(
            "somebody signed a convention with one of the season's structures meanwhile: what was loaded so far stays; "
            "load again with another seed"
        ) from error


def _topic(event: Row | Recorded) -> str:
    return event.event.topic if isinstance(event, Recorded) else event[2]
