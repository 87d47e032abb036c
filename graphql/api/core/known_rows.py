"""Rows that a process has read, cached until their read model moves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from projections.engine.reading import Snapshot

Row = dict[str, Any]
_MOST = 2_000


class KnownRows:
    """Rows of one read model by id. The snapshot tells the position of the read model."""

    def __init__(self, read_model: str) -> None:
        self._read_model = read_model
        self._read_at: object = None
        self._rows: dict[UUID, Row] = {}

    async def at(
        self, read: Snapshot, ids: Sequence[UUID], load: Callable[[Sequence[UUID]], Awaitable[dict[UUID, Row]]]
    ) -> dict[UUID, Row]:
        """Return the existing rows of `ids`; `load` reads those that are not cached in the snapshot."""
        standing = read.live.get(self._read_model)
        if standing is None:
            # Snapshots of the past have rows of their own.
            return await load(ids)
        if standing != self._read_at or len(self._rows) > _MOST:
            self._read_at, self._rows = standing, {}
        rows = self._rows
        if missing := [row_id for row_id in ids if row_id not in rows]:
            rows |= await load(missing)
        return {row_id: rows[row_id] for row_id in ids if row_id in rows}
