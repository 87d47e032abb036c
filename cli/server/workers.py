"""`parentalite serve --workers N`: N processes that answer on one socket, and one that does the background work.

Each is a process of its own code: after an update SIGHUP replaces them one by one, and no request fails.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from types import FrameType

from cli.console import Refused

log = logging.getLogger("parentalite.workers")

#: How long a process may take until it answers, and to leave beyond what it was told to wait.
START_SECONDS, LEAVE_SECONDS = 90.0, 20.0
#: Pause before a process that died is started again; it doubles with each death in a row, up to the second.
_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
#: A process that dies more often in a row, each time within START_SECONDS, cannot start at all.
_MOST_DEATHS = 3
_TICK = 0.1
#: The messages of a process to its supervisor, in this order.
STARTED, CURRENT = b"s", b"c"


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a supervisor hands to its worker: the socket, the pipes, and the folder that all workers share."""

    listener: int
    ready: int
    lifeline: int
    folder: Path

    @classmethod
    def read(cls, text: str) -> Inherited:
        listener, ready, lifeline, folder = text.split(",", 3)
        return cls(int(listener), int(ready), int(lifeline), Path(folder))

    @property
    def documents(self) -> Path:
        """Where persisted documents are shared."""
        folder = self.folder / "documents"
        folder.mkdir(exist_ok=True)
        return folder

    def __str__(self) -> str:
        return f"{self.listener},{self.ready},{self.lifeline},{self.folder}"

    def socket(self) -> socket.socket:
        return socket.socket(fileno=self.listener)

    def tell_started(self) -> None:
        """Tell the supervisor that this process answers, if only that it is not ready."""
        self._tell(STARTED)

    def tell_current(self) -> None:
        """Tell the supervisor that the read models are those of this process's code: it may follow another."""
        self._tell(CURRENT)

    def _tell(self, step: bytes) -> None:
        with suppress(OSError):
            os.write(self.ready, step)

    def end_with_supervisor(self) -> None:
        """Leave once the supervisor is gone, however it went."""

        def watch() -> None:
            os.read(self.lifeline, 1)
            os.kill(os.getpid(), signal.SIGTERM)

        Thread(target=watch, name="lifeline", daemon=True).start()


class _Worker:
    """A process of one kind, such as `serve` or `project`, as it runs now."""

    def __init__(self, arguments: Sequence[str], listener: socket.socket, lifeline: int, folder: Path) -> None:
        self.arguments, self._listener, self._lifeline, self._folder = arguments, listener, lifeline, folder
        self.started_at = time.monotonic()
        #: Early deaths in a row, of this process and those before it in its place.
        self.deaths = 0
        #: When the place is filled again; None while the process runs.
        self._returns_at: float | None = None
        self._reading, writing = os.pipe()
        inherited = Inherited(listener.fileno(), writing, lifeline, folder)
        # A session of its own: Ctrl-C reaches the supervisor alone, which ends them in order.
        self.process = subprocess.Popen(
            [*_program(), *arguments, "--worker", str(inherited)],
            pass_fds=(listener.fileno(), writing, lifeline),
            start_new_session=True,
        )
        os.close(writing)

    def successor(self) -> _Worker:
        return _Worker(self.arguments, self._listener, self._lifeline, self._folder)

    def has_ended(self) -> bool:
        """Return whether the process has ended, and log it once."""
        if self.process.poll() is None:
            return False
        if self._returns_at is None:
            now = time.monotonic()
            self.deaths = self.deaths + 1 if now - self.started_at < START_SECONDS else 1
            self._returns_at = now + min(_LONGEST_PAUSE, _PAUSE * 2 ** (self.deaths - 1))
            log.error("a process ended", extra={"worker": self.process.pid, "code": self.process.returncode})
        return True

    @property
    def returns_now(self) -> bool:
        """Whether a process that has ended is to be started again."""
        return self._returns_at is not None and time.monotonic() >= self._returns_at

    @property
    def cannot_start(self) -> bool:
        """Whether it died too often; one that has run for longer than a start takes works again."""
        return self.deaths > _MOST_DEATHS and (
            self._returns_at is not None or time.monotonic() - self.started_at < START_SECONDS
        )

    def returned(self) -> _Worker:
        """Start the process again in the place of this one, which has ended."""
        self.close()
        new = self.successor()
        new.deaths = self.deaths
        return new

    def tells_within(self, seconds: float, step: bytes) -> bool:
        """Wait until the process says that it has come to the step; False if it ends, or takes too long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if select.select([self._reading], [], [], _TICK)[0]:
                heard = os.read(self._reading, 1)
                if heard in (step, b""):
                    return bool(heard)
        return False

    def leave(self, number: int, seconds: float) -> None:
        """Send the signal, and end a process that does not leave in time."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            log.error("a process did not leave in time", extra={"worker": self.process.pid})
            self.process.kill()
            self.process.wait()
        self.close()

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._reading)


