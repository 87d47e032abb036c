"""Pages of lists, and what they are asked by: the same arguments and the same shape everywhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar

import strawberry

from api.core.context import Context, Info
from api.core.errors import invalid
from api.core.lists.lazily import Lazily
from api.core.strawberry_internals import resolve_info
from projections.engine.paging import MOST_COUNTED, BadPage, Order, Page, cursor_of, page
from projections.engine.sent_rows import SentRows

T = TypeVar("T")

#: Bound on the items of all pages of an answer, were they full: nested lists multiply.
MOST_ITEMS = 5_000

First = Annotated[int | None, strawberry.argument(description="How many items, from the start: 0 to 100.")]
After = Annotated[str | None, strawberry.argument(description="Begin after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many items, from the end: 0 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="End before this cursor.")]


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


class Total(NamedTuple):
    """How many items a list has: so many, or more than that."""

    number: int
    exact: bool

    @classmethod
    def counted(cls, rows: int) -> Total:
        """Return the total of rows that were counted one by one, and one more than MOST_COUNTED at most."""
        return cls(min(rows, MOST_COUNTED), rows <= MOST_COUNTED)


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
    page: strawberry.Private[Page]
    count: strawberry.Private[Callable[[], Awaitable[Total]]]
    #: Data that items share beside their rows, so that repeated fragments are cached (`api.compiled.writing`).
    context_rows: strawberry.Private[object] = None

    @strawberry.field(
        description=(
            "How many items the whole list has; counted only when asked for. Where items must be counted one by one,"
            f" at most {MOST_COUNTED:,}: see `totalCountIsExact`."
        )
    )
    async def total_count(self) -> int:
        return (await self.count()).number

    @strawberry.field(description="Whether `totalCount` is all; if not, there are more than that.")
    async def total_count_is_exact(self) -> bool:
        return (await self.count()).exact

    @property
    def as_sent(self) -> bool:
        """Whether the rows are as PostgreSQL sent them, so that items can be written from their bytes."""
        return isinstance(self.rows, SentRows)

    def cursor(self, row: dict[str, Any]) -> str:
        return cursor_of(self.orders, row["cursor_values"])

    def make_edges(self) -> list[Edge[T]]:
        return [Edge(cursor=self.cursor(row), node=node) for row, node in zip(self.rows, self.nodes, strict=True)]

    def make_page_info(self) -> PageInfo:
        started, more = self.page.start is not None, self.more or self.page.stop is not None
        return PageInfo(
            has_next_page=started if self.page.backwards else more,
            has_previous_page=more if self.page.backwards else started,
            start_cursor=self.cursor(self.rows[0]) if self.rows else None,
            end_cursor=self.cursor(self.rows[-1]) if self.rows else None,
        )


class Ahead(NamedTuple):
    """The needs of a page, from the selection: the columns of its items (None: all), and whether to count the list."""

    columns: frozenset[str] | None = None
    counted: bool = False


class PageArguments(NamedTuple):
    """The arguments of a connection, and what its selection needs."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None
    ahead: Ahead = Ahead()

    def page(self, context: Context, orders: Sequence[Order]) -> Page:
        """Return the page. Raises INVALID naming the argument, also if the pages of an answer are too large in all."""
        try:
            requested = page(orders, self.first, self.after, self.last, self.before)
        except BadPage as bad:
            raise invalid(str(bad), bad.argument) from None
        count_items(context, requested.size, "last" if requested.backwards else "first")
        return requested


def page_arguments(
    info: Info, first: int | None, after: str | None, last: int | None, before: str | None
) -> PageArguments:
    """Return the arguments of the field of `info`, with the look-ahead of the compiled executor."""
    ahead: Ahead | None = getattr(resolve_info(info), "ahead", None)
    return PageArguments(first, after, last, before, ahead or Ahead())


def count_items(context: Context, more: int, argument: str) -> None:
    """Raise INVALID, naming the argument, if the lists of an answer grow too large together."""
    context.asked_items += more
    if context.asked_items > MOST_ITEMS:
        raise invalid(f"{MOST_ITEMS} éléments au plus dans une réponse : demandez de plus petites pages.", argument)
