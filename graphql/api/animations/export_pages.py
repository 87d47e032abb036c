"""Read animations for a file, in keyset pages by start: one statement a page, each in a short snapshot.

Memory stays flat, and a slow client holds no connection.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Any

from anyio import CancelScope

from api.core.context import Context
from projections.animations import queries
from projections.engine.paging import Filter, Page, page_statement

PAGE = 500
Row = dict[str, Any]
_ORDERS = queries.orders([], only_published=False)


async def pages(context: Context, filtered: Filter, columns: Collection[str]) -> AsyncIterator[list[Row]]:
    """Yield all rows, restricted to `columns`. The last page is shorter than the others, or empty."""
    source = queries.source({*columns, "starts_at"})
    start = None
    while True:
        statement, params = page_statement(source, filtered, _ORDERS, Page(PAGE, start))
        try:
            read = await context.read()
            rows = await read.rows(read.sql(statement), params)
        finally:
            # Release the connection even if the client has disconnected.
            with CancelScope(shield=True):
                await context.close()
        yield rows[:PAGE]
        if len(rows) <= PAGE:
            return
        start = (rows[PAGE - 1]["starts_at"], rows[PAGE - 1]["animation_id"])
