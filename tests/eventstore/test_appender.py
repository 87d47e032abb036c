"""Group commit: who waits is always woken, with the verdict on their own decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from threading import Event, Thread
from time import monotonic
from uuid import UUID, uuid4

import psycopg
import pytest

from eventstore.appender import LARGEST_BATCH, Appender
from eventstore.recording.batches import Decided, Outcome, Verdict

#: No test should wait for longer than this.
_PATIENCE = 10.0


class _Log:
    """Records nothing, and lets the first commit last until `go` is set."""

    def __init__(self, failure: Exception | None = None) -> None:
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
