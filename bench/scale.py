"""Pages of the public listing in a short and in a long history: one server on each, asked in turn."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import graphql_documents as documents
from bench.graphql import busiest, live_tables, read_models
from bench.logs import season_log
from bench.servers import Pace, ours, pace
from bench.stage import Goal, about_the_machine, judge, server, show

SMALL, LARGE = 10_000, 1_000_000
P99_TIMES = 1.5
ROUNDS = 5
_COLUMNS = ("", "a second", "median, ms", "p99, ms")


@dataclass(frozen=True, slots=True)
class Compared:
    """One page, of the small history and of the large one: medians over the rounds."""

    name: str
    small: Pace
    large: Pace

    def goal(self) -> Goal:
        times = self.large.p99_ms / self.small.p99_ms
        return Goal(f"{self.name}: p99, large / small", times, P99_TIMES, at_least=False)

    def rows(self) -> Iterator[tuple[str, ...]]:
        for size, one in (("small", self.small), ("large", self.large)):
            yield f"{self.name}, {size}", f"{one.per_second:,.0f}", f"{one.median_ms:.2f}", f"{one.p99_ms:.2f}"


def pages_of(url: str) -> Mapping[str, Mapping[str, Any]]:
    """The questions, by name, once the read models are there."""
    with read_models(url) as conn:
        return documents.listings(busiest(conn, live_tables(conn)))


def compared(name: str, asked: list[tuple[str, Mapping[str, Any]]], seconds: int) -> Compared:
    """`asked`: of the small history and of the large one, where to ask and what."""
    for address, body in asked:
        pace(address, body, 1)
    rounds = [[pace(address, body, seconds) for address, body in asked] for _ in range(ROUNDS)]
    small, large = (_median([one[place] for one in rounds]) for place in range(2))
    return Compared(name, small, large)


def _median(paces: list[Pace]) -> Pace:
    return Pace(
        median(one.per_second for one in paces),
        median(one.median_ms for one in paces),
        median(one.p99_ms for one in paces),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=SMALL, help=f"events of the one (default {SMALL:,})")
    parser.add_argument("--large", type=int, default=LARGE, help=f"events of the other (default {LARGE:,})")
    parser.add_argument("--seconds", type=int, default=4, help=f"length of each of {ROUNDS} measures (default 4)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the logs in, for the next run")
    given = parser.parse_args()
    with server(given.keep) as server_url, ExitStack() as stack:
        print(about_the_machine(server_url))
        urls = [season_log(server_url, events) for events in (given.small, given.large)]
        pages = [pages_of(url) for url in urls]
        addresses = [stack.enter_context(ours(url)) for url in urls]
        runs = [
            compared(name, [(address, of[name]) for address, of in zip(addresses, pages, strict=True)], given.seconds)
            for name in pages[0]
        ]
    rows = [row for one in runs for row in one.rows()]
    show(f"Answers to 8 connections, none kept: {given.small:,} and {given.large:,} events", _COLUMNS, rows)
    judge([one.goal() for one in runs])


if __name__ == "__main__":
    main()
