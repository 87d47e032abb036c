"""Group commit: who waits is always woken, with the verdict on their own decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from threading import Event, Thread
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from eventstore import appender as module
from eventstore.appender import LARGEST_BATCH, Appender, _Waiting
from eventstore.recording.batches import Decided, Outcome, Verdict
from eventstore.unavailable import Unavailable

#: No test should wait for longer than this.
_PATIENCE = 10.0


class _Log:
    """Records nothing, and lets the first commit last until `go` is set."""

    def __init__(self, failure: BaseException | None = None) -> None:
        self.begun, self.go = Event(), Event()
        self.batches: list[int] = []
        self._failure = failure

    def record(self, batch: Sequence[Decided]) -> list[Verdict]:
        self.batches.append(len(batch))
        self.begun.set()
        assert self.go.wait(_PATIENCE)
        if self._failure is not None:
            raise self._failure
        return [Outcome(decided.subject_id, 1) for decided in batch]


def _append_together(log: _Log, clients: int, work: Callable[[Appender, UUID], Verdict]) -> list[Future[Verdict]]:
    """Let one client commit and the others queue meanwhile; return once all of them have returned.

    Threads that nobody wakes are left behind, and named by the time that is up.
    """
    appender = Appender(log.record)
    results: list[Future[Verdict]] = [Future() for _ in range(clients)]

    def client(number: int) -> None:
        try:
            results[number].set_result(work(appender, UUID(int=number)))
        except Exception as failure:
            results[number].set_exception(failure)

    threads = [Thread(target=client, args=(number,), daemon=True) for number in range(clients)]
    threads[0].start()
    assert log.begun.wait(_PATIENCE)
    for thread in threads[1:]:
        thread.start()
    until = monotonic() + _PATIENCE
    while len(appender._waiting) < clients - 1:
        assert monotonic() < until
    log.go.set()
    assert wait(results, _PATIENCE).not_done == set()
    return results


def _once(appender: Appender, subject: UUID) -> Verdict:
    return appender.append(Decided(subject, [], {}))


def test_all_that_wait_are_committed_together_and_each_learns_its_own_verdict() -> None:
    log = _Log()
    results = _append_together(log, 20, _once)
    assert [future.result() for future in results] == [Outcome(UUID(int=number), 1) for number in range(20)]
    assert log.batches == [1, 19]


def test_who_comes_back_at_once_and_who_does_not_are_all_woken() -> None:
    def often(appender: Appender, subject: UUID) -> Verdict:
        for _ in range(subject.int % 7 * 20):
            _once(appender, uuid4())
        return _once(appender, subject)

    log = _Log()
    results = _append_together(log, 24, often)
    assert [future.result() for future in results] == [Outcome(UUID(int=number), 1) for number in range(24)]
    assert sum(log.batches) == 24 + sum(number % 7 * 20 for number in range(24))


def test_more_than_the_largest_batch_are_woken_in_several() -> None:
    log = _Log()
    results = _append_together(log, LARGEST_BATCH + 10, _once)
    assert [future.result() for future in results] == [Outcome(UUID(int=n), 1) for n in range(LARGEST_BATCH + 10)]
    assert log.batches[:2] == [1, LARGEST_BATCH]


@pytest.mark.parametrize("failure", [psycopg.OperationalError("away"), ValueError("of this batch")])
def test_each_that_waits_is_woken_by_a_failure_too(failure: Exception) -> None:
    results = _append_together(_Log(failure), 20, _once)
    assert [future.exception() for future in results] == [failure] * 20


class _Interrupted(BaseException):
    pass


class _Clients:
    """Threads that append, each for itself, and may be interrupted while they wait."""

    def __init__(self, log: _Log, monkeypatch: pytest.MonkeyPatch) -> None:
        clients = self

        class Interruptible(_Waiting):
            def __init__(self, decided: Decided) -> None:
                super().__init__(decided)
                lock = self.called
                self.called = SimpleNamespace(  # type: ignore[assignment]
                    acquire=lambda: clients._wait(lock, decided.subject_id.int), release=lock.release
                )

        monkeypatch.setattr(module, "_Waiting", Interruptible)
        self.appender, self.results, self._interrupted = Appender(log.record), list[Future[Verdict]](), set[int]()

    def starts(self) -> None:
        """Let another client append, and wait until it does so."""
        number, asleep = len(self.results), len(self.appender._waiting)
        self.results.append(Future())
        Thread(target=self._append, args=(number,), daemon=True).start()
        if number:
            _until(lambda: len(self.appender._waiting) > asleep)

    def interrupts(self, *numbers: int) -> None:
        self._interrupted.update(numbers)
        _until(lambda: all(self.results[number].done() for number in numbers))

    def outcomes(self) -> str:
        """Tell of each client whether it was Answered, Interrupted, or told that it is Unknown whether it was."""
        assert wait(self.results, _PATIENCE).not_done == set()
        failures = [result.exception() for result in self.results]
        return "".join("A" if failure is None else type(failure).__name__.strip("_")[0] for failure in failures)

    def _append(self, number: int) -> None:
        try:
            self.results[number].set_result(_once(self.appender, UUID(int=number)))
        except BaseException as failure:
            self.results[number].set_exception(failure)

    def _wait(self, lock: Any, number: int) -> None:
        while not lock.acquire(timeout=0.005):
            if number in self._interrupted:
                raise _Interrupted


def _until(condition: Callable[[], bool]) -> None:
    until = monotonic() + _PATIENCE
    while not condition():
        assert monotonic() < until
        sleep(0.001)


@pytest.mark.parametrize("gone", [(1,), (1, 2), (2, 3), (1, 2, 3, 4)])
def test_who_is_interrupted_in_the_queue_leaves_nobody_asleep(
    gone: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = _Log()
    clients = _Clients(log, monkeypatch)
    clients.starts()
    assert log.begun.wait(_PATIENCE)
    for _ in range(5):
        clients.starts()
    clients.interrupts(*gone)
    log.go.set()
    assert clients.outcomes() == "".join("I" if number in gone else "A" for number in range(6))
    assert log.batches == [1, 5 - len(gone)]


def test_who_is_interrupted_while_others_commit_for_it_leaves_nobody_asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    log = _Log()
    monkeypatch.setattr(module, "LARGEST_BATCH", 4)
    clients = _Clients(log, monkeypatch)
    clients.appender._crowd = 4
    monkeypatch.setattr(module, "LINGER_SECONDS", 0.5)
    for _ in range(4):
        clients.starts()
    assert log.begun.wait(_PATIENCE)
    for _ in range(3):
        clients.starts()
    clients.interrupts(1, 2, 3)
    log.go.set()
    assert (clients.outcomes(), log.batches) == ("AIIIAAA", [4, 3])


def test_who_is_interrupted_before_it_commits_leaves_the_lead_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    log = _Log()
    clients = _Clients(log, monkeypatch)
    log.go.set()

    def interrupted(seconds: float) -> None:
        while len(clients.appender._waiting) < 3:
            sleep(0.001)
        monkeypatch.undo()
        raise _Interrupted

    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=interrupted))
    clients.appender._crowd = 2
    for _ in range(3):
        clients.starts()
    assert (clients.outcomes(), log.batches) == ("IAA", [2])


def test_who_is_interrupted_while_it_commits_leaves_others_to_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether anything was recorded is not known to the others either."""
    log = _Log(_Interrupted())
    clients = _Clients(log, monkeypatch)
    clients.starts()
    assert log.begun.wait(_PATIENCE)
    for _ in range(3):
        clients.starts()
    log.go.set()
    assert (clients.outcomes(), log.batches) == ("IIUU", [1, 3])
    (unknown,) = {clients.results[3].exception()}
    assert isinstance(unknown, Unavailable)
    assert unknown.maybe_recorded
