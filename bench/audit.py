"""Check the whole log against its checkpoints on one core, compared with merely reading it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psycopg

from application.proof.checking import check_log
from application.proof.checkpoints import ON_REQUEST
from application.proof.leaves import read_leaves
from application.proof.notes import SigningKey
from application.proof.signing import make_checkpoint
from bench.support.logs import season_log
from bench.support.stage import MASTER_KEY, Goal, about_the_machine, judge, server, show
from eventstore.log import head

EVENTS_A_SECOND = 200_000.0
KEY = SigningKey.from_seed(MASTER_KEY)
#: Events between two checkpoints.
EVERY = 1_000


def time_it(work: Callable[[], int]) -> tuple[float, int]:
    started = time.perf_counter()
    done = work()
    return time.perf_counter() - started, done


def prepare(url: str) -> tuple[float, int]:
    """Sign the log at intervals, as the notary does. Return the seconds taken and the number of checkpoints."""
    with psycopg.connect(url, autocommit=True) as conn:
        last, now = head(conn), datetime.now(UTC)
        conn.execute("ALTER TABLE proof.checkpoints DISABLE TRIGGER append_only")
        conn.execute("TRUNCATE proof.tiles, proof.checkpoints")
        seconds, count = time_it(
            lambda: sum(
                make_checkpoint(conn, KEY, at, ON_REQUEST, now) is not None for at in range(EVERY, last + 1, EVERY)
            )
        )
        make_checkpoint(conn, KEY, last, ON_REQUEST, now)
        return seconds, count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="size of the log (default 200,000)")
    parser.add_argument("--rounds", type=int, default=3, help="number of rounds, for medians (default 3)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the log in, for the next run")
    arguments = parser.parse_args()
    with server(arguments.keep) as server_url:
        print(about_the_machine(server_url))
        url = season_log(server_url, arguments.events)
        signing, checkpoints = prepare(url)
        reads, checks, events = [], [], 0
        with psycopg.connect(url, autocommit=True) as log, psycopg.connect(url, autocommit=True) as tiles:
            last = head(log)
            for _ in range(arguments.rounds):
                seconds, events = time_it(lambda: sum(1 for _ in read_leaves(log, 0, last)))
                reads.append(seconds)
                seconds, findings = time_it(lambda: len(check_log(log, tiles, [KEY.public]).findings))
                checks.append(seconds)
                assert findings == 0
    reading, checking = median(reads), median(checks)
    show(
        f"{events:,} events, {checkpoints:,} checkpoints",
        ("", "seconds", "events/s"),
        [
            ("reading alone", f"{reading:.2f}", f"{events / reading:,.0f}"),
            ("audit check", f"{checking:.2f}", f"{events / checking:,.0f}"),
            ("time of the check / of reading alone", f"{checking / reading:.2f}", ""),
            (f"one checkpoint with {EVERY:,} new events, ms", f"{signing / checkpoints * 1_000:.1f}", ""),
        ],
    )
    judge([Goal("events a second", events / checking, EVENTS_A_SECOND)])


if __name__ == "__main__":
    main()
