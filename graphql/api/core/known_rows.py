"""Rows that a process has read before: while their read model stands where it stood, they are the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from projections.engine.reading import Snapshot

Row = dict[str, Any]
_MOST = 2_000


class KnownRows:
    """Rows of one read model by their id. The snapshot itself tells where the read model stands."""

    def __init__(self, read_model: str) -> None:
        self._read_model = read_model
        self._standing: object = None
        self._rows: dict[UUID, Row] = {}

    async def at(
        self, read: Snapshot, ids: Sequence[UUID], load: Callable[[Sequence[UUID]], Awaitable[dict[UUID, Row]]]
    ) -> dict[UUID, Row]:
        """Those of `ids` that there are. `load` reads what is not known of them in the snapshot."""
        standing = read.live.get(self._read_model)
        if standing is None:
            # Of the past: each moment has its own.
            return await load(ids)
        if standing != self._standing or len(self._rows) > _MOST:
            self._standing, self._rows = standing, {}
        rows = self._rows
        if missing := [one for one in ids if one not in rows]:
            rows |= await load(missing)
        return {one: rows[one] for one in ids if one in rows}
