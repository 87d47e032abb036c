"""Logs to measure on: a season of the loader's, the same at every run."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
from psycopg import sql

from application.application import open_application
from application.hosting.database import with_database
from bench.keys import MASTER_KEY
from demo import load_season

#: The end of the school year, when most of what was declared has been held and attested.
SEASON_END = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)
SEED = 1
#: Structures and candidatures grow with a season up to so many animations: a smaller season has more events for each.
SMALL_SEASON, EVENTS_OF_SMALL, EVENTS_OF_FURTHER = 50_000, 5.62, 5.13


def animations_for(events: int) -> int:
    """How many animations make a season of about so many events; what is loaded is counted where it is read."""
    further = events - SMALL_SEASON * EVENTS_OF_SMALL
    if further > 0:
        return SMALL_SEASON + round(further / EVENTS_OF_FURTHER)
    return max(1, round(events / EVENTS_OF_SMALL))


def season_log(server_url: str, events: int, name: str | None = None) -> str:
    """The address of a database whose log holds about so many events, loaded unless it is there from a former run."""
    name = name or f"season_{events}"
    url = with_database(server_url, name)
    if not _is_loaded(url):
        with psycopg.connect(server_url, autocommit=True) as conn:
            # What a run that was broken off has left.
            conn.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with open_application(url, MASTER_KEY) as app:
            load_season(app, animations_for(events), SEED, SEASON_END)
        with psycopg.connect(url, autocommit=True) as conn:
            # As autovacuum would leave it a minute later.
            conn.execute("VACUUM ANALYZE")
            conn.execute("CREATE TABLE bench_loaded ()")
            conn.execute("CHECKPOINT")
    return url


def _is_loaded(url: str) -> bool:
    try:
        with psycopg.connect(url) as conn:
            return conn.execute("SELECT to_regclass('bench_loaded')").fetchone() != (None,)
    except psycopg.OperationalError:
        return False
