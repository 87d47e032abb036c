"""All read models rebuilt, against the library's ProjectionRunner and against reading and decoding the log alone."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg

from bench.keys import MASTER_KEY
from bench.library import GENERATION, ROWS, project_one_by_one
from bench.logs import season_log
from bench.memory import Peak, peak_memory
from bench.stage import Goal, about_the_machine, judge, server, show
from projections.engine.generations import identifier, prepare
from projections.engine.rebuild import rebuild
from projections.registry import projections

SIZES = "200000,1000000"
EVENTS_A_SECOND, SECOND_GOAL = 60_000.0, 100_000.0
OF_THE_LIBRARY, OF_THE_LIMIT = 40.0, 2.0
PEAK_MB, SAME = 300.0, 0.10

#: What one event a transaction is tried on; its rate does not hang on the length of the log.
SAMPLE = 5_000


@dataclass(frozen=True, slots=True)
class Measured:
    """One size: the median of the rounds, and the highest peak of memory among them."""

    events: int
    rebuild: float
    filling: float
    indexing: float
    read: float
    peak: Peak

    @property
    def ratio(self) -> float:
        return self.rebuild / self.read


def alone(what: str, url: str) -> tuple[dict[str, float], Peak]:
    """What `bench.alone` measured in a process of its own, and the memory that it took."""
    command = [sys.executable, "-m", "bench.alone", what, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, peak_memory(process.pid) as peak:
        told, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"the measurement of {what} failed: what it printed says why")
    return json.loads(told), peak


def measure(url: str, rounds: int) -> Measured:
    """Reading and rebuilding by turns, so that what slows the machine for a while slows both."""
    reads, rebuilds, peaks = [], [], []
    for _ in range(rounds):
        reads.append(alone("read", url)[0])
        done, peak = alone("rebuild", url)
        rebuilds.append(done)
        peaks.append(peak)
    return Measured(
        events=int(reads[0]["events"]),
        rebuild=median(one["seconds"] for one in rebuilds),
        filling=median(one["filling"] for one in rebuilds),
        indexing=median(one["indexing"] for one in rebuilds),
        read=median(one["seconds"] for one in reads),
        peak=max(peaks, key=lambda peak: peak.resident),
    )


def the_library(server_url: str, events: int) -> tuple[float, float]:
    """Events a second of one event a transaction: as the library commits, and without waiting for the disk."""
    rates = []
    for name, setting in (("durable", "on"), ("not_durable", "off")):
        url = season_log(server_url, events, f"sample_{events}_{name}")
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(f"ALTER DATABASE sample_{events}_{name} SET synchronous_commit = {setting}")
            conn.execute("DROP TABLE IF EXISTS bench_animations_tracking")
            prepare(conn, projections)
        rates.append(project_one_by_one(url))
        _same_rows(url)
    return rates[0], rates[1]


def _same_rows(url: str) -> None:
    """What is compared must have done the same work: row by row what a rebuild of ours makes."""
    rebuild(url, MASTER_KEY, [ROWS.name], workers=1)
    with psycopg.connect(url, autocommit=True) as conn:
        (live,) = conn.execute(
            "SELECT generation FROM read_models.generations WHERE name = %s AND state = 'live'", (ROWS.name,)
        ).fetchone() or (0,)
        tables = {"theirs": identifier(ROWS.name, GENERATION), "ours": identifier(ROWS.name, live)}
        query = psycopg.sql.SQL(
            "SELECT count(*) FROM ((TABLE {theirs} EXCEPT TABLE {ours}) UNION ALL (TABLE {ours} EXCEPT TABLE {theirs}))"
        ).format(**tables)
        if conn.execute(query).fetchone() != (0,):
            raise SystemExit("the library's rows and ours differ: there is nothing to compare")


def report(one: Measured, durable: float) -> None:
    def row(what: str, seconds: float) -> tuple[str, ...]:
        return what, f"{seconds:,.1f}", f"{one.events / seconds:,.0f}", f"{one.events / seconds / durable:,.0f}"

    show(
        f"{one.events:,} events",
        ("", "seconds", "events/s", "times the library"),
        [
            row("reading and decoding alone, one process", one.read),
            row("all read models rebuilt", one.rebuild),
            row("  of that: filling, all cores", one.filling),
            row("  of that: indexes and statistics", one.indexing),
            ("time of the rebuild / of reading alone", f"{one.ratio:.2f}", "", ""),
            (f"peak memory of {one.peak.processes} Python processes, MB", f"{one.peak.resident:,.0f}", "", ""),
            ("  of that: pages that they share counted once, MB", f"{one.peak.shared_once:,.0f}", "", ""),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help=f"numbers of events (default {SIZES})")
    parser.add_argument("--rounds", type=int, default=1, help="medians of so many rounds are told (default 1)")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="events for the library's runner (default 5,000)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the logs in, for the next run")
    given = parser.parse_args()
    with server(given.keep) as server_url:
        print(about_the_machine(server_url))
        durable, not_durable = the_library(server_url, given.sample)
        print(
            f"The library's ProjectionRunner, rows of the animations only, on a log of {given.sample:,} events: "
            f"{durable:,.0f} events/s; without waiting for the disk {not_durable:,.0f} events/s"
        )
        found = []
        for size in map(int, given.sizes.split(",")):
            found.append(measure(season_log(server_url, size), given.rounds))
            report(found[-1], durable)
    slowest = min(one.events / one.rebuild for one in found)
    peaks = [one.peak.resident for one in found]
    judge(
        [
            Goal("events a second", slowest, EVENTS_A_SECOND),
            Goal("events a second, second goal", slowest, SECOND_GOAL, binds=False),
            Goal("times the library's runner", slowest / durable, OF_THE_LIBRARY),
            Goal("times the same without waiting for the disk", slowest / not_durable, OF_THE_LIBRARY, binds=False),
            Goal("time / time of reading alone", max(one.ratio for one in found), OF_THE_LIMIT, at_least=False),
            Goal("peak memory, MB", max(peaks), PEAK_MB, at_least=False),
            Goal("peak memory, largest / smallest - 1", max(peaks) / min(peaks) - 1, SAME, at_least=False),
        ]
    )


if __name__ == "__main__":
    main()
