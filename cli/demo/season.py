"""Load the demonstration's season once, in one process; the next start continues an interrupted load."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from time import sleep
from typing import LiteralString

from psycopg import sql

from cli.composition import Conn, Runtime
from cli.console import Refused, note, quantity, warn
from cli.demo.at_work import put_to_work
from cli.demo.dossiers import make_dossiers
from cli.demo.everyday import live_everyday
from cli.demo.logos import set_logos
from cli.demo.many_days import live_many_days
from cli.demo.measures import measure
from cli.demo.publications import publish_resources
from cli.demo.roles import Part, cast_roles
from cli.demo.satisfaction import answer_questionnaires
from cli.demo.schools import name_schools
from cli.demo.webhooks import subscribe_a_system
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
#: Share of animations to come below which the listing looks empty.
FEW_TO_COME = 0.02
_FRESH = "A new season, in place of all that is there: parentalite demo --fresh"

# A season is complete once its dossiers are made; until then every start continues it.
_DDL = """
CREATE TABLE IF NOT EXISTS demonstration (
    seed integer PRIMARY KEY,
    loaded boolean NOT NULL DEFAULT false,
    complete boolean NOT NULL DEFAULT false
)"""
_BEGIN = "INSERT INTO demonstration (seed) VALUES (%s) ON CONFLICT DO NOTHING"
_LOADED = "UPDATE demonstration SET loaded = true WHERE seed = %s"
_COMPLETE = "UPDATE demonstration SET complete = true WHERE seed = %s"
_STATE = "SELECT loaded, complete FROM demonstration WHERE seed = %s"
_ANY_ANIMATION: LiteralString = "SELECT EXISTS (SELECT 1 FROM stored_events WHERE topic = 'animation.created')"
_ANY_DOSSIER: LiteralString = "SELECT EXISTS (SELECT 1 FROM stored_events WHERE topic = 'service_dossier.opened')"
_TO_COME: LiteralString = """
SELECT count(*) FILTER (WHERE starts_at > %s AND status = 'PUBLISHED'), count(*) FROM {animations}"""
_PAUSE_SECONDS = 0.5
_MAX_WAIT_SECONDS = 600


def load_once(opened: Runtime, animations: int, now: datetime) -> None:
    """Load the season into a database without animations, finish one of ours, or leave another's alone.

    Raises Refused if another process has been loading it for ten minutes.
    """
    with opened.connection() as conn:
        _wait_for_others(conn)
        with releasing(conn, Lock.DEMONSTRATION):
            _load(opened, conn, animations, now)


def structure_of(parts: Sequence[Part]) -> Sequence[str]:
    """Return the SIRETs that the structure's token speaks for."""
    return next(part.sirets for part in parts if part.role is Role.STRUCTURE)


def _load(opened: Runtime, conn: Conn, animations: int, now: datetime) -> None:
    conn.execute(_DDL)
    ours = bool(read_stream(conn, landmark(SEED)))
    if not ours and _is_true(conn, _ANY_ANIMATION):
        # Somebody's own animations, or an older release's: do not mix invented ones with them.
        note(f"This database holds other animations: the season is not loaded. {_FRESH}")
        _catch_up(opened)
        return
    if not ours:
        note("Loading the demonstration season, once.")
        conn.execute(_BEGIN, (SEED,))
        load_and_rebuild(opened, animations, SEED, now)
        conn.execute(_LOADED, (SEED,))
    loaded, complete = _state(conn)
    _catch_up(opened)
    if not complete:
        parts = cast_roles(conn, now)
        sirets = structure_of(parts)
        dossiers = make_dossiers(opened, sirets[0] if sirets else "", now)
        note(f"Opened {quantity(dossiers, 'service dossier')}, so that there is one in each status.")
        answered = answer_questionnaires(opened, now)
        note(f"Answered the questionnaires of {quantity(answered, 'animation')}.")
        note(f"Named {quantity(name_schools(opened, conn, now), 'school')} that parents volunteer for.")
        if sirets:
            note(f"Set {quantity(set_logos(opened, conn, sirets[0], now), 'logo')} that posters show.")
            subscribe_a_system(opened, sirets[0], now)
            published = publish_resources(opened, conn, sirets[0], now)
            note(f"Wrote {quantity(published, 'publication')}: news and resources of every kind.")
            acts = live_everyday(opened, sirets[0], now)
            acts += live_many_days(opened, animations, now)
            note(f"Carried out {quantity(acts, 'act')} of the everyday: contacts, series, who registers, who came.")
        acts = put_to_work(opened, parts, now)
        note(f"Carried out {quantity(acts, 'act')} of schools that ask for animations, and of volunteers at work.")
        acts = measure(opened, conn, parts, now)
        note(f"Carried out {quantity(acts, 'act')} of the programme's measures: strategies, school projects, groups.")
        conn.execute(_COMPLETE, (SEED,))
        _catch_up(opened)
    if ours:
        _report(conn, loaded, now)


def _wait_for_others(conn: Conn) -> None:
    """Wait for the lock of the process that loads; it is released with that process's connection, too."""
    for attempt in range(int(_MAX_WAIT_SECONDS / _PAUSE_SECONDS)):
        if try_acquire(conn, Lock.DEMONSTRATION):
            return
        if attempt == 0:
            note("Another process is loading the demonstration season: waiting for it.")
        sleep(_PAUSE_SECONDS)
    raise Refused("another process has been loading the demonstration season for ten minutes: stop it, and try again")


def _state(conn: Conn) -> tuple[bool, bool]:
    """Return whether the season is fully loaded, and whether its dossiers are made."""
    row = conn.execute(_STATE, (SEED,)).fetchone()
    # A season older than the table is judged by what its run made last.
    return (row[0], row[1]) if row else (True, _is_true(conn, _ANY_DOSSIER))


def _is_true(conn: Conn, query: LiteralString) -> bool:
    row = conn.execute(query).fetchone()
    return bool(row and row[0])


def _report(conn: Conn, loaded: bool, now: datetime) -> None:
    row = conn.execute(sql.SQL(_TO_COME).format(**live_tables(conn)), (now,)).fetchone()
    assert row is not None
    to_come, animations = row
    if not loaded:
        warn(f"the loading of this season was broken off: it may lack animations. {_FRESH}")
    if to_come <= FEW_TO_COME * animations:
        warn(f"the dates of this season are past: {quantity(to_come, 'animation')} to come. {_FRESH}")
    else:
        note(f"The demonstration season is there, with {quantity(to_come, 'animation')} to come. {_FRESH}")


def _catch_up(opened: Runtime) -> None:
    """Bring the read models up to date after an interrupted run or an update of the code."""
    with opened.connection() as conn:
        waiting = count_after(conn, min(live.position for live in generations(conn, State.LIVE)))
        outdated = [*built_by_other_code(conn), *built_with_an_older_typology(conn)]
    if outdated or waiting > FEW_EVENTS:
        note("Rebuilding the read models.")
        rebuild_with_progress(opened, [])
    elif waiting:
        bring_up_to_date(opened)
