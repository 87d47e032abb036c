"""Animations beside GraphQL: the public listing and a structure's own, as CSV and XLSX, and the listing as iCalendar.

The filters are those of the queries, and so are the rights. Rows are read in keyset pages, each from a snapshot of its
own that is let go of before the page is sent: memory stays flat, and a slow reader keeps no connection.

An ETag names the position of the read models, the filters and who asks: as long as nothing has moved, 304 answers
without a row being read. What depends on the time itself (`past`, the calendar's bounds) is bound to the day too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.context import Context, Services
from api.documents import HARMLESS, answered, disposition, id_in_path
from api.errors import ApiError, denied
from api.exports import calendar
from api.exports.animation_table import HEADERS, OWN_HEADERS, line, own_line
from api.exports.csv_table import CSV, csv_headers, csv_rows
from api.exports.parameters import as_refusal, where_of
from api.exports.workbook import XLSX, workbook
from api.inputs import AnimationWhere, OwnAnimationWhere
from api.listings import in_force
from api.lists import Lists
from api.types.structure import load_structure
from domain.rights import Action, may
from projections.queries import animations as queries
from projections.queries.paging import Filter, Page, page_statement

PAGE = 500
Row = dict[str, Any]
Line = Callable[[Row, Lists], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Table:
    """Which rows, how each is told, and what the file is called."""

    filtered: Filter
    headers: tuple[str, ...]
    line: Line
    name: str


class AnimationExports:
    """The endpoints, on one process's services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def listing_csv(self, request: Request) -> Response:
        """Public."""
        return await self._answered(request, _listing, _csv)

    async def listing_xlsx(self, request: Request) -> Response:
        """Public."""
        return await self._answered(request, _listing, _xlsx)

    async def own_csv(self, request: Request) -> Response:
        """In every status: for the structure, the coordonnateurs of its territories, the national team, auditors."""
        return await self._answered(request, _own, _csv)

    async def own_xlsx(self, request: Request) -> Response:
        """In every status: for the structure, the coordonnateurs of its territories, the national team, auditors."""
        return await self._answered(request, _own, _xlsx)

    async def calendar(self, request: Request) -> Response:
        """Public: what is published, and what was cancelled after that, of the last month and the next year."""
        return await self._answered(request, _calendar_rows, _ics)

    async def _answered(
        self,
        request: Request,
        choose: Callable[[Context, Request], Awaitable[_Table]],
        make: Callable[[Context, _Table, dict[str, str]], Awaitable[Response]],
    ) -> Response:
        async def answer(context: Context, request: Request) -> Response:
            try:
                table = await choose(context, request)
            except ApiError as error:
                raise as_refusal(error) from None
            headers = {**HARMLESS, "ETag": await _etag(context, request), "Cache-Control": "no-cache"}
            if headers["ETag"] in request.headers.get("if-none-match", ""):
                return Response(status_code=304, headers=headers)
            return await make(context, table, headers)

        return await answered(self._services, request, answer)


async def _listing(context: Context, request: Request) -> _Table:
    where = where_of(AnimationWhere, request.query_params)
    conditions = in_force(where.conditions(), await context.lists())
    return _Table(queries.narrowed(queries.published(), conditions), HEADERS, line, "animations")


async def _own(context: Context, request: Request) -> _Table:
    structure = await load_structure(context, id_in_path(request))
    if structure is None or not may(context.actor, Action.STRUCTURE_READ, structure.belongings):
        raise denied(context.actor)
    within = structure.require(context, Action.STRUCTURE_READ)
    where = where_of(OwnAnimationWhere, request.query_params)
    conditions = in_force(replace(where.conditions(), structure_id=structure.structure_id), await context.lists())
    allowed = Filter() if within is None else Filter().among("a.territory", "within", within)
    return _Table(queries.narrowed(allowed, conditions, context.now), OWN_HEADERS, own_line, "mes-animations")


async def _calendar_rows(context: Context, request: Request) -> _Table:
    where = where_of(AnimationWhere, request.query_params)
    conditions = in_force(where.conditions(), await context.lists())
    filtered = queries.narrowed(queries.known_to_the_public(), conditions)
    begins, ends = calendar.bounds(context.now)
    bounded = filtered.where("a.starts_at >= %(begins)s AND a.starts_at < %(ends)s", begins=begins, ends=ends)
    return _Table(bounded, (), line, "animations")


async def _etag(context: Context, request: Request) -> str:
    """The same for the same question of the same asker, on the same day, as long as the read models have not moved."""
    actor, position = context.actor, (await context.read()).position
    said = f"{request.url.path}?{request.url.query}|{actor}|{context.now.date()}"
    return f'"{position}-{sha256(said.encode()).hexdigest()[:16]}"'


async def _csv(context: Context, table: _Table, headers: dict[str, str]) -> Response:
    told = {**headers, "Content-Disposition": disposition("attachment", f"{table.name}.csv")}
    lists = await context.lists()
    first = await _page(context, table.filtered, None)

    async def chunks() -> AsyncIterator[bytes]:
        yield csv_headers(table.headers)
        async for rows in _pages(context, table.filtered, first):
            yield csv_rows(table.line(row, lists) for row in rows)

    return StreamingResponse(chunks(), 200, told, CSV)


async def _xlsx(context: Context, table: _Table, headers: dict[str, str]) -> Response:
    told = {**headers, "Content-Disposition": disposition("attachment", f"{table.name}.xlsx")}
    lists = await context.lists()
    with workbook(table.headers) as sheet:
        async for rows in _pages(context, table.filtered, await _page(context, table.filtered, None)):
            lines = [table.line(row, lists) for row in rows]
            await to_thread.run_sync(sheet.write, lines)
        content = await to_thread.run_sync(sheet.content)
    return Response(content, 200, told, XLSX)


async def _ics(context: Context, table: _Table, headers: dict[str, str]) -> Response:
    lists = await context.lists()
    rows: list[Row] = []
    async for page in _pages(context, table.filtered, await _page(context, table.filtered, None)):
        rows += page
        if len(rows) >= calendar.MOST_ENTRIES:
            break
    public_url = context.services.public_url
    content = await to_thread.run_sync(lambda: calendar.feed(rows[: calendar.MOST_ENTRIES], lists, public_url))
    told = {**headers, "Content-Disposition": disposition("inline", f"{table.name}.ics")}
    return Response(content, 200, told, calendar.ICALENDAR)


async def _pages(context: Context, filtered: Filter, first: list[Row]) -> AsyncIterator[list[Row]]:
    rows = first
    while rows:
        await context.close()
        yield rows[:PAGE]
        if len(rows) <= PAGE:
            return
        rows = await _page(context, filtered, rows[PAGE - 1])


async def _page(context: Context, filtered: Filter, after: Row | None) -> list[Row]:
    """One row more than the page, where there are more; by start."""
    read = await context.read()
    start = None if after is None else (after["starts_at"], after["animation_id"])
    statement, params = page_statement(queries.SOURCE, filtered, _ORDERS, Page(PAGE, start))
    return await read.rows(read.sql(statement), params)


_ORDERS = queries.orders([], only_published=False)
