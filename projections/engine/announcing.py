"""Tell every process how far a rebuild has come, by NOTIFY on the rebuild's own connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from time import monotonic
from typing import Any

import orjson
import psycopg
from psycopg import Connection

from projections.engine.parallel import Progress

REBUILD_CHANNEL = "parentalite_rebuild"
#: Seconds between two notices: often enough for people to watch.
_SECONDS_APART = 0.2


class Step(StrEnum):
    """The steps of a rebuild. `done` and `total` count indexes while indexing, otherwise events."""

    FILLING = "filling"
    INDEXING = "indexing"
    CATCHING_UP = "catching up"
    SWITCHED = "switched"
    STOPPED = "stopped"


ENDED = (Step.SWITCHED, Step.STOPPED)


@dataclass(frozen=True, slots=True)
class RebuildNotice:
    """The progress of a rebuild of the read models `names`. `told_at` is the time of the notice (aware, UTC)."""

    step: Step
    done: int
    total: int
    names: tuple[str, ...]
    told_at: datetime


@contextmanager
def announced(conn: Connection[Any], names: Sequence[str], progress: Progress) -> Iterator[Progress]:
    """Yield a `progress` that also notifies all processes: at each new step, a few times a second, and at the end.

    `conn` must not be in a transaction when it is called: a notice leaves with its commit.
    """
    last, told_at, done, total = "", 0.0, 0, 0

    def telling(step: str, now_done: int, now_total: int) -> None:
        nonlocal last, told_at, done, total
        progress(step, now_done, now_total)
        done, total = now_done, now_total
        if step != last or monotonic() - told_at >= _SECONDS_APART:
            last, told_at = step, monotonic()
            _tell(conn, step, done, total, names)

    try:
        yield telling
    except BaseException:
        # The original error matters more than a failing notice: the connection itself may be gone.
        with suppress(psycopg.Error):
            _tell(conn, Step.STOPPED, done, total, names)
        raise
    _tell(conn, Step.SWITCHED, done, total, names)


def _tell(conn: Connection[Any], step: str, done: int, total: int, names: Sequence[str]) -> None:
    notice = [step, done, total, list(names), datetime.now(UTC)]
    conn.execute("SELECT pg_notify(%s, %s)", (REBUILD_CHANNEL, orjson.dumps(notice).decode()))


def notice_of(payload: str) -> RebuildNotice:
    """Parse a notice."""
    step, done, total, names, told_at = orjson.loads(payload)
    return RebuildNotice(Step(step), done, total, tuple(names), datetime.fromisoformat(told_at))
