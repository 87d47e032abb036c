"""Animations as tables beside GraphQL: the public listing and a structure's own, as CSV and XLSX.

Filters and rights are those of the queries.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.animations.export_pages import Row, pages
from api.animations.filters import AnimationOrderField, AnimationWhere, OrderDirection, OwnAnimationWhere
from api.animations.queries import conditions_in_force
from api.animations.table import (
    COLUMNS,
    HEADERS,
    NO_QUESTIONS,
    OWN_COLUMNS,
    OWN_HEADERS,
    line,
    own_line,
    questions_of,
)
from api.core.answers import Refused
from api.core.context import Context, Services
from api.core.errors import ApiError
from api.downloads.csv_table import CSV, csv_headers, csv_rows
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, INTERRUPTED, answered, denied, id_in_path, still_admitted
from api.downloads.freshness import unless_fresh
from api.downloads.parameters import as_refusal, bad, where_of
from api.downloads.workbook import XLSX, TooManyRows, pieces, workbook
from api.structures.types import bounds, load_structure
from api.typology.territories_and_terms import Lists, lists_of
from domain.kernel.rights import Action, Scope, may, scope_of
from projections.animations import queries
from projections.engine.paging import Filter, Order


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows, columns and name of a file.

    `lasting`: independent of the current time. `with_questions`: with a column for each question of attestations, which
    are read once the file is made.
    """

    filtered: Filter
    headers: tuple[str, ...]
    columns: frozenset[str]
    line: Callable[[Row, Lists], tuple[Any, ...]]
    name: tuple[str, ...]
    orders: Sequence[Order]
    lasting: bool = True
    with_questions: bool = False


_ORDER_BY = "orderBy"
_BESIDE = frozenset((_ORDER_BY,))
_Choose = Callable[[Context, Request], Awaitable[_Table]]
_Make = Callable[[Context, _Table, dict[str, str]], Awaitable[Response]]


class AnimationExports:
    """The endpoints of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def listing_csv(self, request: Request) -> Response:
        """Public."""
        return await self._answered(request, _listing, _csv)

    async def listing_xlsx(self, request: Request) -> Response:
        """Public."""
        return await self._answered(request, _listing, _xlsx)

    async def own_csv(self, request: Request) -> Response:
        """Every status; for the structure, the coordonnateurs of its territories, the national team and auditors."""
        return await self._answered(request, _own, _csv)

    async def own_xlsx(self, request: Request) -> Response:
        """Every status; for the structure, the coordonnateurs of its territories, the national team and auditors."""
        return await self._answered(request, _own, _xlsx)

    async def _answered(self, request: Request, choose: _Choose, make: _Make) -> Response:
        async def answer(context: Context, request: Request) -> Response:
            try:
                table = await choose(context, request)
            except ApiError as error:
                raise as_refusal(error) from None
            if not table.lasting:
                return await make(context, table, HARMLESS)
            return await unless_fresh(context, request, HARMLESS, lambda headers: make(context, table, headers))

        return await answered(self._services, request, answer)


async def _listing(context: Context, request: Request) -> _Table:
    conditions = await conditions_in_force(context, where_of(AnimationWhere, request.query_params, _BESIDE))
    filtered = queries.narrowed(queries.published(), conditions, context.now)
    orders, lasting = _orders(request, only_published=True), not conditions.follows_the_clock
    return _Table(filtered, HEADERS, COLUMNS, line, ("Animations",), orders, lasting)


async def _own(context: Context, request: Request) -> _Table:
    structure = await load_structure(context, id_in_path(request))
    if structure is None and scope_of(context.actor, Action.STRUCTURE_READ) is Scope.ANYWHERE:
        raise Refused(404, "NOT_FOUND", "Structure : introuvable.")
    if structure is None or not may(context.actor, Action.STRUCTURE_READ, structure.belongings):
        raise denied(context.actor)
    within = bounds(context.actor, Action.STRUCTURE_READ)
    conditions = await conditions_in_force(context, where_of(OwnAnimationWhere, request.query_params, _BESIDE))
    current = replace(conditions, structure_id=structure.structure_id)
    allowed = Filter() if within is None else Filter().among("a.territory", "within", within)
    filtered = queries.narrowed(allowed, current, context.now)
    orders, lasting = _orders(request, only_published=False), not conditions.follows_the_clock
    line_of = partial(own_line, questions=NO_QUESTIONS)
    name = ("Animations", structure.name)
    return _Table(filtered, OWN_HEADERS, OWN_COLUMNS, line_of, name, orders, lasting, with_questions=True)


async def _questioned(context: Context, table: _Table) -> _Table:
    if not table.with_questions:
        return table
    questions = await questions_of(context)
    line_of = partial(own_line, questions=questions)
    return replace(table, headers=(*table.headers, *questions.headers), line=line_of)


def _orders(request: Request, only_published: bool) -> Sequence[Order]:
    """Return the orders of `orderBy=TITLE`, `orderBy=STARTS_AT:DESC`; repeated, the first weighs most."""
    chosen = []
    for text in filter(None, request.query_params.getlist(_ORDER_BY)):
        name, _, direction = text.partition(":")
        if name not in AnimationOrderField.__members__ or direction not in ("", *OrderDirection.__members__):
            names = ", ".join(AnimationOrderField.__members__)
            raise bad(_ORDER_BY, f"valeurs acceptées : {names} ; suivies de :DESC pour l'ordre inverse")
        chosen.append((name, direction == OrderDirection.DESC))
    return queries.orders(chosen, only_published)


async def _csv(context: Context, table: _Table, headers: dict[str, str]) -> Response:
    response_headers = {**headers, "Content-Disposition": disposition("attachment", file_name("csv", *table.name))}
    table = await _questioned(context, table)
    lists = await lists_of(context)
    reading = pages(context, table.filtered, table.columns, table.orders)
    # Read the first page now: its errors are answered as such, before anything is sent.
    first = await anext(reading)

    def lines(rows: list[Row]) -> bytes:
        return csv_rows(table.line(row, lists) for row in rows)

    async def chunks() -> AsyncIterator[bytes]:
        yield csv_headers(table.headers) + await to_thread.run_sync(lines, first)
        async for rows in reading:
            if not await still_admitted(context):
                yield csv_rows([(INTERRUPTED,)])
                return
            yield await to_thread.run_sync(lines, rows)

    return StreamingResponse(chunks(), 200, response_headers, CSV)


async def _xlsx(context: Context, table: _Table, headers: dict[str, str]) -> Response:
    table = await _questioned(context, table)
    lists = await lists_of(context)
    with workbook(table.headers) as sheet:
        async for rows in pages(context, table.filtered, table.columns, table.orders):
            lines = [table.line(row, lists) for row in rows]
            try:
                await to_thread.run_sync(sheet.write, lines)
            except TooManyRows:
                message = "Trop de lignes pour un classeur : précisez les filtres, ou demandez le fichier CSV."
                raise Refused(400, "INVALID", message) from None
        length = await to_thread.run_sync(sheet.finish)
    response_headers = {**headers, "Content-Disposition": disposition("attachment", file_name("xlsx", *table.name))}
    return StreamingResponse(pieces(sheet.file), 200, {**response_headers, "Content-Length": str(length)}, XLSX)
