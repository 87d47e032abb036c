"""Jobs that are done every so often, by one process at a time, each run recorded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from application.background import Work, working_at

log = logging.getLogger(__name__)

LEASE = 7311007
LOOK_SECONDS = 5.0

Conn = Connection[Any]

_DDL = """
CREATE TABLE IF NOT EXISTS job_runs (
    job text PRIMARY KEY,
    first_run_at timestamptz NOT NULL,
    last_run_at timestamptz NOT NULL,
    runs bigint NOT NULL,
    did bigint NOT NULL,
    did_last bigint NOT NULL
)"""
_RUN = "SELECT first_run_at, last_run_at FROM job_runs WHERE job = %s"
_RAN = """
INSERT INTO job_runs (job, first_run_at, last_run_at, runs, did, did_last)
VALUES (%(job)s, %(now)s, %(now)s, 1, %(did)s, %(did)s)
ON CONFLICT (job) DO UPDATE SET last_run_at = %(now)s, runs = job_runs.runs + 1, did = job_runs.did + %(did)s,
    did_last = %(did)s"""


@dataclass(frozen=True, slots=True)
class Job:
    """`run(now, since)` does what is due at `now` and returns how many things it did; what it does may be done twice.

    `since` is when the job first ran on this database: what lies before it is history.
    """

    name: str
    every: timedelta
    run: Callable[[datetime, datetime], int]


def create_tables(conn: Conn) -> None:
    conn.execute(_DDL)


def run_due(conn: Conn, jobs: Sequence[Job], now: datetime) -> dict[str, int]:
    """Runs the jobs whose time has come; returns what each did. One that raises is logged, and the others run."""
    did = {}
    for job in jobs:
        row = conn.execute(_RUN, (job.name,)).fetchone()
        since, last = row if row else (now, None)
        # Also due when it last ran in the future: the clock was ahead then.
        if last is not None and timedelta() <= now - last < job.every:
            continue
        try:
            did[job.name] = job.run(now, since)
        except Exception as fault:
            log.error("job failed", extra={"job": job.name, "reason": type(fault).__name__})
            continue
        conn.execute(_RAN, {"job": job.name, "now": now, "did": did[job.name]})
        if did[job.name]:
            log.info("job done", extra={"job": job.name, "did": did[job.name]})
    return did


@contextmanager
def scheduling(database_url: str, jobs: Sequence[Job], clock: Callable[[], datetime]) -> Iterator[None]:
    """Runs jobs in a thread of its own for as long as the context lasts; another process may have the lead."""

    def look(conn: Conn) -> float:
        run_due(conn, jobs, clock())
        return LOOK_SECONDS

    with working_at(database_url, Work("scheduler", LEASE, look)):
        yield
