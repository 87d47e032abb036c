"""The common stage of the benchmarks: a server with its usual durability, goals, and tables."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from application.hosting.database import temporary_database
from application.hosting.embedded_server import embedded_server
from eventstore.authenticators import EventKeys

#: The keys that encrypt personal fields and authenticate events in a benchmark's databases.
MASTER_KEY = bytes(range(32))
EVENT_KEYS = EventKeys(b"e" * 32)
#: The environment variable by which `bench.all` collects the goals of each benchmark.
GOALS_FILE = "PARENTALITE_BENCH_GOALS"
#: How often memory is measured.
_EVERY_SECONDS = 0.05
#: Measured less often, because counting shared pages once reads every mapping of a process.
_PROPORTIONAL_EVERY = 10


@contextmanager
def server(folder: Path | None = None) -> Iterator[str]:
    """Run an embedded PostgreSQL with default settings, fsync on, in `folder` or else in a temporary one."""
    with ExitStack() as stack:
        folder = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        yield stack.enter_context(embedded_server(folder / "postgres"))


@contextmanager
def database(server_url: str, name: str) -> Iterator[str]:
    """Yield an empty database for one measurement, dropped afterwards."""
    with temporary_database(server_url, name) as url:
        yield url


def about_the_machine(url: str) -> str:
    """Describe what the figures depend on, in one line, with the load before the run."""
    with psycopg.connect(url) as conn:
        postgres = conn.info.parameter_status("server_version")
        (fsync,) = conn.execute("SHOW fsync").fetchone() or ("?",)
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {postgres} (fsync {fsync}), "
        f"load average {os.getloadavg()[0]:.1f}"
    )


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and its bound. A goal that does not bind is only reported."""

    name: str
    figure: float
    bound: float
    at_least: bool = True
    binds: bool = True

    @property
    def met(self) -> bool:
        return self.figure >= self.bound if self.at_least else self.figure <= self.bound

    @property
    def bounds(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:,g}"

    @property
    def verdict(self) -> str:
        return "met" if self.met else "MISSED" if self.binds else "not reached"


def show(title: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    """Print a table whose first column is a label, and whose others are figures."""
    table = Table(title=title, title_justify="left", show_header=any(columns))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    Console(width=120).print(table)


def judge(goals: Sequence[Goal]) -> None:
    """Print each goal, add it to the file that GOALS_FILE names, if any, and exit with 1 if a binding one is missed."""
    if path := os.environ.get(GOALS_FILE):
        with Path(path).open("a") as lines:
            lines.writelines(json.dumps(asdict(goal)) + "\n" for goal in goals)
    rows = [(goal.name, f"{goal.figure:,.2f}", goal.bounds, goal.verdict) for goal in goals]
    show("Goals", ("", "figure", "goal", ""), rows)
    sys.exit(any(goal.binds and not goal.met for goal in goals))


@dataclass(slots=True)
class Peak:
    """In MB, summed over the processes; pages count once for each process in `resident`, once in all in `shared_once`.

    `processes`: their number at the peak.
    """

    resident: float = 0.0
    shared_once: float = 0.0
    processes: int = 0


@contextmanager
def peak_memory(pid: int) -> Iterator[Peak]:
    """Watch the process and all its descendants until the context ends. PostgreSQL is not among them."""
    peak, stop = Peak(), threading.Event()
    thread = threading.Thread(target=_watch, args=(psutil.Process(pid), peak, stop), daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()


def _watch(root: psutil.Process, peak: Peak, stop: threading.Event) -> None:
    turn = 0
    while not stop.wait(_EVERY_SECONDS):
        try:
            processes = [root, *root.children(recursive=True)]
        except psutil.Error:
            continue
        resident = [_resident(process) for process in processes]
        if sum(resident) > peak.resident:
            peak.resident, peak.processes = sum(resident), sum(map(bool, resident))
        if turn % _PROPORTIONAL_EVERY == 0:
            peak.shared_once = max(peak.shared_once, sum(map(_shared_once, processes)))
        turn += 1


def _resident(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.Error:
        return 0.0


def _shared_once(process: psutil.Process) -> float:
    try:
        # Only Linux reports it.
        return float(getattr(process.memory_full_info(), "pss", 0)) / 1e6
    except psutil.Error:
        return 0.0
