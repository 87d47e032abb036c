"""Loading a season into the log: sealed, encoded and appended in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from application.application import Application
from application.eventstore.bulk import EVENTS_PER_TRANSACTION, Row, append_rows, in_batches
from application.eventstore.log import read_stream
from application.eventstore.records import Recorded, encode
from application.eventstore.vault import Vault
from application.founding import found
from application.founding_data import TERRITORIES
from application.season.generator import landmark, season
from application.season.school_year import SchoolYear
from application.season.stage import Ground
from domain.animation_events import AnimationCreated
from domain.attestation_form import AttestationForm
from domain.candidature import CandidatureSubmitted
from domain.catalogue import ATTESTATION_FORM, STRUCTURE, TERRITORY, TYPOLOGY, AggregateKind
from domain.convention import ConventionSigned
from domain.identifiers import ATTESTATION_FORM_ID, TYPOLOGY_ID, territory_id
from domain.structure import AccountOpened, Structure
from domain.territory import Territory
from domain.typology import Typology

MOST_ANIMATIONS = 5_000_000

_LOCK = "SELECT pg_advisory_lock(hashtext('parentalite.season'))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('parentalite.season'))"

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

    `progress` is told, from time to time, how many animations were declared. Up to some 2,000 animations are loaded in
    one transaction, all or nothing; more in several, so that commands can be given meanwhile. Times run on within the
    season only: loaded after something else, it goes back to its own September.
    Raises SeasonAlreadyLoaded, and appends nothing, when a season of this seed is there.
    """
    if not 1 <= animations <= MOST_ANIMATIONS:
        raise SeasonError(f"from 1 to {MOST_ANIMATIONS:,} animations can be loaded, not {animations:,}")
    found(app, SchoolYear(now).founded_at)
    with app.pool.connection() as conn, _alone(conn):
        if read_stream(conn, landmark(seed)):
            raise SeasonAlreadyLoaded(seed)
        counted: Counter[str] = Counter()
        position = 0
        with app.pool.connection() as reading, ThreadPoolExecutor(1) as thread:
            events = season(animations, seed, now, _ground(reading))
            # While the database takes one batch, the next is made.
            appending = None
            for batch in in_batches(events, EVENTS_PER_TRANSACTION):
                position = appending.result() if appending else 0
                appending = thread.submit(_append, conn, app.vault, batch)
                counted.update(record.event.topic for record in chain.from_iterable(batch))
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


@contextmanager
def _alone(conn: Conn) -> Iterator[None]:
    """One season at a time: another loading waits, then sees what this one brought."""
    conn.execute(_LOCK)
    try:
        yield
    finally:
        conn.execute(_UNLOCK)


def _append(conn: Conn, vault: Vault, batch: Iterable[Sequence[Recorded]]) -> int:
    try:
        with conn.transaction():
            # Keys and events together; the log is locked only once all is sealed and encoded.
            rows = [_row(conn, vault, record) for record in chain.from_iterable(batch)]
            return append_rows(conn, rows)
    except psycopg.errors.UniqueViolation as error:
        raise SeasonError(
            "somebody signed a convention with one of the season's structures meanwhile: what was loaded so far stays; "
            "load again with another seed"
        ) from error


def _row(conn: Conn, vault: Vault, record: Recorded) -> Row:
    event = record.event
    if event.personal_fields:
        event = vault.seal(conn, event, record.originator_id)
    return record.originator_id, record.originator_version, event.topic, encode(event, record.stamp)


def _ground(conn: Conn) -> Ground:
    def structure(stream: UUID) -> tuple[int, Structure | None]:
        return _fold(conn, STRUCTURE, stream)

    territories: dict[str, Territory] = {}
    for territory in TERRITORIES:
        _, state = _fold(conn, TERRITORY, territory_id(territory.code))
        if state is not None:
            territories[territory.code] = state
    _, typology = _fold(conn, TYPOLOGY, TYPOLOGY_ID)
    _, form = _fold(conn, ATTESTATION_FORM, ATTESTATION_FORM_ID)
    return Ground(territories, typology or Typology(), form or AttestationForm(), structure)


def _fold(conn: Conn, kind: AggregateKind[Any], stream: UUID) -> tuple[int, Any]:
    version, state = 0, None
    for record in read_stream(conn, stream):
        version, state = record.originator_version, kind.evolve(state, stream, record.event)
    return version, state
