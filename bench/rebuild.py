"""All read models rebuilt, against one event a transaction and against reading and decoding the log alone."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psutil
import psycopg

from application.application import open_application
from application.eventstore.log import head, read_after
from application.season import load_season
from bench.stage import MASTER_KEY, Goal, database, judge, server, show
from projections.animations import animations
from projections.bulk import scan_streams
from projections.engine import Target, feed
from projections.generations import State, add_generation, create_indexes, generations, prepare
from projections.rebuild import rebuild
from projections.registry import projections
from projections.terms_in_force import TermsInForce

EVENTS_PER_ANIMATION = 5.55
EVENTS_A_SECOND, SECOND_GOAL = 60_000.0, 100_000.0
OF_ONE_BY_ONE, OF_THE_LIMIT = 40.0, 2.0
PEAK_MB, SAME = 300.0, 0.10
ONE_BY_ONE_SAMPLE = 3_000


def timed(work: Any) -> tuple[float, int]:
    started = time.perf_counter()
    events = work()
    return time.perf_counter() - started, events


def the_limit(url: str) -> int:
    """Every event read and decoded by one process, and nothing done with it."""
    with psycopg.connect(url) as conn:
        return sum(1 for _ in scan_streams(conn, head(conn), UUID(int=0), UUID(int=(1 << 128) - 1)))


def one_by_one(url: str) -> int:
    """Our own engine held to one event a transaction, into the rows of the animations alone, as plain runners work."""
    with psycopg.connect(url, autocommit=True) as conn, open_application(url, MASTER_KEY) as app:
        prepare(conn, projections)
        projection = animations(TermsInForce())
        row = conn.execute("SELECT nextval('read_models.generation_numbers')").fetchone()
        assert row is not None
        add_generation(conn, projection, row[0], State.BUILDING, TermsInForce())
        create_indexes(conn, projection, row[0])
        (start,) = conn.execute("SELECT max(notification_id) / 2 FROM stored_events").fetchone() or (0,)
        records = [r for r in read_after(conn, start, ONE_BY_ONE_SAMPLE) if r.event.topic == "animation.created"]
        for record in records:
            (generation,) = [g for g in generations(conn, State.BUILDING) if g.generation == row[0]]
            with conn.transaction():
                feed(conn, app.vault, [Target(projection, generation)], [record])
        conn.execute("DELETE FROM read_models.generations WHERE generation = %s", (row[0],))
        return len(records)


@contextmanager
def peak_memory() -> Iterator[list[float]]:
    """Samples the resident memory (MB) of this process and its Python children; the peak is the list's maximum."""
    samples, stop = [0.0], threading.Event()
    me = psutil.Process()

    def sample() -> None:
        while not stop.wait(0.1):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    if "python" in process.name():
                        total += process.memory_info().rss
                except psutil.Error:
                    continue
            samples.append(total / 1e6)

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    yield samples
    stop.set()
    thread.join()


def measure(url: str, events: int) -> dict[str, float]:
    with open_application(url, MASTER_KEY) as app:
        load_season(app, round(events / EVENTS_PER_ANIMATION), 1, datetime.now(UTC))
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE stored_events")
    limit_seconds, read = timed(lambda: the_limit(url))
    with peak_memory() as samples:
        seconds, rebuilt = timed(lambda: rebuild(url, MASTER_KEY))
    slow_seconds, slow = timed(lambda: one_by_one(url))
    return {
        "events": read,
        "rebuild": rebuilt / seconds,
        "limit": read / limit_seconds,
        "one by one": slow / slow_seconds,
        "times the limit's time": seconds / limit_seconds,
        "peak MB": max(samples),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="200000,1000000", help="numbers of events (default 200000,1000000)")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    found = []
    with server() as server_url:
        for size in sizes:
            with database(server_url, f"rebuild_{size}") as url:
                found.append(measure(url, size))
            figures = [(name, f"{figure:,.1f}") for name, figure in found[-1].items()]
            show(f"All read models over {size:,} events (events a second)", figures)
    last, peaks = found[-1], [one["peak MB"] for one in found]
    judge(
        [
            Goal("events a second", last["rebuild"], EVENTS_A_SECOND),
            Goal("events a second, second goal", last["rebuild"], SECOND_GOAL, binds=False),
            Goal("times one event a transaction", last["rebuild"] / last["one by one"], OF_ONE_BY_ONE),
            Goal("times the time of the limit", last["times the limit's time"], OF_THE_LIMIT, at_least=False),
            Goal("peak memory (MB)", max(peaks), PEAK_MB, at_least=False),
            Goal("peak memory, largest to smallest log", max(peaks) / min(peaks) - 1, SAME, at_least=False),
        ]
    )


if __name__ == "__main__":
    main()
