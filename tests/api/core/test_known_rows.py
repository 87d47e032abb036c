"""Rows that a process has read are read again once their read model has moved, and never those of the past."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.core.known_rows import KnownRows
from projections.engine.reading import Live, Snapshot

FIRST, SECOND, UNKNOWN = UUID(int=1), UUID(int=2), UUID(int=3)


class Reads:
    """Loads rows, and tells which were loaded."""

    def __init__(self, *read_models: str) -> None:
        self.known: KnownRows[UUID] = KnownRows(*read_models)
        self.loaded: list[UUID] = []

    def at(self, live: Live, *ids: UUID) -> dict[UUID, dict[str, Any]]:
        self.loaded = []

        async def load(missing: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
            self.loaded += missing
            return {key: {"position": live.get("structures")} for key in missing if key != UNKNOWN}

        read: Any = Snapshot(None, {}, 0, live=live)  # type: ignore[arg-type]
        return asyncio.run(self.known.at(read, ids, load))


def test_what_was_read_is_read_again_only_after_a_move_or_a_switch():
    reads, here = Reads("structures"), {"structures": (1, 7)}
    assert list(reads.at(here, FIRST, SECOND)) == reads.loaded == [FIRST, SECOND]
    assert list(reads.at(here, SECOND, FIRST)) == [SECOND, FIRST]
    assert reads.loaded == []
    for moved in ({"structures": (1, 8)}, {"structures": (2, 8)}, here):
        assert reads.at(moved, FIRST) == {FIRST: {"position": moved["structures"]}}
        assert reads.loaded == [FIRST]


def test_rows_that_follow_from_two_read_models_are_read_again_after_a_move_of_either():
    reads = Reads("structures", "accounts")
    for live in ({"structures": (1, 7), "accounts": (1, 7)}, {"structures": (1, 7), "accounts": (1, 8)}):
        reads.at(live, FIRST)
        assert reads.loaded == [FIRST]
    reads.at(live, FIRST)
    assert reads.loaded == []


def test_what_there_is_not_is_looked_for_each_time():
    reads, here = Reads("structures"), {"structures": (1, 7)}
    for _ in range(2):
        assert reads.at(here, UNKNOWN) == {}
        assert reads.loaded == [UNKNOWN]


def test_rows_of_the_past_are_not_kept():
    reads = Reads("structures")
    for _ in range(2):
        reads.at({}, FIRST)
        assert reads.loaded == [FIRST]
