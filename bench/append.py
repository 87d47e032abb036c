"""Durable commands a second: ours, the library's own, and the limit of single-row commits, in one run."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
from eventsourcing.application import Application as LibraryApplication
from eventsourcing.domain import Aggregate
from psycopg.conninfo import conninfo_to_dict

from application.animations import AnimationPublish
from application.application import Application, open_application
from application.founding import found
from bench.stage import MASTER_KEY, Goal, database, judge, server, show
from tests.projections.world import FOUNDED_AT, NATIONAL, World

CLIENTS = 32
LIMIT_CONNECTIONS = 16
OF_THE_LIBRARY, OF_THE_LIMIT = 4.0, 0.5


class Counted(Aggregate):
    """The library's smallest aggregate: one event a save, as ours is one event a command."""

    class Happened(Aggregate.Event):
        what: str

    def count(self, what: str) -> None:
        self.trigger_event(self.Happened, what=what)


def rate(clients: int, work: Callable[[int], object], items: int) -> float:
    """Items a second when `clients` threads share them."""
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(work, range(items)))
    return items / (time.perf_counter() - started)


def ours(url: str, clients: int, items: int) -> float:
    with open_application(url, MASTER_KEY, pool_size=16) as app:
        found(app, FOUNDED_AT)
        world = World(app)
        world.sign()
        ids = _waiting_animations(app, world, items)
        return rate(clients, lambda n: app.execute(AnimationPublish(animation_id=ids[n]), NATIONAL, FOUNDED_AT), items)


def _waiting_animations(app: Application, world: World, count: int) -> Sequence[UUID]:
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda _: world.creates(), range(count)))


def the_library(url: str, clients: int, items: int) -> float:
    given = conninfo_to_dict(url)
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(given["dbname"]),
        "POSTGRES_HOST": str(given["host"]),
        "POSTGRES_PORT": str(given.get("port") or "5432"),
        "POSTGRES_USER": str(given["user"]),
        "POSTGRES_PASSWORD": str(given.get("password") or ""),
        "POSTGRES_POOL_SIZE": str(clients),
    }
    with LibraryApplication[UUID](env=env) as app:
        aggregates = [Counted() for _ in range(items)]
        for aggregate in aggregates:
            app.save(aggregate)

        def save(number: int) -> None:
            aggregates[number].count("one")
            app.save(aggregates[number])

        return rate(clients, save, items)


def the_limit(url: str, items: int) -> float:
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE TABLE single_rows (id bigserial PRIMARY KEY, state bytea)")
    state = b"x" * 300
    each = items // LIMIT_CONNECTIONS

    def insert(_: int) -> None:
        with psycopg.connect(url, autocommit=True) as conn:
            for _turn in range(each):
                conn.execute("INSERT INTO single_rows (state) VALUES (%s)", (state,), prepare=True)

    return rate(LIMIT_CONNECTIONS, insert, LIMIT_CONNECTIONS) * each


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=4_000, help="commands of each measurement (default 4,000)")
    items = parser.parse_args().items
    figures: dict[str, float] = {}
    measures: dict[str, Callable[[str], float]] = {
        "limit: single-row commits, 16 connections": lambda at: the_limit(at, items),
        "library, 1 client": lambda at: the_library(at, 1, items // 4),
        "library, 32 clients": lambda at: the_library(at, CLIENTS, items),
        "ours, 1 client": lambda at: ours(at, 1, items // 4),
        "ours, 32 clients": lambda at: ours(at, CLIENTS, items),
    }
    with server() as url:
        for name, measure in measures.items():
            with database(url, f"append_{len(figures)}") as at:
                figures[name] = measure(at)
    show("Durable commands a second", [(name, f"{figure:,.0f}/s") for name, figure in figures.items()])
    ours_at_32 = figures["ours, 32 clients"]
    judge(
        [
            Goal("32 clients against the library", ours_at_32 / figures["library, 32 clients"], OF_THE_LIBRARY),
            Goal("32 clients against the limit", ours_at_32 / next(iter(figures.values())), OF_THE_LIMIT),
        ]
    )


if __name__ == "__main__":
    main()
