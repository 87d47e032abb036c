"""What all types share: nodes, connections, identifiers, local times."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry

from api.core.context import Context, Info
from api.core.errors import invalid
from api.core.lazily import Lazily, lazily
from projections.engine.paging import (
    BadPage,
    Filter,
    Order,
    Page,
    Source,
    count_statement,
    counts_statement,
    cursor_of,
    page,
    page_statement,
    pages_statement,
)

T = TypeVar("T")

_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
#: What a filter may say; the longest title is shorter.
LONGEST_TEXT = 300
#: A UUID in any of its spellings is shorter.
LONGEST_ID = 100
#: What all pages of an answer may hold together, were they full: lists in lists multiply.
MOST_ITEMS = 5_000


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    id: strawberry.ID = strawberry.field(description="Identifies the thing among all things; never changes.")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether anything follows this page.")
    has_previous_page: bool = strawberry.field(description="Whether anything precedes this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the page's first item.")
    end_cursor: str | None = strawberry.field(description="The cursor of the page's last item.")


@strawberry.type(description="An item of a page.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Names the item's place: for `after` and `before`.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list. Pages hold 20 items unless told otherwise, 100 at most.")
class Connection(Lazily, Generic[T]):
    MADE: ClassVar = {
        "edges": lambda page: page.make_edges(),
        "nodes": lambda page: [page.make(row) for row in page.rows],
        "page_info": lambda page: page.make_page_info(),
    }
    edges: list[Edge[T]] = strawberry.field(description="The items with their cursors.")
    nodes: list[T] = strawberry.field(description="The items alone.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    rows: strawberry.Private[Sequence[dict[str, Any]]]
    orders: strawberry.Private[Sequence[Order]]
    make: strawberry.Private[Callable[[dict[str, Any]], T]]
    more: strawberry.Private[bool]
    asked: strawberry.Private[Page]
    count: strawberry.Private[Callable[[], Awaitable[int]]]
    #: What items are made from besides their rows, where much of what they show repeats (`api.compiled.writing`).
    beside: strawberry.Private[object] = None

    @strawberry.field(description="How many items the whole list has; counted only when asked for.")
    async def total_count(self) -> int:
        return await self.count()

    def cursor(self, row: dict[str, Any]) -> str:
        return cursor_of(self.orders, row["cursor_values"])

    def make_edges(self) -> list[Edge[T]]:
        return [Edge(cursor=self.cursor(row), node=node) for row, node in zip(self.rows, self.nodes, strict=True)]

    def make_page_info(self) -> PageInfo:
        started = self.asked.start is not None
        return PageInfo(
            has_next_page=started if self.asked.backwards else self.more,
            has_previous_page=self.more if self.asked.backwards else started,
            start_cursor=self.cursor(self.rows[0]) if self.rows else None,
            end_cursor=self.cursor(self.rows[-1]) if self.rows else None,
        )


class Ahead(NamedTuple):
    """What is known of a page before it is read: the columns that its items need (None: all), whether their number is
    asked for.
    """

    columns: frozenset[str] | None
    counted: bool


def looked_ahead(info: Info) -> Ahead | None:
    """None where it cannot be known beforehand."""
    ahead: Ahead | None = getattr(info._raw_info, "ahead", None)
    return ahead


def node_id(value: str, *field: str) -> UUID:
    """The UUID of an `ID`. Raises INVALID naming the argument."""
    try:
        return UUID(value if len(value) <= LONGEST_ID else "")
    except ValueError:
        name = ".".join(field) or "id"
        raise invalid(f"{name} : identifiant (UUID) attendu.", *(field or ("id",))) from None


def checked_text(value: str | None, field: str) -> str | None:
    """The text of a filter. Raises INVALID on a length, a null byte or half a character that PostgreSQL cannot take."""
    if value is not None and len(value) > LONGEST_TEXT:
        raise invalid(f"where.{field} : {LONGEST_TEXT} caractères au plus.", "where", field)
    if value is not None and _UNKEEPABLE.search(value):
        raise invalid(f"where.{field} : caractère interdit.", "where", field)
    return value


def checked_texts(values: Sequence[str] | None, field: str) -> list[str] | None:
    for value in values or ():
        checked_text(value, field)
    return list(values) if values is not None else None


def local(instant: datetime, time_zone: str) -> datetime:
    """The instant on the territory's clocks."""
    return instant.astimezone(ZoneInfo(time_zone))


