"""Loading a season into the log: sealed, encoded and appended in bulk."""

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
from demo.generator import landmark
from demo.ground import read_ground
from demo.school_year import SchoolYear
from demo.strands import played, row, strands
from domain.animations.events import AnimationCreated
from domain.candidatures.events import CandidatureSubmitted
from domain.conventions.convention import ConventionSigned
from domain.structures.structure import AccountOpened
from eventstore.bulk import EVENTS_PER_TRANSACTION, Row, append_rows, in_batches
from eventstore.connections import connect
from eventstore.locks import Lock, acquire, releasing
from eventstore.log import read_stream
from eventstore.records import Recorded
from eventstore.vault import Vault

MOST_ANIMATIONS = 5_000_000

Conn = Connection[Any]


class SeasonError(Exception):
    """The season cannot be loaded: one line that says why and what can be done."""


class SeasonAlreadyLoaded(SeasonError):
    """A season of this seed is in the log."""

    def __init__(self, seed: int) -> None:
        super().__init__(
            f"a season with seed {seed} is already in this database, whole or in part: choose another seed, "
            "or another database"
        )


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """What a loading added. `structures`: accounts opened, not those that existed."""

    events: int
    animations: int
    structures: int
    conventions: int
    candidatures: int
    last_position: int


def load_season(
    app: Application, animations: int, seed: int, now: datetime, progress: Callable[[int], None] = lambda done: None
) -> LoadSummary:
    """Appends a season of so many animations, as if it had been lived until `now`; founds the database if need be.

    `progress` is told, from time to time, how many animations were declared. Up to some 1,800 animations are loaded in
    one transaction, all or nothing; more in several, so that commands can be given meanwhile. Times run on within the
    season only: loaded after something else, it goes back to its own September.
    Raises SeasonAlreadyLoaded, and appends nothing, when a season of this seed is there.
    """
    if not 1 <= animations <= MOST_ANIMATIONS:
        raise SeasonError(f"from 1 to {MOST_ANIMATIONS:,} animations can be loaded, not {animations:,}")
    found_database(app, SchoolYear(now).founded_at)
    # Not of the pool, which hangs up on what is lent for long: a large season takes its time.
    with connect(_address(app), "season") as conn, _alone(conn):
        if read_stream(conn, landmark(seed)):
            raise SeasonAlreadyLoaded(seed)
        counted: Counter[str] = Counter()
        parts = strands(animations, seed, now)
        with (
            connect(_address(app), "season") as reading,
            played(parts, read_ground(reading), _address(app)) as commands,
            ThreadPoolExecutor(1) as thread,
        ):
            # While the database takes one batch, the next is made.
            appending: Future[int] | None = None
            for batch in in_batches((command.events for command in commands), EVENTS_PER_TRANSACTION):
                if appending:
                    appending.result()
                appending = thread.submit(_append, conn, app.vault, batch)
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
def _alone(conn: Conn) -> Iterator[None]:
    """One season at a time: another loading waits, then sees what this one brought."""
    acquire(conn, Lock.SEASON)
    with releasing(conn, Lock.SEASON):
        yield


def _append(conn: Conn, vault: Vault, batch: Iterable[Sequence[Row | Recorded]]) -> int:
    events = list(chain.from_iterable(batch))
    # The keys first: should the events not follow, they are keys of nothing.
    sealed = iter(vault.seal_many(conn, [event for event in events if isinstance(event, Recorded)]))
    rows = [row(next(sealed)) if isinstance(event, Recorded) else event for event in events]
    try:
        return append_rows(conn, rows)
    except psycopg.errors.UniqueViolation as error:
        raise SeasonError(
            "somebody signed a convention with one of the season's structures meanwhile: what was loaded so far stays; "
            "load again with another seed"
        ) from error


def _topic(event: Row | Recorded) -> str:
    return event.event.topic if isinstance(event, Recorded) else event[2]
