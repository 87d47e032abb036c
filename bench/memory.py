"""How much memory a process and its children hold at most."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

_EVERY_SECONDS = 0.05
#: Counting shared pages once reads every mapping of a process, so it is done less often.
_PROPORTIONAL_EVERY = 10


@dataclass(slots=True)
class Peak:
    """In MB, summed over the processes. `resident` counts a page once for each process that has it, `shared_once` not.

    `processes`: how many there were at the peak.
    """

    resident: float = 0.0
    shared_once: float = 0.0
    processes: int = 0


@contextmanager
def peak_memory(pid: int) -> Iterator[Peak]:
    """Watches the process and all that it starts until the context is left. PostgreSQL is not among them."""
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
        # Linux alone tells it.
        return float(getattr(process.memory_full_info(), "pss", 0)) / 1e6
    except psutil.Error:
        return 0.0
