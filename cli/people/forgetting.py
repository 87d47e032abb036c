"""Remove from PostgreSQL's files what was erased: dead row versions, and the write-ahead log.

A DELETE leaves the row in its page, and an UPDATE the key it overwrites; VACUUM only marks their space as free. So the
read models of people are filled anew, in files of their own, and the table of keys is rewritten.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg import Connection

from domain.kernel.events import Event, registered_events
from eventstore.log import head
from projections.engine.generations import State, drop_generation, generations
from projections.engine.rebuild import rebuild
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections

log = logging.getLogger(__name__)

Conn = Connection[Any]

_DDL = """
CREATE TABLE IF NOT EXISTS forgetting (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL
)"""
_DONE_UNTIL = "SELECT position FROM forgetting"
_DONE = """
INSERT INTO forgetting (position) VALUES (%s) ON CONFLICT (only_row) DO UPDATE SET position = EXCLUDED.position"""
_ERASED = "SELECT DISTINCT topic FROM stored_events WHERE notification_id > %s AND notification_id <= %s"
#: Commands that write about people wait for its lock: seconds for a million keys.
_KEYS = "VACUUM (FULL) person_keys"

#: Only this database's snapshots keep a row alive, but each reaches back to the oldest transaction of any database.
_OLDER = """
SELECT (SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND age(backend_xmin) > age(%(mark)s::xid8::xid))
     + (pg_snapshot_xmin(pg_current_snapshot()) < %(mark)s::xid8)::int"""
_MAX_WAIT_SECONDS = 60.0
_PAUSE_SECONDS = 0.2


def forget(database_url: str, master_key: bytes) -> int:
    """Rewrite whatever held data erased since the last time. Return the number of read models rewritten.

    Raises RebuildRefused if another rebuild is running; try again later.
    """
    with psycopg.connect(database_url, autocommit=True, application_name="parentalite-forgetting") as conn:
        conn.execute(_DDL)
        upto = head(conn)
        erasures = _erasures(conn, upto)
        names = _affected_read_models(erasures)
        if names:
            rebuild(database_url, master_key, names)
            _drop_previous(conn, names)
        if erasures:
            _wait_for_older_snapshots(conn)
            conn.execute(_KEYS)
            _discard_old_wal(conn)
        conn.execute(_DONE, (upto,))
    return len(names)


def _erasures(conn: Conn, upto: int) -> set[type[Event]]:
    """Return the kinds of erasure recorded since the last time."""
    row = conn.execute(_DONE_UNTIL).fetchone()
    topics = {topic for (topic,) in conn.execute(_ERASED, (row[0] if row else 0, upto)) if "erased" in topic}
    return {event for topic, event in registered_events().items() if topic in topics}


def _affected_read_models(erasures: set[type[Event]]) -> list[str]:
    """Return the read models that show data of these erasures."""
    return [
        projection.name
        for projection in projections(TermsInForce())
        if projection.opens and not erasures.isdisjoint(projection.folds)
    ]


def _drop_previous(conn: Conn, names: Sequence[str]) -> None:
    """Drop the previous generations, whose pages still hold the erased data."""
    by_name = {projection.name: projection for projection in projections(TermsInForce())}
    for generation in generations(conn, State.PREVIOUS):
        if generation.name in names:
            drop_generation(conn, generation.name, by_name[generation.name].relations, generation.generation)


def _wait_for_older_snapshots(conn: Conn) -> None:
    """VACUUM FULL copies rows that an older transaction may still see, so wait for those. Raises after a minute."""
    (mark,) = conn.execute("SELECT pg_current_xact_id()::text").fetchone() or ("",)
    deadline = monotonic() + _MAX_WAIT_SECONDS
    while (row := conn.execute(_OLDER, {"mark": mark}).fetchone()) and row[0]:
        if monotonic() > deadline:
            raise TimeoutError(f"{row[0]} or more transactions have been open for longer than {_MAX_WAIT_SECONDS} s")
        sleep(_PAUSE_SECONDS)


def _discard_old_wal(conn: Conn) -> None:
    """Checkpoint, so that files of dropped tables and old segments of the write-ahead log are removed."""
    try:
        conn.execute("SELECT pg_switch_wal()")
        conn.execute("CHECKPOINT")
    except psycopg.errors.InsufficientPrivilege:
        log.info("this role may not run CHECKPOINT: old WAL segments go with PostgreSQL's next one")
