"""One measurement in a process of its own, as a rebuild has one: `python -m bench.alone rebuild|read URL`.

Prints one line of JSON: events, seconds, and the seconds of each step of a rebuild.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from uuid import UUID

import psycopg

from bench.keys import MASTER_KEY
from eventstore.log import head
from projections.engine.bulk import scan_streams
from projections.engine.rebuild import rebuild


def read(url: str) -> dict[str, float]:
    """Every event read and decoded by one process, and nothing done with it."""
    with psycopg.connect(url) as conn:
        last, started = head(conn), time.perf_counter()
        events = sum(1 for _ in scan_streams(conn, last, UUID(int=0), UUID(int=(1 << 128) - 1)))
    return {"events": events, "seconds": time.perf_counter() - started}


def rebuilt(url: str) -> dict[str, float]:
    """All read models, as `parentalite rebuild` does it. A step lasts until the last that is told of it."""
    started = reached = time.perf_counter()
    steps: defaultdict[str, float] = defaultdict(float)

    def progress(step: str, done: int, total: int) -> None:
        nonlocal reached
        now = time.perf_counter()
        steps[step] += now - reached
        reached = now

    events = rebuild(url, MASTER_KEY, progress=progress)
    return {"events": events, "seconds": time.perf_counter() - started, **steps}


if __name__ == "__main__":
    _, what, address = sys.argv
    print(json.dumps({"rebuild": rebuilt, "read": read}[what](address)))
