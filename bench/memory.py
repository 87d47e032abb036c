"""The peak memory of a process and its children."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

_EVERY_SECONDS = 0.05
#: Measured less often, because counting shared pages once reads every mapping of a process.
_PROPORTIONAL_EVERY = 10


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
