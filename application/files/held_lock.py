"""A lock in a file beside another one: one holder at a time, in all threads and processes, and its name is in there."""

from __future__ import annotations

import fcntl
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Signing takes milliseconds; a first tree over a long log, minutes.
PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = 0.02
_LONGEST_NAME = 300


class HeldTooLong(Exception):
    """Another holder does not let go. `holder`: its process and host, empty where it did not say so."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@contextmanager
def holding(path: Path) -> Iterator[bool]:
    """Hold the lock of this file. Yield whether this is the thread's outermost hold.

    Raises HeldTooLong, and OSError where the lock's file cannot be opened.
    """
    if path in (held := _held_paths()):
        yield False
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait(descriptor)
        held.add(path)
        yield True
    finally:
        held.discard(path)
        # Closing releases the lock.
        os.close(descriptor)


_threads = threading.local()


def _held_paths() -> set[Path]:
    """Return what this thread holds."""
    if not hasattr(_threads, "held"):
        _threads.held = set()
    paths: set[Path] = _threads.held
    return paths


def _wait(descriptor: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _locked(descriptor):
        if time.monotonic() > deadline:
            raise HeldTooLong(os.pread(descriptor, _LONGEST_NAME, 0).decode(errors="replace").strip())
        time.sleep(_PAUSE_SECONDS)
    # A process that freezes meanwhile keeps the lock: only its end frees it, so operators are told which.
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
