"""What an answer costs the primary without replicas, with one and with two, by processor time."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil

from bench.graphql import busiest, live_tables, read_models
from bench.support import graphql_documents as documents
from bench.support.logs import season_log
from bench.support.servers import ours
from bench.support.stage import Goal, about_the_machine, judge, show
from tests.support.network.standby import another_standby, on_server, streaming_pair

EVENTS, ANSWERS = 20_000, 2_000
#: A share of what an answer costs it without replicas.
MOST_AT_PRIMARY = 0.1
LEAST_OF_TWO = 1.8
_CLIENTS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help=f"size of the log (default {EVENTS:,})")
    parser.add_argument("--answers", type=int, default=ANSWERS, help=f"answers of each measure (default {ANSWERS:,})")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-replicas-")))
        pair = stack.enter_context(streaming_pair(folder / "cluster"))
        print(about_the_machine(pair.primary))
        url = season_log(pair.primary, arguments.events)
        with read_models(url) as conn:
            body = documents.listings(busiest(conn, live_tables(conn)))["page of 20 with its count"]
        pair.catch_up()
        second = stack.enter_context(another_standby(pair, "second"))
        standbys = [on_server(url, pair.standby), on_server(url, second)]
        folders = [pair.folder / name for name in ("primary", "standby", "second")]
        costs = [_costs(url, standbys[:count], body, folders, arguments.answers) for count in range(3)]
    names = ("without", "one replica", "two replicas")
    rows = [(name, *(f"{cost:.2f}" for cost in each)) for name, each in zip(names, costs, strict=True)]
    show("Processor time an answer in ms, page of 20 with its count", ("", "primary", "first", "second"), rows)
    without, with_one, with_two = costs
    judge(
        [
            Goal("an answer's cost at the primary, with one replica", with_one[0] / without[0], MOST_AT_PRIMARY, False),
            Goal("two replicas bear, times what one does", with_one[1] / max(with_two[1:]), LEAST_OF_TWO),
        ]
    )


def _costs(
    url: str, standbys: Sequence[str], body: Mapping[str, object], folders: Sequence[Path], answers: int
) -> list[float]:
    """Return the milliseconds of processor time that an answer takes of each PostgreSQL."""
    with ours(url, DATABASE_READ_URL=",".join(standbys)) as address:
        _ask(address, body, answers // 4)
        before = [_processor_seconds(folder) for folder in folders]
        _ask(address, body, answers)
        after = [_processor_seconds(folder) for folder in folders]
    return [1_000 * (end - start) / answers for start, end in zip(before, after, strict=True)]


def _ask(address: str, body: Mapping[str, object], answers: int) -> None:
    def ask(count: int) -> None:
        # With a cookie the answer cache is passed by.
        with httpx.Client(headers={"cookie": "bench=1"}, timeout=60) as client:
            for _ in range(count):
                client.post(address, json=body).raise_for_status()

    with ThreadPoolExecutor(_CLIENTS) as clients:
        list(clients.map(ask, [answers // _CLIENTS] * _CLIENTS))


def _processor_seconds(folder: Path) -> float:
    """Return what all processes of the server took so far, those that have ended included."""
    total = 0.0
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "postgres" and process.cwd() == str(folder):
                times = process.cpu_times()
                is_first = process.ppid() not in _pids_of(folder)
                total += times.user + times.system
                total += (times.children_user + times.children_system) if is_first else 0.0
        except psutil.Error:
            continue
    return total


def _pids_of(folder: Path) -> set[int]:
    """Return the pid of the server's first process, whose children the others are."""
    return {int((folder / "postmaster.pid").read_text().splitlines()[0])}


if __name__ == "__main__":
    main()
