"""A pool of processes (`application.files.scanning.worker`) that open untrusted files, a few at once."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Lock
from time import monotonic

_WORKER = Path(__file__).with_name("worker.py")
#: Files opened at once.
AT_ONCE = 3
#: A file that is not opened by then is refused, however busy the machine.
PATIENCE_SECONDS = 20.0
TOO_LONG = "le fichier est trop long à ouvrir"
#: Files per process: whatever they leave in its memory goes with it.
_MAX_FILES = 200
_CHUNK = 64 * 1024


class Stopped(Exception):
    """Raised when the process ended, or was killed, before it answered."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """`reason`: why the file is refused, in French, and the `error` behind it; None if it is whole.

    `instead`: what is kept, where it is not the file as it is. `likenesses`: of its pages, by the worker's measure.
    """

    reason: str | None
    error: str | None
    instead: bytes | None = None
    likenesses: tuple[str, ...] = ()


class _Answers:
    """Reads what a process answers, until a deadline."""

    def __init__(self, descriptor: int, deadline: float) -> None:
        self._descriptor, self._deadline, self._read = descriptor, deadline, bytearray()
        self._ready = select.poll()
        self._ready.register(descriptor, select.POLLIN)

    def line(self) -> bytes:
        """Raises Stopped."""
        while (end := self._read.find(b"\n")) < 0:
            self._fill()
        return self._taken(end + 1)

    def read(self, length: int) -> bytes:
        """Raises Stopped."""
        while len(self._read) < length:
            self._fill()
        return self._taken(length)

    def _taken(self, length: int) -> bytes:
        answer = bytes(self._read[:length])
        del self._read[:length]
        return answer

    def _fill(self) -> None:
        patience = max(0.0, self._deadline - monotonic())
        chunk = os.read(self._descriptor, _CHUNK) if self._ready.poll(patience * 1_000) else b""
        if not chunk:
            raise Stopped
        self._read += chunk


class _Worker:
    """A process, used by one thread at a time."""

    def __init__(self) -> None:
        # Our environment may hold secrets.
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

    def ask(self, media_type: str, path: Path, patience: float) -> OpenedFile:
        """Raises Stopped if the process ends before it says whether the file is whole."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.opened += 1
        try:
            self._process.stdin.write(json.dumps([media_type, str(path.absolute())]).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Stopped from None
        answers = _Answers(self._process.stdout.fileno(), monotonic() + patience)
        reason, error, length = json.loads(answers.line())
        instead = answers.read(length) if length else None
        try:
            likenesses = tuple(json.loads(answers.line()))
        except Stopped:
            # The process has ended, or is not used again.
            self.opened, likenesses = _MAX_FILES, ()
        return OpenedFile(reason, error, instead, likenesses)

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


class Openers:
    """Thread-safe. Processes start on demand, and are reused."""

    def __init__(self, at_once: int = AT_ONCE, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._places = BoundedSemaphore(at_once)
        self._lock = Lock()
        self._idle: list[_Worker] = []

    def open(self, media_type: str, path: Path) -> OpenedFile:
        """Open a file. Raises Stopped."""
        with self._worker() as opener:
            return opener.ask(media_type, path, self._patience)

    @contextmanager
    def _worker(self) -> Iterator[_Worker]:
        with self._places:
            opener = self._take_idle() or _Worker()
            reusable = False
            try:
                yield opener
                reusable = opener.opened < _MAX_FILES
            finally:
                if reusable:
                    with self._lock:
                        self._idle.append(opener)
                else:
                    opener.end()

    def _take_idle(self) -> _Worker | None:
        """Return an idle process that still runs, or None."""
        with self._lock:
            while self._idle:
                opener = self._idle.pop()
                if opener.lives:
                    return opener
                opener.end()
        return None

    def close(self) -> None:
        """End the idle processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for opener in idle:
            opener.end()