def asked_page(
    context: Context,
    orders: Sequence[Order],
    first: int | None,
    after: str | None,
    last: int | None = None,
    before: str | None = None,
) -> Page:
    """The page asked for. Raises INVALID naming the argument, also when the answer's pages grow too large together."""
    try:
        asked = page(orders, first, after, last, before)
    except BadPage as bad:
        raise invalid(str(bad), bad.argument) from None
    count_items(context, asked.size, "last" if asked.backwards else "first")
    return asked


def count_items(context: Context, more: int, argument: str) -> None:
    """Raises INVALID, naming the argument, when the answer's lists would grow too large together."""
    context.asked_items += more
    if context.asked_items > MOST_ITEMS:
        raise invalid(f"{MOST_ITEMS} éléments au plus dans une réponse : demandez de plus petites pages.", argument)


async def connection(
    context: Context,
    source: Source,
    filtered: Filter,
    orders: Sequence[Order],
    asked: Page,
    make: Callable[[dict[str, Any]], T],
    beside: object = None,
    counting: str | None = None,
) -> Connection[T]:
    """One page in one statement; `make` turns each row into what is shown, of the row and of what is `beside`.
    `counting`: the statement for how many there are, where there is a quicker one than to count them.
    """
    read = await context.read()
    statement, params = page_statement(source, filtered, orders, asked)
    rows = await read.sent(read.sql(statement), params)

    async def count() -> int:
        again = await context.read()
        (row,) = await again.rows(again.sql(counting or count_statement(source, filtered)), filtered.params)
        return int(row["total"])

    return _page_of(rows, orders, asked, make, count, beside)


async def connections(
    context: Context,
    owners: Sequence[UUID],
    source: Source,
    filtered: Filter,
    orders: Sequence[Order],
    asked: Page,
    make: Callable[[dict[str, Any]], T],
) -> list[Connection[T]]:
    """The same page of the list of each owner, all in one statement; so are their counts."""
    read = await context.read()
    statement, params = pages_statement(source, filtered, orders, asked)
    found: dict[UUID, list[dict[str, Any]]] = {owner: [] for owner in owners}
    for row in await read.rows(read.sql(statement), {**params, "owners": list(owners)}):
        found[row[source.owner]].append(row)

    async def counts(asked_for: list[UUID]) -> list[int]:
        again = await context.read()
        params = {**filtered.params, "owners": asked_for}
        rows = await again.rows(again.sql(counts_statement(source, filtered)), params)
        totals = {row["owner"]: row["total"] for row in rows}
        return [totals.get(owner, 0) for owner in asked_for]

    def count(owner: UUID) -> Callable[[], Awaitable[int]]:
        return lambda: context.together(repr((source, filtered)), owner, counts)

    return [_page_of(rows, orders, asked, make, count(owner)) for owner, rows in found.items()]


def _page_of(
    rows: Sequence[dict[str, Any]],
    orders: Sequence[Order],
    asked: Page,
    make: Callable[[dict[str, Any]], T],
    count: Callable[[], Awaitable[int]],
    beside: object = None,
) -> Connection[T]:
    """`rows` holds one more than the page where there are more."""
    more, rows = len(rows) > asked.size, rows[: asked.size]
    if asked.backwards:
        rows = rows[::-1]
    return lazily(Connection, rows=rows, orders=orders, make=make, more=more, asked=asked, count=count, beside=beside)
