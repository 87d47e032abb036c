"""Following the read models: what is new after each move, from the moment of subscribing on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from api.context import Context
from projections.reading import Snapshot

T = TypeVar("T")
#: Reads at most `limit` news in log order whose position is greater than the given one, each with its position.
ReadNews = Callable[[Snapshot, int, int], Awaitable[list[tuple[int, T]]]]

#: News held in memory for one subscriber: who reads slowly is told later, never kept in mind.
PAGE = 50


async def news(context: Context, read: ReadNews[T]) -> AsyncGenerator[T, None]:
    """Yields what `read` finds as the read models move on. Between two of them no connection is held."""
    told = (await context.read()).position
    await context.refresh()
    async for _ in context.services.waiter.moves():
        while True:
            snapshot = await context.read()
            reached = snapshot.position
            page = await read(snapshot, told, PAGE)
            # What is yielded is resolved on a view of its own, which is let go of once the answer is made.
            await context.refresh()
            for position, item in page:
                yield item
                told = position
            if len(page) < PAGE:
                told = reached
                break
