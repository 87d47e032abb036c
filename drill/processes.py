"""Processes of the drill, as the user that PostgreSQL may run as, and their end on any exit."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from threading import Event, Thread
from typing import TypeVar

import psutil

T = TypeVar("T")

_PR_SET_CHILD_SUBREAPER = 36
_CONFIGURATIONS = Path(__file__).parents[1] / "deploy" / "cluster"
_DEBIANS_PROGRAMS = "/usr/sbin:/usr/bin:/sbin:/bin"


class DrillFailed(Exception):
    """The drill cannot go on. The message says why in one line."""


def until(what: str, ask: Callable[[], T | None], seconds: float, every: float = 0.2) -> T:
    """Return the first true answer. Raises DrillFailed after so many seconds without one."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise DrillFailed(f"{what}: not within {seconds:.0f} s")
        time.sleep(every)
    return answer


def program(name: str, package: str) -> str:
    """Return the path of a program. Raises DrillFailed with the name of Debian's package that holds it."""
    path = shutil.which(name) or shutil.which(name, path=_DEBIANS_PROGRAMS)
    if path is None:
        raise DrillFailed(f"{name} is missing: apt-get install --no-install-recommends {package}")
    return path


@dataclass
class Processes:
    """Everything that the drill started. Orphans of what was killed come back to the drill, which ends them too."""

    folder: Path
    _started: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _stop: Event = field(default_factory=Event)

    def __enter__(self) -> Processes:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        Thread(target=self._reap, name="reaper", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        children = psutil.Process().children(recursive=True)
        for each in (signal.SIGCONT, signal.SIGTERM, signal.SIGKILL):
            for child in children:
                with suppress(psutil.Error):
                    child.send_signal(each)
            if each != signal.SIGCONT:
                psutil.wait_procs(children, timeout=3)

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        account: str | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start the command, with its output in the log of `name`; as root, under `account`."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command,
                cwd="/" if account else None,
                env=os.environ | (environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **account_of(account),  # type: ignore[call-overload]
            )
        self._started[name] = process
        return process

    def __getitem__(self, name: str) -> subprocess.Popen[bytes]:
        return self._started[name]

    def runs(self, name: str) -> bool:
        return name in self._started and self._started[name].poll() is None

    def kill(self, name: str) -> None:
        """Kill the process and all its descendants, as a machine that loses its power does."""
        for each in family(self._started[name].pid):
            with suppress(psutil.Error):
                each.kill()
        self._started[name].wait(10)

    def stop(self, name: str, seconds: float = 30) -> None:
        """Ask the process to end, and wait for it. Raises DrillFailed."""
        self._started[name].terminate()
        try:
            self._started[name].wait(seconds)
        except subprocess.TimeoutExpired:
            raise DrillFailed(f"{name} does not end within {seconds:.0f} s of SIGTERM") from None

    def _reap(self) -> None:
        # An orphan that nobody waits for stays in the table of processes, where it counts as a server that runs.
        while not self._stop.wait(0.2):
            ours = {process.pid for process in list(self._started.values())}
            for child in psutil.Process().children():
                with suppress(psutil.Error, ChildProcessError):
                    if child.pid not in ours and child.status() == psutil.STATUS_ZOMBIE:
                        os.waitpid(child.pid, os.WNOHANG)


def family(pid: int) -> list[psutil.Process]:
    """Return the process and its descendants that run now."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def configuration(name: str, path: Path, **values: object) -> Path:
    """Fill in a file of deploy/cluster, as `envsubst` does, at `path`."""
    template = Template((_CONFIGURATIONS / name).read_text(encoding="utf-8"))
    path.write_text(template.substitute(values), encoding="utf-8")
    return path


def run(
    command: Sequence[str], environment: Mapping[str, str] | None = None, seconds: float = 60, words: str = ""
) -> str:
    """Return what the command prints. Raises DrillFailed with its last line where it fails or takes longer."""
    try:
        done = subprocess.run(
            command,
            env=os.environ | (environment or {}),
            input=words,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DrillFailed(f"{' '.join(command[:4])}: not within {seconds:.0f} s") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no word of why"]
        raise DrillFailed(f"{' '.join(command[:4])}: exit {done.returncode}: {lines[-1]}")
    return done.stdout


def account_of(name: str | None) -> dict[str, object]:
    """Return the arguments of Popen that change to the account; none unless this is root."""
    if name is None or os.geteuid():
        return {}
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}
