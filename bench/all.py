"""Run all benchmarks one after the other, and write their goals with the commit into the table of bench/README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.support.stage import GOALS_FILE, Goal

ROOT = Path(__file__).parents[1]
README = ROOT / "bench" / "README.md"
#: The module of each `make bench-…`, in the order in which they run: the short ones first.
BENCHMARKS = {
    "append": "append",
    "lag": "lag",
    "imports": "imports",
    "documents": "cold_documents",
    "audit": "audit",
    "rules": "rules",
    "graphql": "graphql",
    "pages": "pages",
    "territories": "territories",
    "coverage": "coverage",
    "replicas": "replicas",
    "hostile": "hostile",
    "scale": "scale",
    "audit-trail": "audit_trail",
    "whatif": "what_if",
    "terms": "terms",
    "rebuild": "rebuild",
    "migration": "migration",
}
#: Each ends within this, or something hangs.
LONGEST_SECONDS = 3_600
_BEGIN, _END = "<!-- begin: make bench-all -->\n", "<!-- end: make bench-all -->\n"


@dataclass(frozen=True, slots=True)
class Run:
    """One benchmark that ran: its goals, and the machine's load before it. No goals: it failed, see what it printed."""

    name: str
    goals: Sequence[Goal]
    load: float
    seconds: float

    def rows(self) -> Iterator[str]:
        name = f"`make bench-{self.name}` ({self.seconds:.0f} s, load {self.load:.1f})"
        for goal in self.goals:
            yield f"| {name} | {goal.name} | {goal.figure:,.2f} | {goal.bounds} | {_verdict(goal)} |"
            name = ""
        if not self.goals:
            yield f"| {name} | | | | **failed** |"


def _verdict(goal: Goal) -> str:
    return goal.verdict if goal.met else f"**{goal.verdict}**"


def run(name: str) -> Run:
    """Run a benchmark in a process of its own; what it prints is seen."""
    load, started = os.getloadavg()[0], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-goals-") as folder:
        goals = Path(folder) / "goals.jsonl"
        command = [sys.executable, "-m", f"bench.{BENCHMARKS[name]}"]
        environment = os.environ | {GOALS_FILE: str(goals), "PYTHONPATH": os.pathsep.join([".", "graphql"])}
        subprocess.run(command, cwd=ROOT, env=environment, timeout=LONGEST_SECONDS, check=False)
        lines = goals.read_text().splitlines() if goals.exists() else []
    return Run(name, [Goal(**json.loads(line)) for line in lines], load, time.monotonic() - started)


def table(runs: Sequence[Run], commit: str, now: datetime) -> str:
    """Return the table in Markdown, with what the figures depend on."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    head = f"Commit {commit}, {now:%Y-%m-%d}, {machine}.\n\n| | | figure | goal | |\n|---|---|---|---|---|\n"
    return head + "".join(f"{row}\n" for run in runs for row in run.rows())


def with_table(readme: str, written: str) -> str:
    """Return the README with this table in place of its own. Raises ValueError if it has no place for one."""
    before, begin, rest = readme.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"no place for the table: {_BEGIN.strip()} … {_END.strip()}")
    return f"{before}{begin}{written}{end}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--print", action="store_true", help="print the table and leave README.md as it is")
    arguments = parser.parse_args()
    names = arguments.only or list(BENCHMARKS)
    for tool in ("wrk", "npm"):
        if shutil.which(tool) is None:
            parser.error(f"{tool} is needed: apt install {tool}")
    runs = []
    for number, name in enumerate(names, 1):
        print(f"[{number}/{len(names)}] make bench-{name}", flush=True)
        runs.append(run(name))
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    written = table(runs, commit, datetime.now(UTC))
    print(written)
    if not arguments.print:
        README.write_text(with_table(README.read_text(), written))
    sys.exit(any(not run.goals or any(goal.binds and not goal.met for goal in run.goals) for run in runs))


if __name__ == "__main__":
    main()
