"""Fill a generation with several processes, this one included: each takes shares of the streams until none is left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from queue import Empty
from signal import SIG_BLOCK, SIG_SETMASK, SIGINT, pthread_sigmask
from types import ModuleType

from eventstore.vault import Vault
from projections.engine.fill import Share, fill, shares
from projections.engine.registry import projections
from projections.engine.terms_in_force import TermsInForce

#: Takes (step, done, total): events while filling, indexes while indexing, events while catching up.
Progress = Callable[[str, int, int], None]
#: How long stopped processes may take to end.
_MOST_SECONDS_TO_END = 10
#: How long others may take to count a share, which takes microseconds.
_MOST_SECONDS_TO_COUNT = 30.0


@dataclass(frozen=True, slots=True)
class Filling:
    """Fill generation `number` of the read models `names` from the log up to position `upto`."""

    database_url: str
    master_key: bytes
    names: tuple[str, ...]
    number: int
    shown: TermsInForce
    upto: int

    def fill(self, parts: Iterable[Share], progress: Callable[[int], None]) -> int:
        chosen = [(p, self.number) for p in projections(self.shown) if p.name in self.names]
        return fill(self.database_url, Vault(self.master_key), chosen, parts, progress)


@dataclass(frozen=True, slots=True)
class Helpers:
    """Processes that fill beside this one, and what they share with it."""

    pool: ProcessPoolExecutor
    number: int
    queue: Queue[int]
    shares_taken: Synchronized[int]


@contextmanager
def helpers(number: int) -> Iterator[Helpers | None]:
    """Start this many processes, which import their modules while this one goes on. None for none."""
    if number == 0:
        yield None
        return
    context = get_context("spawn")
    queue: Queue[int] = context.Queue()
    shares_taken = context.Value("i", 0)
    with ProcessPoolExecutor(number, context, _start_worker, (queue, shares_taken)) as pool:
        try:
            with _deaf_to_ctrl_c(), _without_the_program():
                for _ in range(number):
                    pool.submit(_know_read_models)
            yield Helpers(pool, number, queue, shares_taken)
        except BaseException:
            # Stop the workers: their output will never be used.
            stopped = active_children()
            for process in stopped:
                process.terminate()
            for process in stopped:
                # A pool that takes nothing more does not wait for its processes.
                process.join(_MOST_SECONDS_TO_END)
            raise


def fill_in_parallel(filling: Filling, others: Helpers | None, progress: Progress) -> int:
    """Fill with this process and the others, and return the number of events.

    Raise the error of a worker once all have ended.
    """
    done = 0

    def add_progress(taken: int) -> None:
        nonlocal done
        done += taken
        progress("filling", done, filling.upto)

    if others is None:
        return filling.fill(shares(filling.upto, 1), add_progress)
    queue, parts = others.queue, shares(filling.upto, 1 + others.number)
    results = [others.pool.submit(_fill_shares, filling, parts) for _ in range(others.number)]

    def add_all_progress(taken: int) -> None:
        add_progress(taken + _drain(queue))
        _raise_failure(results)

    # Nothing more comes: each ends as soon as it is done, and nobody waits for that.
    others.pool.shutdown(wait=False)
    taken = filling.fill(_until_none_is_left(parts, others.shares_taken), add_all_progress)
    pending = set(results)
    while pending:
        _, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
        add_progress(_drain(queue))
    return taken + sum(future.result() for future in results)


def _raise_failure(others: Sequence[Future[int]]) -> None:
    for future in others:
        if future.done():
            future.result()


def _until_none_is_left(parts: Sequence[Share], shares_taken: Synchronized[int]) -> Iterator[Share]:
    """Yield parts, each to the first process that asks. `shares_taken` counts the parts taken.

    Raises RuntimeError where a process was killed while it counted: its lock is held for ever.
    """
    lock = shares_taken.get_lock()
    while True:
        if not lock.acquire(timeout=_MOST_SECONDS_TO_COUNT):
            raise RuntimeError("a process that filled beside this one ended while it took its share")
        try:
            place = shares_taken.value
            shares_taken.value += 1
        finally:
            lock.release()
        if place >= len(parts):
            return
        yield parts[place]


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Start processes that ignore a terminal's Ctrl-C, which goes to all processes: the parent ends them."""
    before = pthread_sigmask(SIG_BLOCK, {SIGINT})
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)


@contextmanager
def _without_the_program() -> Iterator[None]:
    """Start processes that do not import the module of this program too: the command line's takes a second."""
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


_taken: Queue[int]
_shares_taken: Synchronized[int]


def _start_worker(queue: Queue[int], shares_taken: Synchronized[int]) -> None:
    global _taken, _shares_taken
    _taken, _shares_taken = queue, shares_taken


def _know_read_models() -> None:
    projections(TermsInForce())


def _fill_shares(filling: Filling, parts: Sequence[Share]) -> int:
    return filling.fill(_until_none_is_left(parts, _shares_taken), _report)


def _report(taken: int) -> None:
    parent = parent_process()
    if parent is not None and not parent.is_alive():
        raise SystemExit("the rebuild that these shares belonged to is gone")
    _taken.put(taken)


def _drain(queue: Queue[int]) -> int:
    taken = 0
    while True:
        try:
            taken += queue.get_nowait()
        except Empty:
            return taken
