"""Several processes on one socket: kept running, and replaced without a failed request."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.core.answers import Refused
from api.http.persisted import PersistedDocuments
from cli import console
from cli.server import workers
from cli.server.serving import address_of, take_address
from tests.support.network import small_worker

SHA256 = "1a8e8298fae0904fde4e4d25f06c05190c33495eedcc6f775b8289fb775d66d7"


@contextmanager
def _supervised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, workers.Supervisor]]:
    """Two small workers; the supervisor runs in a thread, so that signals are told to it by hand."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.setattr(workers, "_program", lambda: [sys.executable, small_worker.__file__])
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    started, stop = threading.Event(), threading.Event()
    with take_address("127.0.0.1", 0) as listener, ThreadPoolExecutor(1) as threads:
        supervisor = workers.Supervisor(
            listener, [["serve"], ["serve"]], tmp_path, 0, goes_on=lambda: not stop.is_set()
        )
        running: Future[None] = threads.submit(supervisor.run, started.set)
        assert started.wait(30)
        try:
            yield address_of(listener), supervisor
        finally:
            stop.set()
            running.result(30)


def test_no_request_fails_while_processes_are_replaced_or_die(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _supervised(tmp_path, monkeypatch) as (address, supervisor), ThreadPoolExecutor(4) as clients:
        before = {worker.process.pid for worker in supervisor.processes}
        done = threading.Event()

        def ask_again_and_again(keeps_its_connection: bool) -> set[int]:
            answers = set()
            with httpx.Client(timeout=10) as kept:
                while not done.is_set():
                    ask = kept.get if keeps_its_connection else httpx.get
                    answers.add(int(ask(address).raise_for_status().text))
            return answers

        asking = [clients.submit(ask_again_and_again, bool(number % 2)) for number in range(4)]
        (tmp_path / "rebuild-awaited").touch()
        supervisor.hang_up(signal.SIGHUP, None)
        deadline = time.monotonic() + 30
        # The new process answers on the same socket, and the old ones stay until it is ready.
        while int(httpx.get(address, timeout=10).text) in before:
            assert time.monotonic() < deadline
        assert {worker.process.pid for worker in supervisor.processes} == before
        (tmp_path / "rebuild-awaited").unlink()
        while {worker.process.pid for worker in supervisor.processes} & before:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        done.set()
        answered_by = set().union(*(each.result() for each in asking))
        after = {worker.process.pid for worker in supervisor.processes}
        assert answered_by & before
        assert answered_by & after
        # One that dies is followed by another, on its own.
        os.kill(min(after), signal.SIGKILL)
        while min(after) in {worker.process.pid for worker in supervisor.processes}:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert httpx.get(address, timeout=10).status_code == 200


def test_a_process_that_cannot_start_leaves_the_others_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_PAUSE", 0.001)
    supervised = _supervised(tmp_path, monkeypatch)
    address, supervisor = supervised.__enter__()
    monkeypatch.setattr(workers, "_program", lambda: ["/bin/false"])
    working, dying = supervisor.processes
    os.kill(dying.process.pid, signal.SIGKILL)
    _wait_for_deaths(supervisor, 1, 8)
    assert int(httpx.get(address, timeout=10).text) == working.process.pid
    # Nobody is left: whoever started the supervisor has to know.
    os.kill(working.process.pid, signal.SIGKILL)
    _wait_for_deaths(supervisor, 0, 4)
    with pytest.raises(console.Refused, match="again and again"):
        supervised.__exit__(None, None, None)


def _wait_for_deaths(supervisor: workers.Supervisor, place: int, deaths: int) -> None:
    deadline = time.monotonic() + 30
    while supervisor.processes[place].deaths < deaths:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_processes_of_a_server_know_each_others_documents(tmp_path: Path) -> None:
    first, second = (PersistedDocuments(folder=tmp_path) for _ in range(2))
    digest = "6d1f5ce4c2d4bbde7d5e95d4f1d0b0e4a4e0c42c2fb3a67f3c6c9f8b7ad0c2b1"
    with pytest.raises(Refused):
        second.completed({"documentId": f"sha256:{digest}"})
    sent = {"query": "{ position }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": SHA256}}}
    first.completed(sent)
    assert second.completed({"documentId": f"sha256:{SHA256}"})["query"] == "{ position }"
    # What stands in the folder under another's name is not answered.
    (tmp_path / digest).write_text("{ typology }")
    with pytest.raises(Refused):
        second.completed({"documentId": f"sha256:{digest}"})
