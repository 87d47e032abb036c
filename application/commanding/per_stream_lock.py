"""Taking turns: commands that would all decide on the same stream wait for one another instead of deciding in vain.

Only within this process. Between processes the versions that each decision rests on are checked as always.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from eventstore.unavailable import Unavailable, is_unavailable

#: Longer than any crowd takes while the database goes on.
LONGEST_WAIT_SECONDS = 30.0


@dataclass(slots=True)
class _Turn:
    lock: Lock = field(default_factory=Lock)
    taking: int = 0
    #: How many of them found the database unavailable.
    failures: int = 0


@dataclass(slots=True)
class Turns:
    """Thread-safe; holds nothing about things that nobody waits for."""

    _turns: dict[UUID, _Turn] = field(default_factory=dict)
    _guard: Lock = field(default_factory=Lock)

    @contextmanager
    def of(self, thing: UUID | None) -> Iterator[None]:
        """Waits for the thing's turn; None waits for nothing."""
        if thing is None:
            yield
            return
        with self._guard:
            turn = self._turns.setdefault(thing, _Turn())
            turn.taking += 1
            failures = turn.failures
        try:
            if not turn.lock.acquire(timeout=LONGEST_WAIT_SECONDS):
                raise Unavailable("others wait for the same thing")
            try:
                if turn.failures != failures:
                    # Who waited meanwhile need not wait as long once more.
                    raise Unavailable("others have waited for the database in vain")
                yield
            except Exception as fault:
                if turn.failures == failures and is_unavailable(fault):
                    turn.failures += 1
                raise
            finally:
                turn.lock.release()
        finally:
            with self._guard:
                turn.taking -= 1
                if not turn.taking:
                    del self._turns[thing]
