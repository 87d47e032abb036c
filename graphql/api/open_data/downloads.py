"""Open data beside GraphQL: a catalogue, schemas, and files that are streamed."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import UTC
from typing import Any

import orjson
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from api.animations.export_pages import pages
from api.core.answers import Refused
from api.core.context import Context, Services
from api.downloads.file_names import disposition
from api.downloads.file_responses import HARMLESS, answered
from api.downloads.freshness import unless_fresh
from api.open_data import animations, places, programme
from api.open_data.catalogue import BASE, LICENCE, RESOURCES, data_package, field_names, table_schema
from api.programme.queries import programme_at
from api.typology.territories_and_terms import lists_of
from domain.structures.structure import ERASED_NAME
from projections.animations import queries
from projections.animations.beside import PLACES

#: The same for everybody, on every site: shared caches store it and ask whether it holds.
_HEADERS = {
    **HARMLESS,
    "Cache-Control": "public, no-cache",
    "Access-Control-Allow-Origin": "*",
    "Link": f'<{LICENCE["path"]}>; rel="license", <{BASE}/datapackage.json>; rel="describedby"',
}
_CSV, _JSON = "text/csv; charset=utf-8", "application/json"
#: A spreadsheet would take a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_AT_ONCE = 500
Record = dict[str, Any]
#: Yields records some at a time.
Records = AsyncIterator[Sequence[Record]]


class OpenData:
    """The endpoints of one process. All are public."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(f"{BASE}/datapackage.json", self.catalogue, methods=["GET"]),
            Route(f"{BASE}/{{name}}.schema.json", self.schema, methods=["GET"]),
            *(
                Route(f"{BASE}/{name}.{kind}", self._file(name, kind, fields, read), methods=["GET"])
                for name, fields, read in (
                    ("animations", field_names("animations"), _animations),
                    ("programme", field_names("programme"), _programme),
                    ("lieux-de-mediation-numerique", places.FIELDS, _places),
                )
                for kind in ("csv", "json")
            ),
        ]

    async def catalogue(self, request: Request) -> Response:
        content = orjson.dumps(data_package(self._services.public_url), option=orjson.OPT_INDENT_2)
        return Response(content, 200, _HEADERS, _JSON)

    async def schema(self, request: Request) -> Response:
        """Answer with a Table Schema."""

        async def answer(context: Context, request: Request) -> Response:
            name = request.path_params["name"]
            if name not in {resource.schema for resource in RESOURCES if resource.is_ours}:
                raise Refused(404, "NOT_FOUND", "Ce schéma n'existe pas.")
            return Response(orjson.dumps(table_schema(name), option=orjson.OPT_INDENT_2), 200, _HEADERS, _JSON)

        return await answered(self._services, request, answer)

    def _file(
        self, name: str, kind: str, fields: Sequence[str], read: Callable[[Context], Records]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(context: Context, request: Request) -> Response:
            _check_whole(request)

            async def make(headers: dict[str, str]) -> Response:
                shown = {**headers, "Content-Disposition": disposition("inline", f"{name}.{kind}")}
                records = read(context)
                # Read the first ones now: an error is answered as such, before anything is sent.
                first = await anext(records)
                written = _csv(fields, first, records) if kind == "csv" else _json(first, records)
                return StreamingResponse(written, 200, shown, _CSV if kind == "csv" else _JSON)

            # Figures count back from the day.
            day = context.now.astimezone(UTC).date() if read is _programme else None
            return await unless_fresh(context, request, _HEADERS, make, day)

        async def file(request: Request) -> Response:
            return await answered(self._services, request, answer)

        return file


def _check_whole(request: Request) -> None:
    """Refuse parameters: who believes that a file was narrowed would count wrongly."""
    if request.query_params:
        name = next(iter(request.query_params))[:40]
        message = f"Paramètre inconnu : « {name} ». Ce fichier est complet et n'en a aucun ; filtrez-le ensuite."
        raise Refused(400, "INVALID", message)


async def _animations(context: Context) -> Records:
    lists, site = await lists_of(context), context.services.public_url
    orders = queries.orders([], only_published=True)
    async for rows in pages(context, queries.published(), animations.COLUMNS, orders):
        yield await to_thread.run_sync(lambda page: [animations.record_of(row, lists, site) for row in page], rows)


async def _programme(context: Context) -> Records:
    measured = await programme_at(context, context.now)
    yield programme.records_of(measured, context.now.astimezone(UTC).date())
    await context.close()


async def _places(context: Context) -> Records:
    read, site = await context.read(), context.services.public_url
    rows = await read.rows(read.sql(PLACES), {"erased": ERASED_NAME})
    await context.close()

    def records() -> list[Record]:
        return [record for row in rows if (record := places.record_of(row, site)) is not None]

    made = await to_thread.run_sync(records)
    yield made[:_AT_ONCE]
    for start in range(_AT_ONCE, len(made), _AT_ONCE):
        yield made[start : start + _AT_ONCE]


async def _csv(fields: Sequence[str], first: Sequence[Record], others: Records) -> AsyncIterator[bytes]:
    """Yield RFC 4180: commas, CRLF, UTF-8; the names of the schema in the first line."""
    yield _lines([fields, *_cells(fields, first)])
    async for records in others:
        yield _lines(_cells(fields, records))


def _cells(fields: Sequence[str], records: Iterable[Record]) -> list[list[str]]:
    return [[_cell(record[field]) for field in fields] for record in records]


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
    text = str(value)
    return f"'{text}" if unicodedata.normalize("NFKC", text[:1]).startswith(_FORMULA) else text


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    lines = io.StringIO(newline="")
    csv.writer(lines, lineterminator="\r\n").writerows(rows)
    return lines.getvalue().encode()


async def _json(first: Sequence[Record], others: Records) -> AsyncIterator[bytes]:
    """Yield an array of objects, one a line."""
    yield b"[\n" + b",\n".join(map(orjson.dumps, first))
    is_empty = not first
    async for records in others:
        if records:
            yield (b"" if is_empty else b",\n") + b",\n".join(map(orjson.dumps, records))
            is_empty = False
    yield b"\n]\n"
