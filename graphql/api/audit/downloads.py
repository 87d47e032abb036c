"""`GET /audit-trail.csv`: the audit trail as a table, with the filters and rights of the query `auditTrail`.

Read in keyset pages, each in a snapshot that is released before the page is sent: memory stays flat, and a slow client
holds no connection. The table is consistent nonetheless: rows never change, and its end is fixed at the start.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.accounts.types import agents_named
from api.audit.filters import AuditWhere
from api.audit.queries import audit_filter
from api.audit.types import AuditEntry, entries_for
from api.core.context import Context, Services
from api.core.errors import ApiError
from api.downloads.csv_table import CSV, csv_headers, csv_rows
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, INTERRUPTED, answered, still_admitted
from api.downloads.parameters import as_refusal, where_of
from application.papers.french import short_date
from application.papers.words import ROLES
from domain.kernel.actors import Role
from projections.audit import queries
from projections.engine.paging import Filter, Page, page_statement
from projections.engine.past import PARIS

PAGE = 1_000
HEADERS = (
    "Position",
    "Enregistré le (UTC)",
    "Type d'événement",
    "Acteur",
    "Rôle",
    "Objet",
    "Version de l'objet",
    "Structure",
    "Territoire",
    "Cause",
    "Commande",
    "Données",
    "Champs personnels (masqués)",
    "Données personnelles",
    "Fonction",
    "Nom",
)


#: Names by actor and role.
_Names: TypeAlias = Mapping[tuple[str, str], str | None]


class _Row(NamedTuple):
    structure_id: UUID | None
    territory: str
    entry: AuditEntry


class AuditTrailExport:
    """The endpoint of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def csv(self, request: Request) -> Response:
        """Answer with all entries that match the parameters and that the asker may read."""
        return await answered(self._services, request, _export)


async def _export(context: Context, request: Request) -> Response:
    try:
        filtered = await audit_filter(context, where_of(AuditWhere, request.query_params))
    except ApiError as error:
        raise as_refusal(error) from None
    reached = (await context.read()).position
    filtered = filtered.where("t.position <= %(reached)s", reached=reached)
    first = await _page(context, filtered, None)
    names = await _names(context, first)
    name = disposition("attachment", file_name("csv", "Journal", f"position {reached}"))
    headers = {**HARMLESS, "Content-Disposition": name, "Position": str(reached)}
    return StreamingResponse(_chunks(context, filtered, first, names), 200, headers, CSV)


async def _chunks(context: Context, filtered: Filter, first: list[_Row], names: _Names) -> AsyncIterator[bytes]:
    """Yield the header, then page after page; the first has been read already."""
    yield csv_headers(HEADERS)
    rows = first
    while rows:
        yield csv_rows(_line(row, names) for row in rows[:PAGE])
        if len(rows) <= PAGE:
            return
        if not await still_admitted(context):
            yield csv_rows([(INTERRUPTED,)])
            return
        try:
            rows, names = await context.again_if_lost(
                partial(_named_page, context, filtered, rows[PAGE - 1].entry.position)
            )
        finally:
            await context.close()


async def _page(context: Context, filtered: Filter, after: int | None) -> list[_Row]:
    """Read a page, plus one row if there are more."""
    read = await context.read()
    page = Page(PAGE, None if after is None else (after,))
    statement, params = page_statement(queries.SOURCE, filtered, queries.ORDERS, page)
    rows = await read.rows(read.sql(statement), params)
    entries = await entries_for(context)
    return [_Row(row["structure_id"], row["territory"], entries.of(row)) for row in rows]


async def _named_page(context: Context, filtered: Filter, after: int) -> tuple[list[_Row], _Names]:
    rows = await _page(context, filtered, after)
    return rows, await _names(context, rows)


async def _names(context: Context, rows: list[_Row]) -> _Names:
    """Return the names of those who acted in office, by actor and role."""
    agents = list({(row.entry.actor, row.entry.role) for row in rows})
    return dict(zip(agents, await agents_named(context, agents), strict=True))


def _line(row: _Row, names: _Names) -> tuple[Any, ...]:
    entry = row.entry
    return (
        entry.position,
        entry.recorded_at.astimezone(UTC),
        entry.type,
        entry.actor,
        entry.role,
        entry.subject,
        entry.subject_version,
        row.structure_id,
        row.territory,
        entry.cause,
        entry.command_id,
        orjson.dumps(entry.data).decode(),
        ", ".join(entry.personal_fields),
        _erased(entry.personal_data_erased_at),
        ROLES[Role(entry.role)],
        names[entry.actor, entry.role],
    )


def _erased(at: datetime | None) -> str | None:
    return None if at is None else f"effacé le {short_date(at.astimezone(PARIS))}"
