"""Read animations for a file, in keyset pages: one statement a page, each in a short snapshot.

Memory stays flat, and a slow client holds no connection.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from anyio import CancelScope

from api.core.context import Context
from projections.animations.sources import source
from projections.engine.paging import Filter, Order, Page, page_statement
from projections.engine.planning import Planning

PAGE = 500
Row = dict[str, Any]


async def pages(
    context: Context, filtered: Filter, columns: Collection[str], orders: Sequence[Order]
) -> AsyncIterator[list[Row]]:
    """Yield all rows, restricted to `columns`. The last page is shorter than the others, or empty."""
    columns_read = source(columns)
    start = None
    while True:
        statement, params = page_statement(columns_read, filtered, orders, Page(PAGE, start))
        try:
            rows = await context.again_if_lost(partial(_rows, context, statement, params, filtered.planning))
        finally:
            # Release the connection even if the client has disconnected.
            with CancelScope(shield=True):
                await context.close()
        yield rows[:PAGE]
        if len(rows) <= PAGE:
            return
        start = tuple(rows[PAGE - 1]["cursor_values"])


async def _rows(context: Context, statement: Any, params: Mapping[str, Any], planning: Planning) -> list[Row]:
    read = await context.read()
    return await read.rows(read.sql(statement), params, planning)
