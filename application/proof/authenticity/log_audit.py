"""Judge the whole log, for `parentalite audit check`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from application.proof.authenticity.guard import EventGuard, FirstEvents, hash_of
from application.proof.authenticity.judging import Defect, EventJudge, below, read_events
from application.proof.authenticity.start import FROM_THE_BEGINNING, BadStart, EventStart
from eventstore.authenticators import EventKeys
from eventstore.log import head

Conn = Connection[Any]
#: Called with (step, done, total) as a step advances.
Progress = Callable[[str, int, int], None]

#: Each may be of many events in a row, as where the key is not the configured one.
MOST_FINDINGS = 50
_BETWEEN_PROGRESS = 5_000


@dataclass(frozen=True, slots=True)
class Unsound:
    """An event that this system did not record. `position` is None where it is no event at one position."""

    position: int | None
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True)
class _Row:
    """Defects of events that follow each other in the log, as far as they are told in one line."""

    first: Defect
    events: int
    last: int | None

    def takes(self, defect: Defect, follows: bool) -> bool:
        if not follows or defect.of_many is None or defect.of_many != self.first.of_many:
            return False
        self.events, self.last = self.events + 1, defect.position
        return True

    @property
    def told(self) -> Unsound:
        if self.events == 1:
            return Unsound(self.first.position, str(self.first))
        text = f"positions {self.first.position} to {self.last}: {self.events} events {self.first.of_many}"
        return Unsound(self.first.position, text)


def unsound_in(conn: Conn, guard: EventGuard, progress: Progress | None = None) -> list[Unsound]:
    """Return the first events that this system did not record, after what keeps them from being judged well."""
    try:
        start = guard.start()
    except BadStart as bad:
        return [Unsound(None, str(bad))]
    unsound = unsound_events(conn, guard.keys, start or FROM_THE_BEGINNING, progress)
    if not unsound or (lost := guard.lost_start()) is None:
        return unsound
    return [Unsound(None, f"{lost}; until then every event must be authenticated"), *unsound]


def unsound_events(conn: Conn, keys: EventKeys, start: EventStart, progress: Progress | None = None) -> list[Unsound]:
    """Return the first events that this system did not record, those in a row as one. `conn` is in autocommit mode."""
    until, judge, first = head(conn), EventJudge(keys, start.position), FirstEvents(start)
    rows = [_Row(defect, 1, defect.position) for defect in below(conn)]
    beginning, follows = len(rows), False
    for number, event in enumerate(read_events(conn, 0, until), 1):
        if first.size < start.size:
            first.add(hash_of(event))
        defect = judge.defect(event)
        if defect is not None and not (len(rows) > beginning and rows[-1].takes(defect, follows)):
            if len(rows) >= MOST_FINDINGS:
                more = f"only the first {MOST_FINDINGS} findings about events that this system did not record are told"
                return [*(row.told for row in rows), Unsound(None, more)]
            rows.append(_Row(defect, 1, defect.position))
        follows = defect is not None
        if progress and number % _BETWEEN_PROGRESS == 0:
            progress("judging each event", event.position, until)
    unsound = [row.told for row in rows]
    if (why := first.objection()) is not None:
        unsound.append(Unsound(None, why))
    if progress:
        progress("judging each event", until, until)
    return unsound
