"""The demonstration's season: loaded once by one process, and finished by the next start where it was broken off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from time import sleep
from typing import LiteralString

from psycopg import sql

from cli.composition import Conn, Runtime
from cli.console import Refused, counted, note, warn
from cli.demo.dossiers import make_dossiers
from cli.demo.roles import Part, cast
from cli.load import load_and_rebuild
from cli.read_models.catching_up import bring_up_to_date
from cli.read_models.log_state import count_after
from cli.read_models.readiness import built_by_other_code, built_with_an_older_typology
from cli.read_models.rebuild import rebuild_with_progress
from demo.generator import landmark
from domain.kernel.actors import Role
from eventstore.locks import Lock, releasing, try_acquire
from eventstore.log import read_stream
from projections.engine.generations import State, generations, live_tables
from projections.engine.rebuild import FEW_EVENTS

SEED = 2026
#: With less to come than this share of the season, the listing looks empty.
FEW_TO_COME = 0.02
_FRESH = "A new season, in place of all that is there: parentalite demo --fresh"

# A season is complete once its dossiers are made too: until then every start takes it up.
_DDL = """
CREATE TABLE IF NOT EXISTS demonstration (
    seed integer PRIMARY KEY,
    loaded boolean NOT NULL DEFAULT false,
    complete boolean NOT NULL DEFAULT false
)"""
_BEGUN = "INSERT INTO demonstration (seed) VALUES (%s) ON CONFLICT DO NOTHING"
_LOADED = "UPDATE demonstration SET loaded = true WHERE seed = %s"
_COMPLETE = "UPDATE demonstration SET complete = true WHERE seed = %s"
_STATE = "SELECT loaded, complete FROM demonstration WHERE seed = %s"
_ANY_ANIMATION: LiteralString = "SELECT EXISTS (SELECT 1 FROM stored_events WHERE topic = 'animation.created')"
_ANY_DOSSIER: LiteralString = "SELECT EXISTS (SELECT 1 FROM stored_events WHERE topic = 'service_dossier.opened')"
_TO_COME: LiteralString = """
SELECT count(*) FILTER (WHERE starts_at > %s AND status = 'PUBLISHED'), count(*) FROM {animations}"""
_PAUSE_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 600


def load_once(opened: Runtime, animations: int, now: datetime) -> None:
    """Loads the season into a database without animations; finishes one of ours; leaves others' alone.

    Raises Refused when another process has been loading it for ten minutes.
    """
    with opened.connection() as conn:
        _wait_for_others(conn)
        with releasing(conn, Lock.DEMONSTRATION):
            _load(opened, conn, animations, now)


def structure_of(parts: Sequence[Part]) -> Sequence[str]:
    """The SIRET that the structure's token speaks for."""
    return next(part.sirets for part in parts if part.role is Role.STRUCTURE)


def _load(opened: Runtime, conn: Conn, animations: int, now: datetime) -> None:
    conn.execute(_DDL)
    ours = bool(read_stream(conn, landmark(SEED)))
    if not ours and _true(conn, _ANY_ANIMATION):
        # Somebody's own animations, or those of an older release: nothing made up is mixed with them.
        note(f"This database holds other animations: the season is not loaded. {_FRESH}")
        _catch_up(opened)
        return
    if not ours:
        note("Loading the demonstration season, once.")
        conn.execute(_BEGUN, (SEED,))
        load_and_rebuild(opened, animations, SEED, now)
        conn.execute(_LOADED, (SEED,))
    loaded, complete = _state(conn)
    _catch_up(opened)
    if not complete:
        sirets = structure_of(cast(conn, now))
        made = make_dossiers(opened, sirets[0] if sirets else "", now)
        note(f"Opened {counted(made, 'service dossier')}, so that there is one in each status.")
        conn.execute(_COMPLETE, (SEED,))
        _catch_up(opened)
    if ours:
        _tell_what_is_there(conn, loaded, now)


def _wait_for_others(conn: Conn) -> None:
    """One process at a time loads. The lock is freed when the connection ends, too."""
    for attempt in range(int(_LONGEST_WAIT_SECONDS / _PAUSE_SECONDS)):
        if try_acquire(conn, Lock.DEMONSTRATION):
            return
        if attempt == 0:
            note("Another process is loading the demonstration season: waiting for it.")
        sleep(_PAUSE_SECONDS)
    raise Refused("another process has been loading the demonstration season for ten minutes: stop it, and try again")


def _state(conn: Conn) -> tuple[bool, bool]:
    """Whether the season is wholly loaded, and whether its dossiers are made too."""
    row = conn.execute(_STATE, (SEED,)).fetchone()
    # Of a season that is older than the table nothing tells where its run ended but what it made last.
    return (row[0], row[1]) if row else (True, _true(conn, _ANY_DOSSIER))


def _true(conn: Conn, query: LiteralString) -> bool:
    row = conn.execute(query).fetchone()
    return bool(row and row[0])


def _tell_what_is_there(conn: Conn, loaded: bool, now: datetime) -> None:
    row = conn.execute(sql.SQL(_TO_COME).format(**live_tables(conn)), (now,)).fetchone()
    assert row is not None
    to_come, animations = row
    if not loaded:
        warn(f"the loading of this season was broken off: it may lack animations. {_FRESH}")
    if to_come <= FEW_TO_COME * animations:
        warn(f"the dates of this season are past: {counted(to_come, 'animation')} to come. {_FRESH}")
    else:
        note(f"The demonstration season is there, with {counted(to_come, 'animation')} to come. {_FRESH}")


def _catch_up(opened: Runtime) -> None:
    """Takes up what a run that was broken off has left, and what an update of the code has changed."""
    with opened.connection() as conn:
        waiting = count_after(conn, min(live.position for live in generations(conn, State.LIVE)))
        outdated = [*built_by_other_code(conn), *built_with_an_older_typology(conn)]
    if outdated or waiting > FEW_EVENTS:
        note("Rebuilding the read models.")
        rebuild_with_progress(opened, [])
    elif waiting:
        bring_up_to_date(opened)
