"""Serve the publications that are online as feeds (Atom, JSON-LD), narrowed by the same filters as parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.core.context import Context, Services
from api.core.errors import ApiError
from api.downloads.file_names import disposition
from api.downloads.file_responses import HARMLESS, answered
from api.downloads.freshness import unless_fresh
from api.downloads.parameters import as_refusal, filtering, where_of
from api.publications.filters import PublicationWhere, conditions_in_force
from api.publications.formats.atom import ATOM, atom
from api.publications.formats.entries import Entry, entry_of
from api.publications.formats.json_ld import JSON_LD, json_ld
from api.typology.territories_and_terms import lists_of
from projections.engine.paging import Filter, Order, Page, page_statement
from projections.publications import queries

#: The same for everybody: shared caches may store it, and must revalidate.
_HEADERS = {**HARMLESS, "Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True)
class _Feed:
    """A feed: its first `most` publications in this order, and the function that writes them for an address."""

    name: str
    media_type: str
    most: int
    orders: Sequence[Order]
    write: Callable[[Sequence[Entry], str], bytes]


_ATOM = _Feed("publications.atom", ATOM, 100, queries.CHANGED, atom)
_JSON_LD = _Feed("publications.jsonld", JSON_LD, 1_000, queries.BY_DATE.orders, lambda entries, url: json_ld(entries))


class PublicationFeeds:
    """The endpoints of one process. Both are public."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def atom(self, request: Request) -> Response:
        """Answer with the 100 publications that changed last."""
        return await self._answered(request, _ATOM)

    async def json_ld(self, request: Request) -> Response:
        """Answer with the 1,000 publications that were put online last."""
        return await self._answered(request, _JSON_LD)

    async def _answered(self, request: Request, feed: _Feed) -> Response:
        async def answer(context: Context, request: Request) -> Response:
            try:
                conditions = await conditions_in_force(context, where_of(PublicationWhere, request.query_params))
            except ApiError as error:
                raise as_refusal(error) from None
            filtered = queries.narrowed(queries.published(), conditions)

            async def make(headers: dict[str, str]) -> Response:
                return await _response(context, request, feed, filtered, headers)

            return await unless_fresh(context, request, _HEADERS, make)

        return await answered(self._services, request, answer)


async def _response(
    context: Context, request: Request, feed: _Feed, filtered: Filter, headers: dict[str, str]
) -> Response:
    read, lists = await context.read(), await lists_of(context)
    statement, params = page_statement(queries.WITH_STRUCTURE, filtered, feed.orders, Page(feed.most))
    rows = (await read.rows(read.sql(statement), params))[: feed.most]
    await context.close()
    public_url = context.services.public_url
    query = filtering(request.url.query)
    url = f"{public_url}{request.url.path}{'?' if query else ''}{query}"

    def written() -> bytes:
        return feed.write([entry_of(row, lists, public_url) for row in rows], url)

    content = await to_thread.run_sync(written)
    return Response(content, 200, {**headers, "Content-Disposition": disposition("inline", feed.name)}, feed.media_type)
