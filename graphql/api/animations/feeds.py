"""The public listing as feeds beside GraphQL: iCalendar, Atom, JSON-LD.

They contain what is published, or was cancelled after publication, within a window of time; each is bounded and built
in memory. Where more is left out, a last entry says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qsl, urlsplit

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.animations.export_pages import Row
from api.animations.filters import AnimationWhere
from api.animations.formats.atom import ATOM, atom
from api.animations.formats.calendar import ICALENDAR, calendar, calendar_entry
from api.animations.formats.entries import COLUMNS, Entry, More, entry_of
from api.animations.formats.json_ld import JSON_LD, json_ld
from api.animations.queries import conditions_in_force
from api.core.answers import Refused
from api.core.context import Context, Services
from api.core.errors import ApiError
from api.core.scalars import local
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, answered, id_in_path
from api.downloads.freshness import unless_fresh
from api.downloads.parameters import as_refusal, filtering, where_of
from api.typology.territories_and_terms import lists_of
from domain.kernel.identifiers import feed_id
from projections.animations import queries
from projections.animations.sources import source
from projections.engine.paging import Filter, Order, Page, page_statement
from projections.engine.reading import Snapshot

#: Include yesterday: it is still today in the overseas territories.
_BEFORE, _AHEAD = timedelta(days=1), timedelta(days=366)
#: The same for everybody: shared caches may store it, and must revalidate.
_HEADERS = {**HARMLESS, "Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True)
class _Feed:
    """A feed: its first `most` animations in this order, and the function that writes them for an address."""

    name: str
    media_type: str
    most: int
    orders: Sequence[Order]
    write: Callable[[Sequence[Entry], str, More | None], bytes]
    #: Those of one structure: where it has nothing to come, an index would lead past all that others changed.
    orders_of_one: Sequence[Order] | None = None

    def orders_of(self, filtered: Filter) -> Sequence[Order]:
        return self.orders_of_one if self.orders_of_one and "structure_id" in filtered.params else self.orders

    def first(self, rows: list[Row]) -> list[Row]:
        """Sort `rows` and keep the first ones."""
        by, *_ = self.orders
        column = by.name.lower()
        rows.sort(key=lambda row: (row[column], row["animation_id"]), reverse=by.descending)
        return rows[: self.most]


_SOONEST = queries.orders([], only_published=True)
_UNKNOWN = Refused(404, "NOT_FOUND", "Cette animation n'existe pas, ou elle n'est pas publiée.")
_CALENDAR = _Feed("animations.ics", ICALENDAR, 1_000, _SOONEST, calendar)
_ENTRY = _Feed("animation.ics", ICALENDAR, 1, _SOONEST, calendar_entry)
_JSON_LD = _Feed("animations.jsonld", JSON_LD, 1_000, _SOONEST, json_ld)
_ATOM = _Feed("animations.atom", ATOM, 100, queries.BY_CHANGE, atom, queries.BY_CHANGE_OF_FEW)


class AnimationFeeds:
    """The endpoints of one process. All are public."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def calendar(self, request: Request) -> Response:
        """Answer with the soonest 1,000 animations of the next year."""
        return await self._answered(request, _CALENDAR)

    async def calendar_entry(self, request: Request) -> Response:
        """Answer with one animation, published or cancelled since, for a reader's own calendar."""

        async def answer(context: Context, request: Request) -> Response:
            filters = [base.where("a.animation_id = %(id)s", id=id_in_path(request)) for base in _shown()]
            return await _response(context, request, _ENTRY, filters, _HEADERS)

        return await answered(self._services, request, answer)

    async def json_ld(self, request: Request) -> Response:
        """Answer with the soonest 1,000 animations of the next year."""
        return await self._answered(request, _JSON_LD)

    async def atom(self, request: Request) -> Response:
        """Answer with the 100 animations of the next year that were published, changed or cancelled last."""
        return await self._answered(request, _ATOM)

    async def _answered(self, request: Request, feed: _Feed) -> Response:
        async def answer(context: Context, request: Request) -> Response:
            today = context.now.astimezone(UTC).date()
            try:
                filters = await _filters(context, request, today)
            except ApiError as error:
                raise as_refusal(error) from None

            async def make(headers: dict[str, str]) -> Response:
                return await _response(context, request, feed, filters, headers)

            if "upcoming" in request.query_params:
                return await make(_HEADERS)
            return await unless_fresh(context, request, _HEADERS, make, today)

        return await answered(self._services, request, answer)


async def _filters(context: Context, request: Request, today: date) -> list[Filter]:
    """Return one filter for the published and one for the cancelled, so that each uses its own index."""
    conditions = await conditions_in_force(context, where_of(AnimationWhere, request.query_params))
    begins = datetime.combine(today, time(), UTC) - _BEFORE
    window = {"begins": begins, "ends": begins + _BEFORE + _AHEAD}
    return [
        queries.narrowed(base, conditions, context.now).where(
            "a.starts_at >= %(begins)s AND a.starts_at < %(ends)s", **window
        )
        for base in _shown()
    ]


def _shown() -> Sequence[Filter]:
    return queries.published(), queries.cancelled()


async def _count(read: Snapshot, filters: Sequence[Filter]) -> int:
    total = 0
    for filtered in filters:
        statement = f"SELECT count(*) AS total FROM {{animations}} a WHERE {filtered.clause}"
        (row,) = await read.rows(read.sql(statement), filtered.params, filtered.planning)
        total += row["total"]
    return total


def _more(entries: Sequence[Entry], url: str, left_out: int, listing: str) -> More:
    last = entries[-1]
    filters = [*parse_qsl(urlsplit(url).query), ("", urlsplit(url).path)]
    return More(feed_id(filters), left_out, listing, last.starts_at, last.changed_at)


def _day(row: Row) -> date:
    return local(row["starts_at"], row["time_zone"]).date()


async def _response(
    context: Context, request: Request, feed: _Feed, filters: Sequence[Filter], headers: dict[str, str]
) -> Response:
    read, lists = await context.read(), await lists_of(context)
    rows: list[Row] = []
    for filtered in filters:
        statement, params = page_statement(source(COLUMNS), filtered, feed.orders_of(filtered), Page(feed.most))
        rows += await read.rows(read.sql(statement), params, filtered.planning)
    left_out = await _count(read, filters) - feed.most if len(rows) > feed.most else 0
    await context.close()
    if feed is _ENTRY and not rows:
        raise _UNKNOWN
    public_url = context.services.public_url
    query = filtering(request.url.query)
    url = f"{public_url}{request.url.path}{'?' if query else ''}{query}"

    def written() -> bytes:
        entries = [entry_of(row, lists, public_url) for row in feed.first(rows)]
        return feed.write(entries, url, _more(entries, url, left_out, f"{public_url}/animations") if left_out else None)

    content = await to_thread.run_sync(written)
    name = file_name("ics", rows[0]["title"], first=_day(rows[0])) if feed is _ENTRY else feed.name
    response_headers = {**headers, "Content-Disposition": disposition("inline", name)}
    return Response(content, 200, response_headers, feed.media_type)
