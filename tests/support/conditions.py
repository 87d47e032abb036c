"""Wait for a condition, never for a time, and for nothing without a bound: all tests would wait with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")


def until(holds: Callable[[], object], seconds: float = 30) -> None:
    """Wait until the condition holds; fail once it takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.01)


def started(work: Callable[[], T]) -> Future[T]:
    """Begin the work in a thread of its own. Unlike an executor's, it holds nobody up who no longer waits for it."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as failure:
            future.set_exception(failure)

    Thread(target=run, daemon=True).start()
    return future


@contextmanager
def beside(stop: Event, *works: Callable[[], T], seconds: float = 60) -> Iterator[list[Future[T]]]:
    """Let others work until `stop` is set, which it is however the context ends; then raise what they failed with.

    A test that fails within an executor's context, before it has told its threads to end, waits for them for ever.
    """
    futures = [started(work) for work in works]
    try:
        yield futures
    finally:
        stop.set()
        assert not wait(futures, seconds).not_done, "who works beside the test does not end"
    for future in futures:
        future.result()
