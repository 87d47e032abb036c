"""The eventsourcing library used as in its documentation, to compare with: saving, projecting, waiting."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Mapper, StoredEvent, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import tuple_row

from bench.support.stage import MASTER_KEY
from eventstore.log import head
from eventstore.records import Recorded, decode
from eventstore.seals import sealed_with
from eventstore.vault import WRAPPED_KEYS, Vault
from projections.animations.read_model import animations
from projections.engine.folding import fold_batch
from projections.engine.generations import State, add_generation, create_indexes
from projections.engine.tables import load_rows, write_changes
from projections.engine.terms_in_force import TermsInForce

#: What the runner feeds: the animations' rows, with our folds, without rollups and without further indexes.
_ANIMATIONS = animations(TermsInForce())
ROWS = replace(_ANIMATIONS, table=replace(_ANIMATIONS.table, indexes=()), rollups=())
#: A generation that neither the projector nor a rebuild uses.
GENERATION = 1_000_000

_TIMEOUT_SECONDS = 600.0
_VAULT = Vault(MASTER_KEY)


def environment(url: str) -> dict[str, str]:
    """Return the library's settings for the database: its PostgreSQL module, defaults for everything else."""
    parameters = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parameters["dbname"]),
        "POSTGRES_HOST": str(parameters["host"]),
        "POSTGRES_PORT": str(parameters.get("port") or "5432"),
        "POSTGRES_USER": str(parameters["user"]),
        "POSTGRES_PASSWORD": str(parameters.get("password") or ""),
    }


class Note(Aggregate):
    """The library's smallest aggregate: saving a new one records one event."""

    def __init__(self, text: str) -> None:
        self.text = text


@contextmanager
def saving(url: str) -> Iterator[Application[UUID]]:
    with Application[UUID](env=environment(url)) as app:
        yield app


class _OurMapper(Mapper[UUID]):
    """Decodes with our own decoder, which is faster than the library's."""

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        assert isinstance(stored_event.originator_id, UUID)
        return decode(
            0, stored_event.originator_id, stored_event.originator_version, stored_event.topic, stored_event.state
        )


class OurLog(Application[UUID]):
    """The library's application on our log."""

    name = "stored"

    def construct_mapper(self) -> Mapper[UUID]:
        return _OurMapper(self.construct_transcoder())


class AnimationRows(PostgresTrackingRecorder):
    """A materialised view as the library expects it: row and tracking record in one transaction."""

    def apply(self, record: Recorded, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as curs:
            conn = curs.connection
            self._insert_tracking(curs, tracking)
            with conn.cursor(row_factory=tuple_row) as keys_curs:
                rows = keys_curs.execute(WRAPPED_KEYS, {"key_ids": sealed_with([record])}).fetchall()
            (record,) = _VAULT.opened([record._replace(position=tracking.notification_id)], rows)
            changes = fold_batch(ROWS, [record], lambda keys: load_rows(conn, ROWS.name, ROWS.table, GENERATION, keys))
            write_changes(conn, ROWS, GENERATION, changes)


class FeedAnimations(Projection[AnimationRows]):
    name = "bench_animations"

    def __init__(self, view: AnimationRows) -> None:
        super().__init__(view)
        self.times: list[float] = []

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.apply(domain_event, tracking)
        self.times.append(time.perf_counter())


def project_one_by_one(url: str) -> float:
    """Return events a second of the library's ProjectionRunner over the whole log, into a new table."""
    with psycopg.connect(url, autocommit=True) as conn:
        add_generation(conn, ROWS, GENERATION, State.BUILDING, TermsInForce())
        create_indexes(conn, ROWS, GENERATION)
        # Hide the generation from everybody else.
        conn.execute("DELETE FROM read_models.generations WHERE generation = %s", (GENERATION,))
        last = head(conn)
    with ProjectionRunner(
        application_class=OurLog, projection_class=FeedAnimations, view_class=AnimationRows, env=environment(url)
    ) as runner:
        runner.wait(last, timeout=_TIMEOUT_SECONDS)
        times = runner.projection.times  # type: ignore[attr-defined]
    return (len(times) - 1) / float(times[-1] - times[0])


class TrackingOnly(PostgresTrackingRecorder):
    """A view that stores nothing but its position: the least that a runner can do for an event."""


class Track(Projection[TrackingOnly]):
    name = "bench_seen"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.insert_tracking(tracking)


def waits(url: str, count: int, pause: float) -> list[float]:
    """Return the sorted milliseconds of the library's wait() after each of `count` saves, one at a time."""
    times: list[float] = []
    with ProjectionRunner(
        application_class=Application[UUID], projection_class=Track, view_class=TrackingOnly, env=environment(url)
    ) as runner:
        for _ in range(count):
            time.sleep(pause)
            (recording, *_rest) = runner.app.save(Note("one"))
            saved = time.perf_counter()
            runner.wait(recording.notification.id, timeout=30)
            times.append((time.perf_counter() - saved) * 1_000)
    return sorted(times)
