"""Run one measurement in a separate process, like a real rebuild: `python -m bench.support.alone rebuild|read URL`.

Prints one line of JSON: events, seconds, and the seconds of each step of a rebuild.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from uuid import UUID

import psycopg

from bench.support.stage import MASTER_KEY
from eventstore.log import head
from projections.engine.bulk import scan_streams
from projections.engine.rebuild import rebuild


def read(url: str) -> dict[str, float]:
    """Read and decode every event in one process, and do nothing with it."""
    with psycopg.connect(url) as conn:
        last, started = head(conn), time.perf_counter()
        events = sum(1 for _ in scan_streams(conn, last, UUID(int=0), UUID(int=(1 << 128) - 1)))
    return {"events": events, "seconds": time.perf_counter() - started}


def rebuild_all(url: str) -> dict[str, float]:
    """Rebuild all read models, like `parentalite rebuild`. A step lasts until its last progress report."""
    started = last_report = time.perf_counter()
    steps: defaultdict[str, float] = defaultdict(float)

    def progress(step: str, done: int, total: int) -> None:
        nonlocal last_report
        now = time.perf_counter()
        steps[step] += now - last_report
        last_report = now

    events = rebuild(url, MASTER_KEY, progress=progress)
    return {"events": events, "seconds": time.perf_counter() - started, **steps}


if __name__ == "__main__":
    _, measurement, address = sys.argv
    print(json.dumps({"rebuild": rebuild_all, "read": read}[measurement](address)))
