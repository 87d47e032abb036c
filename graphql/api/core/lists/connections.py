"""One way to read a list: a page is one statement, and so are the same pages of many owners' lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

from api.core.context import Context
from api.core.errors import denied
from api.core.lists.lazily import lazily
from api.core.lists.paging import Connection, PageArguments, Total
from domain.kernel.rights import Action, Scope, scope_of
from projections.engine.paging import (
    Filter,
    Listing,
    Page,
    count_statement,
    counts_statement,
    page_statement,
    pages_statement,
)

T = TypeVar("T")
Row = dict[str, Any]


async def connection(
    context: Context,
    listing: Listing,
    filtered: Filter,
    arguments: PageArguments,
    make: Callable[[Row], T],
    context_rows: object = None,
) -> Connection[T]:
    """Return the requested page. `make` converts each row; items share `context_rows` (see `Connection`)."""
    page = arguments.page(context, listing.orders)
    return await _one_page(context, listing, filtered, arguments, page, make, context_rows)


async def owned_connection(
    context: Context,
    listing: Listing,
    owner: UUID,
    filtered: Filter,
    arguments: PageArguments,
    make: Callable[[Row], T],
    context_rows: object = None,
) -> Connection[T]:
    """Like `connection`, for the list of one owner. The same page of several owners is read in one statement."""
    page = arguments.page(context, listing.orders)

    async def pages(owners: list[UUID]) -> Sequence[Connection[T]]:
        if len(owners) > 1:
            return await _pages(context, listing, owners, filtered, arguments, page, make)
        own = filtered.where(f"{listing.source.alias}.{listing.source.owner} = %(owner)s", owner=owners[0])
        return [await _one_page(context, listing, own, arguments, page, make, context_rows)]

    return await context.together(repr((listing, filtered, arguments, page)), owner, pages)


async def _one_page(
    context: Context,
    listing: Listing,
    filtered: Filter,
    arguments: PageArguments,
    page: Page,
    make: Callable[[Row], T],
    context_rows: object,
) -> Connection[T]:
    read = await context.read()
    source, counted = listing.of_columns(arguments.ahead.columns), arguments.ahead.counted
    counting = filtered.counting or count_statement(listing.source, filtered, listing.orders)
    statement, params = page_statement(source, filtered, listing.orders, page, counting if counted else None)
    rows = await read.sent(read.sql(statement), params, filtered.planning)

    async def counts(_: list[None]) -> list[int]:
        again = await context.read()
        (row,) = await again.rows(again.sql(counting), filtered.params, filtered.planning)
        return [row["total"]]

    async def count() -> Total:
        if counted and rows:
            total = int(rows[0]["list_total"])
        elif not rows and page.start is None and page.stop is None:
            total = 0
        else:
            total = await context.together(repr((counting, filtered.params)), None, counts)
        return Total.counted(total) if filtered.counting is None else Total(total, True)

    return _page_of(rows, listing, page, make, count, context_rows)


async def _pages(
    context: Context,
    listing: Listing,
    owners: Sequence[UUID],
    filtered: Filter,
    arguments: PageArguments,
    page: Page,
    make: Callable[[Row], T],
) -> list[Connection[T]]:
    read, source = await context.read(), listing.of_columns(arguments.ahead.columns)
    statement, params = pages_statement(source, filtered, listing.orders, page)
    rows_of: dict[UUID, list[Row]] = {owner: [] for owner in owners}
    for row in await read.rows(read.sql(statement), {**params, "owners": list(owners)}, filtered.planning):
        rows_of[row[source.owner]].append(row)

    async def counts(counted: list[UUID]) -> list[int]:
        again = await context.read()
        counting = again.sql(counts_statement(source, filtered, listing.orders))
        rows = await again.rows(counting, {**filtered.params, "owners": counted}, filtered.planning)
        totals = {row["owner"]: row["total"] for row in rows}
        return [totals[owner] for owner in counted]

    def count(owner: UUID) -> Callable[[], Awaitable[Total]]:
        async def total() -> Total:
            return Total.counted(await context.together(repr((source, filtered)), owner, counts))

        return total

    return [_page_of(rows, listing, page, make, count(owner)) for owner, rows in rows_of.items()]


def _page_of(
    rows: Sequence[Row],
    listing: Listing,
    page: Page,
    make: Callable[[Row], T],
    count: Callable[[], Awaitable[Total]],
    context_rows: object = None,
) -> Connection[T]:
    """`rows` has one more than the page if the list continues."""
    more, rows = len(rows) > page.size, rows[: page.size]
    if page.backwards:
        rows = rows[::-1]
    return lazily(
        Connection,
        rows=rows,
        orders=listing.orders,
        make=make,
        more=more,
        page=page,
        count=count,
        context_rows=context_rows,
    )


def within_reach(context: Context, action: Action, alias: str) -> Filter:
    """Return the filter of the rows of table `alias` that the action reaches. Raises FORBIDDEN if there can be none."""
    actor = context.actor
    match scope_of(actor, action):
        case None:
            raise denied(actor)
        case Scope.OWN_STRUCTURE:
            return Filter().among(f"{alias}.structure_id", "own_structures", sorted(actor.structures))
        case Scope.OWN_TERRITORY:
            return Filter().among(f"{alias}.territory", "own_territories", sorted(actor.territories))
    return Filter()
