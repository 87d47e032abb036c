"""Judge the whole log, for `parentalite audit check`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from application.proof.authenticity.guard import FirstEvents, hash_of
from application.proof.authenticity.judging import EventJudge, below, read_events
from application.proof.authenticity.start import EventStart
from eventstore.authenticators import EventKeys
from eventstore.log import head

Conn = Connection[Any]
#: Called with (step, done, total) as a step advances.
Progress = Callable[[str, int, int], None]

#: A log whose key is not the configured one differs everywhere.
MOST_FINDINGS = 50
_BETWEEN_PROGRESS = 5_000


@dataclass(frozen=True, slots=True)
class Unsound:
    """What this system did not record. `position` is None where it is no event at one position."""

    position: int | None
    text: str

    def __str__(self) -> str:
        return self.text


def unsound_events(conn: Conn, keys: EventKeys, start: EventStart, progress: Progress | None = None) -> list[Unsound]:
    """Return the first events that this system did not record. `conn` is in autocommit mode."""
    until, judge, first = head(conn), EventJudge(keys, start.position), FirstEvents(start)
    unsound = [Unsound(defect.position, str(defect)) for defect in below(conn)]
    for number, event in enumerate(read_events(conn, 0, until), 1):
        if first.size < start.size:
            first.add(hash_of(event))
        if (defect := judge.defect(event)) is not None:
            unsound.append(Unsound(defect.position, str(defect)))
            if len(unsound) >= MOST_FINDINGS:
                more = f"only the first {MOST_FINDINGS} events that this system did not record are told"
                return [*unsound, Unsound(None, more)]
        if progress and number % _BETWEEN_PROGRESS == 0:
            progress("judging each event", event.position, until)
    if (why := first.objection()) is not None:
        unsound.append(Unsound(None, why))
    if progress:
        progress("judging each event", until, until)
    return unsound
