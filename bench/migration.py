"""An update from an older commit with the site open: how long it takes, and how long clients wait meanwhile.

It is that of `make drill-migration`, beside whose commands people ask for pages and programs for lists all the time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import httpx

from bench.support.stage import Goal, about_the_machine, judge, show
from drill.clients import ANSWER_SECONDS, Connection
from drill.findings import Finding
from drill.migration import BEFORE, EVENTS, LONGEST_SILENCE, RATE, Site, prepare, update
from drill.newer_code import ROOT
from drill.processes import DrillFailed

#: Two rebuilds of a million events, and the indexes of its log, with clients at work on two cores.
LONGEST_UPDATE = 300.0
#: Nobody who only reads waits longer for an answer of any kind.
LONGEST_WITHOUT_ANSWER = 5.0
_EVERY_SECONDS = 0.1
_LIST = "{ animations(first: 20, orderBy: [{field: STARTS_AT, direction: ASC}]) { totalCount nodes { id title } } }"


@dataclass
class Readers:
    """Ask for the list of animations, as a page and by GraphQL, again and again until the context ends."""

    answered: dict[str, list[float]] = field(default_factory=lambda: {"pages": [], "GraphQL": []})
    failed: Counter[str] = field(default_factory=Counter)

    def at(self, port: int, token: str) -> Readers:
        self._port, self._connection, self._stop = port, Connection(port, token), Event()
        return self

    def __enter__(self) -> None:
        ways = {"pages": self._page, "GraphQL": lambda: self._connection.ask({"query": _LIST})[0]}
        self._threads = [Thread(target=self._ask, args=way, daemon=True) for way in ways.items()]
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * ANSWER_SECONDS)

    @property
    def waits(self) -> dict[str, float]:
        """The longest time between two answers of each kind."""
        return {
            name: max((later - sooner for sooner, later in pairwise(times)), default=float("inf"))
            for name, times in self.answered.items()
        }

    def _ask(self, name: str, ask: Callable[[], str | None]) -> None:
        # The beginning counts as an answer, and the end: nobody may be left without one to the last.
        self.answered[name].append(time.monotonic())
        while not self._stop.wait(_EVERY_SECONDS):
            if code := ask():
                self.failed[f"{name}: {code}"] += 1
            else:
                self.answered[name].append(time.monotonic())
        self.answered[name].append(time.monotonic())

    def _page(self) -> str | None:
        """Return the code of a failure, or None. With a cookie the answers that are kept are passed by."""
        headers = {"Accept": "text/html", "Cookie": "bench=1"}
        try:
            address = f"http://127.0.0.1:{self._port}/animations"
            status = httpx.get(address, headers=headers, timeout=ANSWER_SECONDS).status_code
        except httpx.HTTPError as error:
            return type(error).__name__
        return None if status == 200 else f"HTTP {status}"


def tell(finding: Finding, steps: dict[str, float], readers: Readers) -> None:
    rows = [(step, f"{seconds:.1f}") for step, seconds in steps.items()]
    rows += [("in all", f"{sum(steps.values()):.1f}")]
    rows += [("longest without an acknowledged command", f"{finding.silence:.1f}")]
    rows += [(f"longest without an answer, {name}", f"{wait:.1f}") for name, wait in readers.waits.items()]
    show("An update with the site open", ("", "seconds"), rows)
    print(
        f"{finding.acknowledged:,} commands acknowledged, {finding.unavailable:,} attempts told to repeat, other "
        f"failures {dict(finding.first + finding.later)}; {sum(map(len, readers.answered.values())):,} answers, "
        f"failures {dict(readers.failed)}"
    )


def differ(site: Site) -> int:
    """Return 0 where every row of every read model is what the log gives, and print what is not."""
    try:
        print(site.parentalite(ROOT, "audit", "check", "--read-models").strip())
    except DrillFailed as failure:
        print(failure)
        return 1
    return 0


def goals(finding: Finding, seconds: float, readers: Readers, differing: int) -> list[Goal]:
    lost = finding.lost + finding.doubled + finding.abandoned
    return [
        Goal("seconds of the update", seconds, LONGEST_UPDATE, at_least=False),
        Goal("commands lost, doubled or given up", lost, 0, at_least=False),
        Goal("longest without an acknowledged command, s", finding.silence, LONGEST_SILENCE, at_least=False),
        Goal("longest without an answer, s", max(readers.waits.values()), LONGEST_WITHOUT_ANSWER, at_least=False),
        Goal("read models differ from a rebuild", differing, 0, at_least=False),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"size of the log (default {EVENTS:,})")
    parser.add_argument("--commit", default=BEFORE, help="of the older code (default: the last with a copied trail)")
    parser.add_argument("--rate", type=float, default=RATE, help=f"commands a second (default {RATE:g})")
    parser.add_argument("--keep", type=Path, help="a folder to keep the older log in, for the next run")
    arguments = parser.parse_args()
    readers = Readers()
    try:
        with ExitStack() as stack:
            site, older = prepare(stack, arguments.events, arguments.commit, arguments.keep)
            print(about_the_machine(site.database_url))
            finding, steps = update(site, older, arguments.rate, readers.at)
            tell(finding, steps, readers)
            judged = goals(finding, sum(steps.values()), readers, differ(site))
    except DrillFailed as failure:
        sys.exit(f"bench: {failure}")
    judge(judged)


if __name__ == "__main__":
    main()
