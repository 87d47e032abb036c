"""Periodic jobs, run by one process at a time, with a record of each run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from traceback import extract_tb
from typing import Any

from psycopg import Connection

from eventstore.leasing.leased_work import Work, working_at
from eventstore.locks import Lock

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
#: A failed job is retried after 30 s, 1 min, 2 min… an hour at most, or at its next regular run; one that runs more
#: often than every five minutes then: its other tasks must not wait much longer for the one that fails for good.
FIRST_WAIT, LONGEST_WAIT, OFTEN = timedelta(seconds=30), timedelta(hours=1), timedelta(minutes=5)

Conn = Connection[Any]
_RUN = "SELECT first_run_at, last_run_at FROM job_runs WHERE job = %s"
_FAILURES = "SELECT failed_at, failures FROM job_failures WHERE job = %s"
_FAILED = """
INSERT INTO job_failures (job, since, failed_at, failures, reason) VALUES (%(job)s, %(now)s, %(now)s, 1, %(reason)s)
ON CONFLICT (job) DO UPDATE SET failed_at = %(now)s, failures = job_failures.failures + 1, reason = %(reason)s
RETURNING failures"""
_RAN = """
INSERT INTO job_runs (job, first_run_at, last_run_at, runs, did, did_last)
VALUES (%(job)s, %(now)s, %(now)s, 1, %(did)s, %(did)s)
ON CONFLICT (job) DO UPDATE SET last_run_at = %(now)s, runs = job_runs.runs + 1, did = job_runs.did + %(did)s,
    did_last = %(did)s"""


@dataclass(frozen=True, slots=True)
class Job:
    """`run(now, since)` does the work due at `now` and returns how much it did; it must be safe to repeat.

    `since` is the first run of the job on this database: anything earlier is history. With an `hour` (UTC) it runs once
    a day, at that hour; one that was missed is made up for, but for the first of all.
    """

    name: str
    every: timedelta
    run: Callable[[datetime, datetime], int]
    hour: int | None = None


class PartlyFailed(Exception):
    """Some of a job's tasks failed; the others were done."""

    def __init__(self, did: int, faults: Sequence[Exception]) -> None:
        super().__init__(f"{len(faults)} of {did + len(faults)}")
        self.did, self.faults = did, faults


def each(things: Iterable[Callable[[], int | None]]) -> int:
    """Run all tasks, even if some raise, and return the sum of their counts; a task that returns None counts as 1.

    Raise PartlyFailed at the end if any failed.
    """
    did, faults = 0, []
    for thing in things:
        try:
            count = thing()
            did += 1 if count is None else count
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise PartlyFailed(did, faults)
    return did


def run_due(conn: Conn, jobs: Sequence[Job], now: datetime) -> dict[str, int]:
    """Run the jobs that are due and return what each did. Record the failure of a job and run the others."""
    did = {}
    for job in jobs:
        row = conn.execute(_RUN, (job.name,)).fetchone()
        since, last = row if row else (now, None)
        failure = conn.execute(_FAILURES, (job.name,)).fetchone()
        if not _is_due(job, now, last, failure):
            continue
        try:
            count = job.run(now, since)
        except PartlyFailed as fault:
            _record_failure(conn, job, now, fault.faults[0])
            count = fault.did
        except Exception as fault:
            _record_failure(conn, job, now, fault)
            continue
        else:
            conn.execute("DELETE FROM job_failures WHERE job = %s", (job.name,))
        did[job.name] = count
        conn.execute(_RAN, {"job": job.name, "now": now, "did": count})
        if count:
            log.info("job done", extra={"job": job.name, "did": count})
    return did


def _is_due(job: Job, now: datetime, last: datetime | None, failure: tuple[datetime, int] | None) -> bool:
    """Return whether the job is due. A last run or failure in the future counts too: the clock was ahead then."""
    if failure is not None:
        failed_at, failures = failure
        wait = min(max(job.every, OFTEN), LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - 1, 10))
        return not timedelta() <= now - failed_at < wait
    if job.hour is not None:
        return _hour_has_come(job.hour, now, last)
    return last is None or not timedelta() <= now - last < job.every


def _hour_has_come(hour: int, now: datetime, last: datetime | None) -> bool:
    struck = now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    if struck > now:
        struck -= timedelta(days=1)
    return last < struck if last is not None else now - struck < timedelta(hours=1)


def _record_failure(conn: Conn, job: Job, now: datetime, fault: Exception) -> None:
    """Log the places of the fault and never its values, which may be personal."""
    places = [f"{place.filename.rpartition('/')[2]}:{place.lineno}" for place in extract_tb(fault.__traceback__)]
    reason = f"{type(fault).__name__} at {places[-1]}" if places else type(fault).__name__
    row = conn.execute(_FAILED, {"job": job.name, "now": now, "reason": reason}).fetchone()
    # Log an error only once: the table shows that it goes on.
    level = logging.ERROR if row is None or row[0] == 1 else logging.INFO
    log.log(level, "job failed", extra={"job": job.name, "reason": reason, "places": places})


@contextmanager
def scheduling(database_url: str, jobs: Sequence[Job], clock: Callable[[], datetime]) -> Iterator[None]:
    """Run jobs in a thread of its own for as long as the context lasts; another process may have the lead."""

    def look(conn: Conn) -> float:
        run_due(conn, jobs, clock())
        return LOOK_SECONDS

    with working_at(database_url, Work("scheduler", Lock.SCHEDULER, look)):
        yield
