"""Filling a generation with every core: each process takes a share of the streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.queues import Queue
from queue import Empty
from signal import SIG_BLOCK, SIG_SETMASK, SIGINT, pthread_sigmask

from application.eventstore.vault import Vault
from projections.fill import Share, fill, shares
from projections.registry import projections
from projections.terms_in_force import TermsInForce

#: Told (step, done, total): events while filling, indexes while indexing, events while catching up.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Filling:
    """What is filled: generation `number` of the named read models, with the log up to position `upto`."""

    database_url: str
    master_key: bytes
    names: tuple[str, ...]
    number: int
    shown: TermsInForce
    upto: int

    def fill(self, share: Share, progress: Callable[[int], None]) -> int:
        chosen = [(p, self.number) for p in projections(self.shown) if p.name in self.names]
        return fill(self.database_url, Vault(self.master_key), chosen, share, progress)


def fill_in_parallel(filling: Filling, workers: int, progress: Progress) -> int:
    """Fills with `workers` processes (with this one alone when it is 1); returns how many events that took.

    Raises what a share raised, once all have ended.
    """
    done = 0

    def told(taken: int) -> None:
        nonlocal done
        done += taken
        progress("filling", done, filling.upto)

    if workers == 1:
        (share,) = shares(filling.upto, 1)
        return filling.fill(share, told)
    context = get_context("spawn")
    queue: Queue[int] = context.Queue()
    with ProcessPoolExecutor(workers, context, _start_worker, (queue,)) as pool:
        try:
            with _deaf_to_ctrl_c():
                pending = {pool.submit(_fill_share, filling, share) for share in shares(filling.upto, workers)}
            finished: set[Future[int]] = set()
            while pending:
                ended, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
                finished |= ended
                told(_drain(queue))
        except BaseException:
            # Stopped: what they still fill will never be used.
            for process in active_children():
                process.terminate()
            raise
    return sum(future.result() for future in finished)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Processes started meanwhile do not hear a terminal's Ctrl-C, which goes to all: the parent ends them."""
    before = pthread_sigmask(SIG_BLOCK, {SIGINT})
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)


_taken: Queue[int]


def _start_worker(queue: Queue[int]) -> None:
    global _taken
    _taken = queue


def _fill_share(filling: Filling, share: Share) -> int:
    return filling.fill(share, _report)


def _report(taken: int) -> None:
    parent = parent_process()
    if parent is not None and not parent.is_alive():
        raise SystemExit("the rebuild that this share belonged to is gone")
    _taken.put(taken)


def _drain(queue: Queue[int]) -> int:
    taken = 0
    while True:
        try:
            taken += queue.get_nowait()
        except Empty:
            return taken
