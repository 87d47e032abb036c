"""Logs to measure on: a generated season, the same in every run."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
from psycopg import sql

from application.application import open_application
from application.hosting.database import with_database
from bench.support.stage import EVENT_KEYS, MASTER_KEY
from demo import load_season
from projections.engine.generations import built_by_other_code, prepare
from projections.engine.rebuild import rebuild
from projections.registry import projections

#: The end of the school year, when most animations have been held and attested.
SEASON_END = datetime(2026, 6, 30, 18, 0, tzinfo=UTC)
SEED = 1
#: Up to this size structures and candidatures grow with the season, so it has more events for each animation.
SMALL_SEASON, EVENTS_PER_ANIMATION, EVENTS_PER_FURTHER_ANIMATION = 50_000, 5.62, 5.13


def animations_for(events: int) -> int:
    """Return how many animations make a season of about this many events."""
    further = events - SMALL_SEASON * EVENTS_PER_ANIMATION
    if further > 0:
        return SMALL_SEASON + round(further / EVENTS_PER_FURTHER_ANIMATION)
    return max(1, round(events / EVENTS_PER_ANIMATION))


def season_log(server_url: str, events: int, name: str | None = None) -> str:
    """Return the URL of a database with about this many events, loading it unless an earlier run did."""
    name = name or f"season_{events}"
    url = with_database(server_url, name)
    if not _is_loaded(url):
        with psycopg.connect(server_url, autocommit=True) as conn:
            # An interrupted run may have left it.
            conn.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with open_application(url, MASTER_KEY, EVENT_KEYS) as app:
            load_season(app, animations_for(events), SEED, SEASON_END)
        with psycopg.connect(url, autocommit=True) as conn:
            # As autovacuum would do a minute later.
            conn.execute("VACUUM ANALYZE")
            conn.execute("CREATE TABLE bench_loaded ()")
            conn.execute("CHECKPOINT")
    else:
        _bring_up_to_date(url)
    return url


def _bring_up_to_date(url: str) -> None:
    """Make of a log that an older commit has kept what this code reads: its tables, and read models that differ."""
    with open_application(url, MASTER_KEY, EVENT_KEYS) as app, app.pool.connection() as conn:
        has_read_models = conn.execute("SELECT to_regclass('read_models.generations')").fetchone() != (None,)
        if has_read_models:
            prepare(conn, projections)
        others = built_by_other_code(conn, projections) if has_read_models else []
    if others:
        print(f"The log was kept by another commit: rebuilding {', '.join(others)}")
        rebuild(url, MASTER_KEY, others)
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute("VACUUM ANALYZE")


def _is_loaded(url: str) -> bool:
    try:
        with psycopg.connect(url) as conn:
            return conn.execute("SELECT to_regclass('bench_loaded')").fetchone() != (None,)
    except psycopg.OperationalError:
        return False
