"""The commands as their user meets them: in this process where that is enough, in one of their own for signals."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from typer.testing import CliRunner, Result

from application.founding import found_database
from application.proof.signer_memory import Record, SignerMemory
from cli.composition import Runtime, open_everything, settings_from_environment
from cli.main import app
from projections.engine.catching_up import catch_up
from tests.support.world import FOUNDED_AT, LOG_NAME, World

ROOT = Path(__file__).parents[2]
TOKEN_SECRET = "the secret of these tests, long enough"
#: base64 of the key that tests/projections uses.
MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

Run = Callable[..., Result]


@pytest.fixture
def environment(database_url, tmp_path, monkeypatch) -> dict[str, str]:
    """Settings that lead to the test's own database."""
    variables = {
        "DATABASE_URL": database_url,
        "PARENTALITE_HOME": str(tmp_path / "home"),
        "PARENTALITE_TOKEN_SECRET": TOKEN_SECRET,
        "PARENTALITE_MASTER_KEY": MASTER_KEY,
        "PARENTALITE_EVENT_KEY": MASTER_KEY,
        "PARENTALITE_CHECKPOINT_KEY": MASTER_KEY,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs a command in this process: `run("status", "--json")`."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    runner = CliRunner()
    yield lambda *arguments, **options: runner.invoke(app, list(arguments), **options)
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def opened(environment) -> Iterator[Runtime]:
    settings = settings_from_environment()
    memory = SignerMemory(settings.memory)
    with memory.held():
        memory.write(Record(LOG_NAME))
    with open_everything(settings) as everything:
        yield everything


@pytest.fixture
def world(opened) -> World:
    """A founded database with a convention."""
    found_database(opened.application, FOUNDED_AT)
    world = World(opened.application)
    world.sign()
    return world


def project(opened: Runtime) -> None:
    with opened.connection() as conn:
        catch_up(conn, opened.application.vault)


def error_line(result: Result) -> str:
    """The one line that a failed command says: no traceback, nothing on standard output."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    (line,) = (line for line in result.stderr.splitlines() if line.startswith("Error: "))
    assert "Traceback" not in result.stderr
    return line


class Process:
    """A command in a process of its own, its lines gathered as they come."""

    def __init__(self, *arguments: str, environment: dict[str, str]) -> None:
        paths = os.pathsep.join([str(ROOT), str(ROOT / "graphql")])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
            | {"PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"}
            | environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._came = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.out), (self.process.stderr, self.err))
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: IO[str], lines: list[str]) -> None:
        for line in stream:
            with self._came:
                lines.append(line.rstrip("\n"))
                self._came.notify_all()

    def line_with(self, text: str) -> str:
        """Waits for a line, on either stream, that holds the text."""

        def matching() -> str | None:
            return next((line for line in [*self.out, *self.err] if text in line), None)

        with self._came:
            assert self._came.wait_for(lambda: matching() or self.process.poll() is not None, timeout=120), self.err
        line = matching()
        assert line is not None, self.err
        return line

    def stop(self, number: signal.Signals) -> int:
        """Sends the signal to the process and its children, as a terminal does; gives the exit code."""
        os.killpg(self.process.pid, number)
        return self.end()

    def end(self) -> int:
        code = self.process.wait(timeout=60)
        for reader in self._readers:
            reader.join(timeout=10)
        return code


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    """Starts a command in a process of its own; what still runs at the end is killed."""
    started: list[Process] = []

    def start_one(*arguments: str, environment: dict[str, str]) -> Process:
        started.append(Process(*arguments, environment=environment))
        return started[-1]

    yield start_one
    for process in started:
        if process.process.poll() is None:
            process.stop(signal.SIGKILL)
