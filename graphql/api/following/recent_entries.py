"""The latest entries of the log, read once for all subscriptions of a process."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    from api.core.context import Context

_MOST_ENTRIES = 2_000
_LATEST = """
SELECT position, type, structure_id FROM {audit_trail} AS entry
WHERE position > %(after)s AND position <= %(upto)s ORDER BY position DESC LIMIT %(limit)s"""


class Entry(NamedTuple):
    position: int
    type: str
    structure_id: UUID | None


Concerns = Callable[[Entry], bool]


class RecentEntries:
    """Tell subscribers that a move does not concern them, without a statement for each."""

    def __init__(self) -> None:
        self._reading = asyncio.Lock()
        #: All entries after `_since` up to `_upto` are in memory.
        self._entries: deque[Entry] = deque(maxlen=_MOST_ENTRIES)
        self._since = self._upto = 0

    async def passed(self, context: Context, after: int, concerns: Concerns) -> int | None:
        """Return the position up to which nothing after `after` concerns the subscriber, or None if something may."""
        await self._catch_up(context)
        if after < self._since:
            return None
        for entry in reversed(self._entries):
            if entry.position <= after:
                break
            if concerns(entry):
                return None
        return max(after, self._upto)

    async def _catch_up(self, context: Context) -> None:
        async with self._reading:
            if self._upto >= context.services.waiter.position:
                return
            read = await context.read()
            params = {"after": self._upto, "upto": read.position, "limit": _MOST_ENTRIES}
            rows = await read.rows(read.sql(_LATEST), params)
            await context.refresh()
            if len(rows) == _MOST_ENTRIES:
                self._since = rows[-1]["position"] - 1
            self._entries.extend(Entry(**row) for row in reversed(rows))
            if len(self._entries) == _MOST_ENTRIES:
                self._since = max(self._since, self._entries[0].position - 1)
            self._upto = read.position
