"""Group commit: decisions that arrive during a transaction go together into the next."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock

from eventstore.recording.batches import Decided, Verdict
from eventstore.unavailable import Unavailable, is_unavailable

#: The most decisions in one transaction. With more, the first would wait too long for the last.
LARGEST_BATCH = 256
#: How long to wait for more decisions: a third of a commit to disk. A single client never waits.
LINGER_SECONDS = 0.0007


class _Waiting:
    """A decision in the queue. Its thread is woken once it is settled, or to lead the next commit.

    `called` is locked until then. It is a bare Lock because an Event would take a third of the time of 32 clients.
    """

    __slots__ = ("called", "decided", "failure", "left", "verdict")

    def __init__(self, decided: Decided) -> None:
        self.decided = decided
        self.verdict: Verdict | None = None
        self.failure: BaseException | None = None
        self.called = Lock()
        self.called.acquire()
        #: Set where its thread was interrupted: it neither commits nor wakes anybody.
        self.left = False

    @property
    def settled(self) -> bool:
        return self.verdict is not None or self.failure is not None


class Appender:
    """Commit decisions in groups; thread-safe.

    A thread that finds no leader becomes the leader: it commits the waiting decisions, then has their threads and the
    next leader woken, two by each that wakes.
    """

    def __init__(self, record: Callable[[Sequence[Decided]], list[Verdict]]) -> None:
        self._record = record
        self._waiting: deque[_Waiting] = deque()
        #: Settled decisions, and the next leader, to be woken.
        self._to_call: deque[_Waiting] = deque()
        self._mutex = Lock()
        #: The decision whose thread commits, or is called to.
        self._leader: _Waiting | None = None
        #: About how many decisions arrive together at present.
        self._crowd = 1

    def append(self, decided: Decided) -> Verdict:
        """Return the verdict on this decision once it is durable. Raise what the recorder raises.

        Interrupted, it is not known whether the decision was recorded. Others go on.
        """
        mine = _Waiting(decided)
        with self._mutex:
            self._waiting.append(mine)
            if leads := self._leader is None:
                self._leader = mine
        try:
            if not leads:
                mine.called.acquire()
                self._call_next()
            if not mine.settled:
                self._lead()
        except BaseException:
            self._leave(mine)
            raise
        if mine.failure is not None:
            raise mine.failure
        assert mine.verdict is not None
        return mine.verdict

    def _lead(self) -> None:
        """Commit a batch, settle its decisions, and hand the lead to the next in the queue."""
        if len(self._waiting) < self._crowd:
            # The clients of the last commit will be back in a moment, and one commit for all costs less than two.
            time.sleep(LINGER_SECONDS)
        # The leader's own decision is the oldest that waits, so it is in this batch.
        with self._mutex:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST_BATCH))]
            self._crowd = max(len(batch), self._crowd * 9 // 10)
        try:
            for waiting, verdict in zip(batch, self._record([w.decided for w in batch]), strict=True):
                waiting.verdict = verdict
        except BaseException as failure:
            if is_unavailable(failure):
                # Later arrivals fail too, rather than wait for the same timeout again.
                with self._mutex:
                    batch += self._waiting
                    self._waiting.clear()
            others = failure
            if not isinstance(failure, Exception):
                # Only the leader's own thread was interrupted.
                others = Unavailable("the thread that committed was interrupted", maybe_recorded=True)
            for waiting in batch[1:]:
                waiting.failure = others
            batch[0].failure = failure
        # The next leader comes last: commands of those before it may arrive before the next commit begins.
        self._to_call += batch[1:]
        self._hand_over()
        self._call_next()

    def _hand_over(self) -> None:
        """Let the next in the queue lead."""
        with self._mutex:
            self._leader = self._waiting[0] if self._waiting else None
            if self._leader is not None:
                self._to_call.append(self._leader)

    def _leave(self, interrupted: _Waiting) -> None:
        """Leave nobody asleep whom this thread would have woken, or for whom it would have committed."""
        interrupted.left = True
        with self._mutex, suppress(ValueError):
            self._waiting.remove(interrupted)
        if self._leader is interrupted:
            self._hand_over()
        self._call_next(len(self._to_call))

    def _call_next(self, number: int = 2) -> None:
        """Wake two threads, each of which wakes two.

        Of many woken at once, all but one wait for the interpreter. One after another would each wait for whatever else
        computes in this process: five milliseconds a time.
        """
        while number > 0 and self._to_call:
            try:
                waiting = self._to_call.popleft()
            except IndexError:
                # Another thread was faster.
                return
            waiting.called.release()
            number -= not waiting.left
