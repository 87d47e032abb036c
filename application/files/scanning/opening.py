"""Having files opened by processes of their own (`application.files.scanning.worker`), a few at once."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Lock
from time import monotonic

_WORKER = Path(__file__).with_name("worker.py")
#: How many files are opened at once.
AT_ONCE = 3
#: Whatever the machine does besides: a file that is not opened by then is refused.
PATIENCE_SECONDS = 20.0
TOO_LONG = "le fichier est trop long à ouvrir"
#: A process does not live for ever: what a file left behind in it goes with it.
_MOST_FILES = 200


class Stopped(Exception):
    """The process has ended, or had to be ended, before it said anything."""


class _Worker:
    """A process, used by one thread at a time."""

    def __init__(self) -> None:
        # Nothing of our environment: there may be secrets in it.
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            cwd="/",
            start_new_session=True,
        )
        self.opened = 0

    def ask(self, media_type: str, path: Path, patience: float) -> tuple[str | None, str | None]:
        """Raises Stopped."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.opened += 1
        try:
            self._process.stdin.write(json.dumps([media_type, str(path.absolute())]).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Stopped from None
        reason, error = json.loads(self._line(self._process.stdout.fileno(), patience))
        return reason, error

    def _line(self, descriptor: int, patience: float) -> bytes:
        until, said = monotonic() + patience, b""
        ready = select.poll()
        ready.register(descriptor, select.POLLIN)
        while not said.endswith(b"\n"):
            more = os.read(descriptor, 4_096) if ready.poll(max(0.0, until - monotonic()) * 1_000) else b""
            if not more:
                raise Stopped
            said += more
        return said

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


class Openers:
    """Thread-safe. Processes are started when they are needed, and wait for the next file."""

    def __init__(self, at_once: int = AT_ONCE, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._places = BoundedSemaphore(at_once)
        self._lock = Lock()
        self._idle: list[_Worker] = []

    def why_not(self, media_type: str, path: Path) -> tuple[str | None, str | None]:
        """Why the file is refused, in French, and the error behind it; twice None for one that is whole."""
        with self._worker() as opener:
            return opener.ask(media_type, path, self._patience)

    @contextmanager
    def _worker(self) -> Iterator[_Worker]:
        with self._places:
            opener = self._waiting() or _Worker()
            kept = False
            try:
                yield opener
                kept = opener.opened < _MOST_FILES
            finally:
                if kept:
                    with self._lock:
                        self._idle.append(opener)
                else:
                    opener.end()

    def _waiting(self) -> _Worker | None:
        """One that waits, and has not been ended by somebody else meanwhile."""
        with self._lock:
            while self._idle:
                opener = self._idle.pop()
                if opener.lives:
                    return opener
                opener.end()
        return None

    def close(self) -> None:
        """Ends the processes that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for opener in idle:
            opener.end()
