"""Judge a whole log by the domain's own decisions, on one core, compared with merely reading and decoding it."""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import Connection

from application.proof.rules.log import judge_log
from bench.support.logs import season_log
from bench.support.stage import Goal, about_the_machine, judge, server
from eventstore.cycles import without_search_for_cycles
from eventstore.log import head, stored_after
from eventstore.records import decode

EVENTS_A_SECOND = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="size of the log (default 200,000)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the log in, for the next run")
    arguments = parser.parse_args()
    with server(arguments.keep) as server_url:
        print(about_the_machine(server_url))
        with psycopg.connect(season_log(server_url, arguments.events), autocommit=True) as conn:
            rate = measure(conn)
    # Deciding anew takes 60 to 300 µs an event, by the domain's own code: see bench/README.md.
    judge([Goal("events judged a second", rate, EVENTS_A_SECOND, binds=False)])


def measure(conn: Connection) -> float:
    """Return events judged for each second of this process: other work on the machine does not count."""
    until = head(conn)

    def decoded() -> int:
        return sum(decode(*row).position > 0 for row in stored_after(conn, until))

    def judged() -> int:
        report = judge_log(conn)
        assert not report.findings, report.findings[0]
        return report.events

    with without_search_for_cycles():
        decoding, events = _seconds(decoded)
    before = _megabytes()
    judging, _ = _seconds(judged)
    print(f"read and decoded: {events / decoding:,.0f} events a second of one core")
    print(f"judged: {events / judging:,.0f}, {judging / decoding:.1f} times as long (goal {EVENTS_A_SECOND:,})")
    print(f"states: {(_megabytes() - before) * 1e6 / events:,.0f} MB at a million events")
    return events / judging


def _seconds(work: Callable[[], int]) -> tuple[float, int]:
    started = time.process_time()
    done = work()
    return time.process_time() - started, done


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
