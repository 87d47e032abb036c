"""Taking turns: commands that would all decide on the same stream wait for one another instead of deciding in vain.

Only within this process. Between processes the versions that each decision rests on are checked as always.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from application.eventstore.unavailable import Unavailable

#: What one command may take in the database, and some.
LONGEST_WAIT_SECONDS = 5.0


@dataclass(slots=True)
class _Turn:
    lock: Lock = field(default_factory=Lock)
    taking: int = 0


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
        try:
            if not turn.lock.acquire(timeout=LONGEST_WAIT_SECONDS):
                raise Unavailable("others wait for the same thing")
            try:
                yield
            finally:
                turn.lock.release()
        finally:
            with self._guard:
                turn.taking -= 1
                if not turn.taking:
                    del self._turns[thing]
