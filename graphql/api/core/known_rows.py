"""Rows that a process has read, cached until their read models move."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from projections.engine.reading import Snapshot

K = TypeVar("K", bound=Hashable)
Row = dict[str, Any]
_MOST = 2_000


class KnownRows(Generic[K]):
    """Rows by id. The snapshot tells the positions of the read models that they follow from."""

    def __init__(self, *read_models: str) -> None:
        self._read_models = read_models
        self._read_at: object = None
        self._rows: dict[K, Row] = {}

    async def at(
        self, read: Snapshot, ids: Sequence[K], load: Callable[[Sequence[K]], Awaitable[dict[K, Row]]]
    ) -> dict[K, Row]:
        """Return the existing rows of `ids`; `load` reads those that are not cached in the snapshot."""
        standing = [read.live.get(name) for name in self._read_models]
        if None in standing:
            # Snapshots of the past have rows of their own.
            return await load(ids)
        if standing != self._read_at or len(self._rows) > _MOST:
            self._read_at, self._rows = standing, {}
        rows = self._rows
        if missing := [row_id for row_id in ids if row_id not in rows]:
            rows |= await load(missing)
        return {row_id: rows[row_id] for row_id in ids if row_id in rows}
