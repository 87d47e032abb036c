"""Rebuild all read models, compared with the library's ProjectionRunner and with merely decoding the log."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg

from bench.support.library import GENERATION, ROWS, project_one_by_one
from bench.support.logs import season_log
from bench.support.stage import MASTER_KEY, Goal, Peak, about_the_machine, judge, peak_memory, server, show
from projections.engine.generations import column_list, identifier, prepare
from projections.engine.rebuild import rebuild
from projections.registry import projections

SIZES = "200000,1000000"
EVENTS_A_SECOND, SECOND_GOAL = 60_000.0, 100_000.0
TIMES_THE_LIBRARY, TIMES_READING = 50.0, 2.2
PEAK_MB, PEAK_GROWTH = 250.0, 0.10

#: Events for one transaction each; the rate does not depend on the length of the log.
SAMPLE = 5_000


@dataclass(frozen=True, slots=True)
class Measurement:
    """The medians for one size of log, and its highest peak of memory."""

    events: int
    rebuild: float
    filling: float
    indexing: float
    read: float
    peak: Peak

    @property
    def ratio(self) -> float:
        return self.rebuild / self.read


def alone(name: str, url: str) -> tuple[dict[str, float], Peak]:
    """Run a measurement of `bench.support.alone`. Return its figures and its peak memory."""
    command = [sys.executable, "-m", "bench.support.alone", name, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, peak_memory(process.pid) as peak:
        output, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"the measurement of {name} failed: what it printed says why")
    return json.loads(output), peak


def measure(url: str, rounds: int) -> Measurement:
    """Read and rebuild in turns, so that a passing load on the machine affects both."""
    reads, rebuilds, peaks = [], [], []
    for _ in range(rounds):
        reads.append(alone("read", url)[0])
        figures, peak = alone("rebuild", url)
        rebuilds.append(figures)
        peaks.append(peak)
    return Measurement(
        events=int(reads[0]["events"]),
        rebuild=median(figures["seconds"] for figures in rebuilds),
        filling=median(figures["filling"] for figures in rebuilds),
        indexing=median(figures["indexing"] for figures in rebuilds),
        read=median(figures["seconds"] for figures in reads),
        peak=max(peaks, key=lambda peak: peak.resident),
    )


def the_library(server_url: str, events: int) -> tuple[float, float]:
    """Return events a second, one event a transaction: durable, and without waiting for the disk."""
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
    """Raise SystemExit unless both made the same rows; otherwise their rates are not comparable."""
    rebuild(url, MASTER_KEY, [ROWS.name], workers=1)
    with psycopg.connect(url, autocommit=True) as conn:
        (live,) = conn.execute(
            "SELECT generation FROM read_models.generations WHERE name = %s AND state = 'live'", (ROWS.name,)
        ).fetchone() or (0,)
        tables = {"theirs": identifier(ROWS.name, GENERATION), "ours": identifier(ROWS.name, live)}
        query = psycopg.sql.SQL(
            "SELECT count(*) FROM ((SELECT {columns} FROM {theirs} EXCEPT SELECT {columns} FROM {ours})"
            " UNION ALL (SELECT {columns} FROM {ours} EXCEPT SELECT {columns} FROM {theirs}))"
        ).format(columns=column_list(ROWS.table.columns), **tables)
        if conn.execute(query).fetchone() != (0,):
            raise SystemExit("the library's rows and ours differ: there is nothing to compare")


def report(result: Measurement, durable: float) -> None:
    def row(what: str, seconds: float) -> tuple[str, ...]:
        return what, f"{seconds:,.1f}", f"{result.events / seconds:,.0f}", f"{result.events / seconds / durable:,.0f}"

    show(
        f"{result.events:,} events",
        ("", "seconds", "events/s", "times the library"),
        [
            row("reading and decoding alone, one process", result.read),
            row("all read models rebuilt", result.rebuild),
            row("  of that: filling, all cores", result.filling),
            row("  of that: indexes and statistics", result.indexing),
            ("time of the rebuild / of reading alone", f"{result.ratio:.2f}", "", ""),
            (f"peak memory of {result.peak.processes} Python processes, MB", f"{result.peak.resident:,.0f}", "", ""),
            ("  of that: pages that they share counted once, MB", f"{result.peak.shared_once:,.0f}", "", ""),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help=f"numbers of events (default {SIZES})")
    parser.add_argument("--rounds", type=int, default=1, help="number of rounds, for medians (default 1)")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="events for the library's runner (default 5,000)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the logs in, for the next run")
    arguments = parser.parse_args()
    with server(arguments.keep) as server_url:
        print(about_the_machine(server_url))
        durable, not_durable = the_library(server_url, arguments.sample)
        print(
            f"The library's ProjectionRunner, rows of the animations only, on a log of {arguments.sample:,} events: "
            f"{durable:,.0f} events/s; without waiting for the disk {not_durable:,.0f} events/s"
        )
        results = []
        for size in map(int, arguments.sizes.split(",")):
            results.append(measure(season_log(server_url, size), arguments.rounds))
            report(results[-1], durable)
    slowest = min(result.events / result.rebuild for result in results)
    peaks = [result.peak.resident for result in results]
    judge(
        [
            Goal("events a second", slowest, EVENTS_A_SECOND),
            Goal("events a second, second goal", slowest, SECOND_GOAL, binds=False),
            Goal("times the library's runner", slowest / durable, TIMES_THE_LIBRARY),
            Goal("times the same without waiting for the disk", slowest / not_durable, TIMES_THE_LIBRARY, binds=False),
            Goal(
                "time / time of reading alone", max(result.ratio for result in results), TIMES_READING, at_least=False
            ),
            Goal("peak memory, MB", max(peaks), PEAK_MB, at_least=False),
            Goal("peak memory, largest / smallest - 1", max(peaks) / min(peaks) - 1, PEAK_GROWTH, at_least=False),
        ]
    )


if __name__ == "__main__":
    main()
