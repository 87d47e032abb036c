"""How old a copy of the read models is, judged by what the primary was seen to hold, whatever any clock says."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from projections.engine.reading import Live

#: Observations kept for telling how long a copy is behind.
_MOST_OBSERVATIONS = 600
#: A page of PostgreSQL's write-ahead log, and the longer of its two headers, in bytes.
_PAGE, _PAGE_HEADER = 8_192, 40


@dataclass(slots=True)
class _Observation:
    """The read models that the primary held from `since`, until it was last asked at `until`."""

    live: Live
    #: Where the write-ahead log ended, or None where the server does not tell.
    wal: int | None
    since: float
    until: float

    def is_covered_by(self, live: Live) -> bool:
        """Return whether `live` has all of this: the same generations, as far or farther."""
        if live == self.live:
            return True
        return all(
            name in live and live[name][0] == generation and live[name][1] >= position
            for name, (generation, position) in self.live.items()
        )


def _has_replayed(replayed: int | None, written: int | None) -> bool:
    """Compare positions of the write-ahead log. Where the next record begins a page, `written` is past its header."""
    if replayed is None or written is None:
        return True
    return replayed >= written or (replayed % _PAGE == 0 and written - replayed <= _PAGE_HEADER)


@dataclass(slots=True)
class Freshness:
    """The recent states of the primary. A copy that covers its state of `bound` seconds ago is recent enough."""

    bound: float
    clock: Callable[[], float] = monotonic
    _observations: deque[_Observation] = field(default_factory=lambda: deque(maxlen=_MOST_OBSERVATIONS))

    def observe(self, live: Live, asked_at: float, wal: int | None = None) -> None:
        """Note what the primary answered to a question of `asked_at`."""
        last = self._observations[-1] if self._observations else None
        if last is not None and (last.live, last.wal) == (live, wal):
            last.until = asked_at
        else:
            self._observations.append(_Observation(live, wal, asked_at, asked_at))

    def holds(self, live: Live, wal: int | None = None) -> bool:
        """Return whether a copy that holds `live` lacks nothing that is older than `bound`.

        `wal`: up to where it has replayed, for tables beside the read models; None: not asked.
        """
        oldest = self.clock() - self.bound
        for observation in reversed(self._observations):
            if observation.until < oldest:
                return False
            if observation.is_covered_by(live) and _has_replayed(wal, observation.wal):
                return bool(live)
        return False

    def behind_seconds(self, live: Live) -> float:
        """Return for how long, at least, the primary has held what `live` lacks."""
        since: float | None = None
        for observation in reversed(self._observations):
            if observation.is_covered_by(live):
                break
            since = observation.since
        return 0.0 if since is None else self.clock() - since

    @property
    def position(self) -> int:
        """The lowest position of the read models as the primary last told it."""
        if not self._observations:
            return 0
        return min((position for _, position in self._observations[-1].live.values()), default=0)
