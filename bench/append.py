"""Durable commands a second: ours, the library's, and the limit of single-row commits, in one run."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from statistics import median
from uuid import UUID

import psycopg

from application.animations.commands import AnimationPublish
from application.application import open_application
from application.founding import found_database
from bench.support.library import Note, saving
from bench.support.stage import EVENT_KEYS, MASTER_KEY, Goal, about_the_machine, database, judge, server, show
from eventstore.cycles import seek_cycles_less_often
from tests.support.world import FOUNDED_AT, NATIONAL, World

CLIENTS = 32
LIMIT_CONNECTIONS = 16
TIMES_THE_LIBRARY, SHARE_OF_THE_LIMIT, SHARE_OF_ONE = 5.0, 0.55, 0.36
#: About the size of one of our events.
STATE_BYTES = 600

#: Called with a number of clients and of single commits; returns commits a second.
Measure = Callable[[int, int], float]


def rate(clients: int, work: Callable[[int], object], items: int) -> float:
    """Return items a second when `clients` threads share them, each working through its own without a pause."""

    def client(number: int) -> None:
        for item in range(number, items, clients):
            work(item)

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))
    return items / (time.perf_counter() - started)


@contextmanager
def ours(url: str, prepared: int) -> Iterator[Measure]:
    """Each command publishes a separate animation, declared before: one event, durable when it returns."""
    with open_application(url, MASTER_KEY, EVENT_KEYS) as app:
        found_database(app, FOUNDED_AT)
        world = World(app)
        world.sign()
        with ThreadPoolExecutor(CLIENTS) as pool:
            waiting = list(pool.map(lambda _: world.creates(), range(prepared)))
        with psycopg.connect(url, autocommit=True) as conn:
            # As autovacuum would do a minute later.
            conn.execute("VACUUM ANALYZE")

        def measure(clients: int, items: int) -> float:
            ids: list[UUID] = [waiting.pop() for _ in range(items)]
            return rate(
                clients, lambda n: app.execute(AnimationPublish(animation_id=ids[n]), NATIONAL, FOUNDED_AT), items
            )

        yield measure


@contextmanager
def the_library(url: str) -> Iterator[Measure]:
    """Each save records a new aggregate: one event, no state read before."""
    text = "x" * STATE_BYTES
    with saving(url) as app:
        yield lambda clients, items: rate(clients, lambda _: app.save(Note(text)), items)


@contextmanager
def single_rows(url: str) -> Iterator[Measure]:
    """Each INSERT of one row is a prepared statement in its own transaction, on an open connection."""
    state = b"x" * STATE_BYTES
    with ExitStack() as stack:
        connections = [stack.enter_context(psycopg.connect(url, autocommit=True)) for _ in range(LIMIT_CONNECTIONS)]
        connections[0].execute("CREATE TABLE single_rows (id bigserial PRIMARY KEY, state bytea)")

        def measure(clients: int, items: int) -> float:
            def insert(item: int) -> None:
                connections[item % clients].execute(
                    "INSERT INTO single_rows (state) VALUES (%s)", (state,), prepare=True
                )

            return rate(clients, insert, items)

        yield measure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=3_000, help="commits of each measurement (default 3,000)")
    parser.add_argument("--rounds", type=int, default=3, help="number of rounds, for medians (default 3)")
    arguments = parser.parse_args()
    items, alone = arguments.items, max(100, arguments.items // 4)
    # As a server does.
    seek_cycles_less_often()
    figures: dict[str, list[float]] = {}
    with server() as server_url, ExitStack() as stack:
        print(about_the_machine(server_url))

        def fresh(name: str) -> str:
            return stack.enter_context(database(server_url, name))

        commits = stack.enter_context(single_rows(fresh("single_rows")))
        saves = stack.enter_context(the_library(fresh("the_library")))
        commands = stack.enter_context(ours(fresh("ours"), arguments.rounds * (items + alone)))
        raw = "single-row commits, 1 connection"
        limit = f"single-row commits, {LIMIT_CONNECTIONS} connections: the limit"
        # In turns, so that a passing load on the machine affects all of them.
        for _ in range(arguments.rounds):
            for name, measure, clients, count in (
                (raw, commits, 1, alone),
                (limit, commits, LIMIT_CONNECTIONS, items),
                ("library's Application.save, 1 client", saves, 1, alone),
                (f"library's Application.save, {CLIENTS} clients", saves, CLIENTS, items),
                ("ours, 1 client", commands, 1, alone),
                (f"ours, {CLIENTS} clients", commands, CLIENTS, items),
            ):
                figures.setdefault(name, []).append(measure(clients, count))
    show(
        f"Durable commits a second, {arguments.rounds} rounds",
        ("", "median", "lowest", "highest"),
        [(name, *(f"{summary(rates):,.0f}" for summary in (median, min, max))) for name, rates in figures.items()],
    )
    medians = {name: median(rates) for name, rates in figures.items()}
    many, library = medians[f"ours, {CLIENTS} clients"], medians[f"library's Application.save, {CLIENTS} clients"]
    judge(
        [
            Goal(f"{CLIENTS} clients, times the library", many / library, TIMES_THE_LIBRARY),
            Goal(f"{CLIENTS} clients, part of the limit", many / medians[limit], SHARE_OF_THE_LIMIT),
            Goal("1 client, part of raw commits", medians["ours, 1 client"] / medians[raw], SHARE_OF_ONE),
        ]
    )


if __name__ == "__main__":
    main()
