"""Pages, counts and figures with a short and with a long history, one server on each, queried in turn."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from application.sign_in.local import issue_token
from bench.graphql import busiest, extremes, live_tables, read_models
from bench.support import graphql_documents as documents
from bench.support.logs import season_log
from bench.support.servers import TOKEN_SECRET, Pace, ask, ours, pace
from bench.support.stage import Goal, about_the_machine, judge, server, show
from domain.kernel.actors import Role

SMALL, LARGE = 10_000, 1_000_000
P99_TIMES = 1.5
#: From here on a count meets its bound; in a shorter history there is less to count.
LONG = 1_000_000
ROUNDS = 5
_COLUMNS = ("", "a second", "median, ms", "p99, ms")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One page with the short and the long history: medians over the rounds."""

    name: str
    small: Pace
    large: Pace
    binds: bool = True

    def goal(self) -> Goal:
        times = self.large.p99_ms / self.small.p99_ms
        return Goal(f"{self.name}: p99, large / small", times, P99_TIMES, at_least=False, binds=self.binds)

    def rows(self) -> Iterator[tuple[str, ...]]:
        for size, measure in (("small", self.small), ("large", self.large)):
            figures = f"{measure.per_second:,.0f}", f"{measure.median_ms:.2f}", f"{measure.p99_ms:.2f}"
            yield f"{self.name}, {size}", *figures


def pages_of(url: str) -> Mapping[str, Mapping[str, Any]]:
    """Fill the read models, and return the questions by name."""
    with read_models(url) as conn:
        tables = live_tables(conn)
        usual = busiest(conn, tables)
        return {**documents.listings(usual), **documents.growing(usual, *extremes(conn, tables, usual["territory"]))}


def compare(name: str, requests: list[tuple[str, Mapping[str, Any]]], seconds: int, binds: bool) -> Comparison:
    """Measure both; `requests` are the address and body for the short history and for the long one."""
    token = issue_token(TOKEN_SECRET, Role.AUDITOR, "auditor", datetime.now(UTC)) if name == documents.COUNTRY else None
    for address, body in requests:
        ask(address, body, token)
        pace(address, body, 1, token)
    rounds = [[pace(address, body, seconds, token) for address, body in requests] for _ in range(ROUNDS)]
    small, large = (_median([paces[place] for paces in rounds]) for place in range(2))
    return Comparison(name, small, large, binds)


def _median(paces: list[Pace]) -> Pace:
    return Pace(
        median(pace.per_second for pace in paces),
        median(pace.median_ms for pace in paces),
        median(pace.p99_ms for pace in paces),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=SMALL, help=f"events of the short history (default {SMALL:,})")
    parser.add_argument("--large", type=int, default=LARGE, help=f"events of the long history (default {LARGE:,})")
    parser.add_argument("--seconds", type=int, default=4, help=f"length of each of {ROUNDS} measures (default 4)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the logs in, for the next run")
    arguments = parser.parse_args()
    with server(arguments.keep) as server_url, ExitStack() as stack:
        print(about_the_machine(server_url))
        urls = [season_log(server_url, events) for events in (arguments.small, arguments.large)]
        pages = [pages_of(url) for url in urls]
        addresses = [stack.enter_context(ours(url)) for url in urls]
        runs = [
            compare(
                name,
                [(address, bodies[name]) for address, bodies in zip(addresses, pages, strict=True)],
                arguments.seconds,
                binds=name in documents.LISTED or arguments.small >= LONG,
            )
            for name in pages[0]
        ]
    rows = [row for comparison in runs for row in comparison.rows()]
    show(f"Answers to 8 connections, none kept: {arguments.small:,} and {arguments.large:,} events", _COLUMNS, rows)
    judge([comparison.goal() for comparison in runs])


if __name__ == "__main__":
    main()
