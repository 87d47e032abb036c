"""Turns: commands on the same busy stream wait for one another instead of deciding in vain.

Turns hold within this process only. Between processes, the version check of each decision decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from eventstore.unavailable import Unavailable, is_unavailable

#: Longer than any queue takes while the database works.
LONGEST_WAIT_SECONDS = 30.0


@dataclass(slots=True)
class _Turn:
    lock: Lock = field(default_factory=Lock)
    taking: int = 0
    #: How many commands in the queue found the database unavailable.
    failures: int = 0


@dataclass(slots=True)
class Turns:
    """A turn for each thing. Thread-safe; stores nothing about things that nobody waits for."""

    _turns: dict[UUID, _Turn] = field(default_factory=dict)
    _guard: Lock = field(default_factory=Lock)

    @contextmanager
    def take(self, thing: UUID) -> Iterator[None]:
        """Wait for the thing's turn."""
        with self._guard:
            turn = self._turns.setdefault(thing, _Turn())
            turn.taking += 1
            failures = turn.failures
        try:
            if not turn.lock.acquire(timeout=LONGEST_WAIT_SECONDS):
                raise Unavailable("others wait for the same thing")
            try:
                if turn.failures != failures:
                    # Fail the waiting commands at once, rather than let each wait for the same timeout again.
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
