"""What the benchmarks share: a server of their own with its usual durability, goals, and the table they print."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from application.database import temporary_database
from application.embedded_server import embedded_server

MASTER_KEY = bytes(range(32))


@contextmanager
def server() -> Iterator[str]:
    """An embedded PostgreSQL in a temporary folder, fsync on."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, embedded_server(Path(folder) / "postgres") as url:
        yield url


@contextmanager
def database(server_url: str, name: str) -> Iterator[str]:
    with temporary_database(server_url, name) as url:
        yield url


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure held against a bound. A goal that does not bind is only told."""

    what: str
    figure: float
    bound: float
    at_least: bool = True
    binds: bool = True

    @property
    def met(self) -> bool:
        return self.figure >= self.bound if self.at_least else self.figure <= self.bound


def show(title: str, rows: list[tuple[str, str]]) -> None:
    table = Table(title=title, show_header=False)
    for what, figure in rows:
        table.add_row(what, figure)
    Console().print(table)


def judge(goals: list[Goal]) -> None:
    """Prints each goal, and exits with 1 when one that binds is missed."""
    for goal in goals:
        sign = "≥" if goal.at_least else "≤"
        state = "met" if goal.met else "MISSED" if goal.binds else "not reached"
        print(f"{goal.what}: {goal.figure:,.2f} (goal {sign} {goal.bound:,.2f}) {state}")
    sys.exit(any(goal.binds and not goal.met for goal in goals))