class Supervisor:
    """Keeps the processes running until it is stopped, and replaces them on SIGHUP."""

    def __init__(
        self,
        listener: socket.socket,
        kinds: Sequence[Sequence[str]],
        folder: Path,
        leave_seconds: float,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> None:
        self._listener, self._kinds, self._folder = listener, kinds, folder
        self._leave_seconds, self._goes_on = LEAVE_SECONDS + leave_seconds, goes_on
        self.processes: list[_Worker] = []
        self._hangup = Event()
        self._had_terminal = _has_terminal()

    def run(self, started: Callable[[], None]) -> None:
        """Start the processes, call `started` once all work, and keep them until it does not go on, or is stopped."""
        # Whoever holds the other end of this pipe is alive: workers read that it closes.
        lifeline, write_end = os.pipe()
        signal.signal(signal.SIGHUP, self.hang_up)
        try:
            self.processes = [_Worker(kind, self._listener, lifeline, self._folder) for kind in self._kinds]
            for worker in self.processes:
                if not worker.tells_within(START_SECONDS, STARTED):
                    raise Refused("a worker did not start: its own lines above say why")
            started()
            self._keep()
        finally:
            self._end()
            os.close(write_end)
            os.close(lifeline)

    def hang_up(self, number: int, frame: FrameType | None) -> None:
        """Handle SIGHUP: replace all processes. From a terminal that was closed it is the end."""
        if self._had_terminal and not _has_terminal():
            signal.raise_signal(signal.SIGTERM)
        self._hangup.set()

    @property
    def _serving(self) -> list[_Worker]:
        return [worker for worker in self.processes if worker.arguments[0] == "serve"]

    def _keep(self) -> None:
        while self._goes_on():
            if self._hangup.wait(_TICK):
                self._hangup.clear()
                self._replace_all()
            for place, worker in enumerate(self.processes):
                if worker.has_ended() and worker.returns_now:
                    self.processes[place] = worker.returned()
            # As long as any of them answers, so does the site.
            if all(worker.cannot_start for worker in self._serving):
                raise Refused("workers end again and again: their own lines above say why")

    def _replace_all(self) -> None:
        """Replace one process after the other: the new one can answer what is asked before the old one leaves."""
        log.info("replacing the processes")
        for place, worker in enumerate(self.processes):
            new = worker.successor()
            if not new.tells_within(START_SECONDS, CURRENT):
                log.error(
                    "the new process does not work, or waits for a rebuild: those that run go on",
                    extra={"worker": new.process.pid},
                )
                new.process.kill()
                new.process.wait()
                new.close()
                return
            self.processes[place] = new
            worker.leave(signal.SIGHUP, LEAVE_SECONDS)
        log.info("replaced the processes")

    def _end(self) -> None:
        """End those that answer, all at once, and then what makes their commands visible."""
        serving = self._serving
        others = [worker for worker in self.processes if worker not in serving]
        for workers in (serving, others):
            for worker in workers:
                if worker.process.poll() is None:
                    worker.process.send_signal(signal.SIGTERM)
            for worker in workers:
                worker.leave(signal.SIGTERM, self._leave_seconds)


def _program() -> list[str]:
    """Return how this very program is started again."""
    name = sys.argv[0]
    return [sys.executable, "-m", "cli"] if Path(name).name == "__main__.py" else [sys.executable, name]


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
