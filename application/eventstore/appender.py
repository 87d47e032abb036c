"""Group commit: decisions that wait while one transaction commits go together into the next."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock

from application.eventstore.recorder import Decided, Verdict

#: More in one transaction would make the first of them wait for the last.
LARGEST_BATCH = 256


class _Waiting:
    __slots__ = ("decided", "failure", "verdict")

    def __init__(self, decided: Decided) -> None:
        self.decided = decided
        self.verdict: Verdict | None = None
        self.failure: BaseException | None = None

    @property
    def settled(self) -> bool:
        return self.verdict is not None or self.failure is not None


class Appender:
    """Thread-safe. Whoever finds nobody committing commits everything that waits, its own decision included."""

    def __init__(self, record: Callable[[Sequence[Decided]], list[Verdict]]) -> None:
        self._record = record
        self._waiting: deque[_Waiting] = deque()
        self._committing = Lock()

    def append(self, decided: Decided) -> Verdict:
        """The verdict on this decision, once it is durable. Raises what the recorder raises."""
        mine = _Waiting(decided)
        self._waiting.append(mine)
        with self._committing:
            while not mine.settled:
                self._commit_batch()
        if mine.failure is not None:
            raise mine.failure
        assert mine.verdict is not None
        return mine.verdict

    def _commit_batch(self) -> None:
        size = min(len(self._waiting), LARGEST_BATCH)
        batch = [self._waiting.popleft() for _ in range(size)]
        try:
            verdicts = self._record([waiting.decided for waiting in batch])
        except BaseException as failure:
            for waiting in batch:
                waiting.failure = failure
            return
        for waiting, verdict in zip(batch, verdicts, strict=True):
            waiting.verdict = verdict
