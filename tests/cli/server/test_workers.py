"""Several processes on one socket: kept running, and replaced without a failed request."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from api.core.answers import Refused
from api.http.persisted import PersistedDocuments
from cli import console
from cli.server import workers
from cli.server.serving import address_of, take_address
from tests.support.conditions import beside, until
from tests.support.network import small_worker

SHA256 = "1a8e8298fae0904fde4e4d25f06c05190c33495eedcc6f775b8289fb775d66d7"


@contextmanager
def _supervised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, workers.Supervisor]]:
    """Two small workers; the supervisor runs in a thread, so that signals are told to it by hand."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.setattr(workers, "_program", lambda: [sys.executable, small_worker.__file__])
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    started, stop = threading.Event(), threading.Event()
    with take_address("127.0.0.1", 0) as listener:
        supervisor = workers.Supervisor(
            listener, [["serve"], ["serve"]], tmp_path, 0, goes_on=lambda: not stop.is_set()
        )
        with beside(stop, lambda: supervisor.run(started.set)):
            assert started.wait(30)
            yield address_of(listener), supervisor


def test_no_request_fails_while_processes_are_replaced_or_die(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _supervised(tmp_path, monkeypatch) as (address, supervisor):
        done = threading.Event()

        def ask_again_and_again(ask: Callable[[str], httpx.Response]) -> set[int]:
            answers = set()
            while not done.is_set():
                answers.add(int(ask(address).raise_for_status().text))
            return answers

        def pids() -> set[int]:
            return {worker.process.pid for worker in supervisor.processes}

        before = pids()
        with (
            httpx.Client(timeout=10) as kept,
            beside(done, *(partial(ask_again_and_again, ask) for ask in (httpx.get, kept.get) * 2)) as asking,
        ):
            (tmp_path / "rebuild-awaited").touch()
            supervisor.hang_up(signal.SIGHUP, None)
            # The new process answers on the same socket, and the old ones stay until it is ready.
            until(lambda: int(httpx.get(address, timeout=10).text) not in before)
            assert pids() == before
            (tmp_path / "rebuild-awaited").unlink()
            until(lambda: not pids() & before)
        answered_by = set().union(*(each.result() for each in asking))
        after = pids()
        assert answered_by & before
        assert answered_by & after
        # One that dies is followed by another, on its own.
        os.kill(min(after), signal.SIGKILL)
        until(lambda: min(after) not in pids())
        assert httpx.get(address, timeout=10).status_code == 200


def test_a_process_that_cannot_start_leaves_the_others_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_PAUSE", 0.001)
    with ExitStack() as stack:
        address, supervisor = stack.enter_context(_supervised(tmp_path, monkeypatch))
        monkeypatch.setattr(workers, "_program", lambda: ["/bin/false"])
        working, dying = supervisor.processes
        os.kill(dying.process.pid, signal.SIGKILL)
        until(lambda: supervisor.processes[1].deaths >= 8)
        assert int(httpx.get(address, timeout=10).text) == working.process.pid
        # Nobody is left: whoever started the supervisor has to know.
        os.kill(working.process.pid, signal.SIGKILL)
        until(lambda: supervisor.processes[0].deaths >= 4)
        with pytest.raises(console.Refused, match="again and again"):
            stack.close()


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
