"""The table to begin an import with: the columns in French, a row as an example, and the accepted words."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.core.context import Context, Services
from api.downloads.csv_table import CSV, csv_headers, csv_rows
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, answered
from api.downloads.workbook import XLSX, pieces, workbook
from api.typology.territories_and_terms import lists_of
from application.animations.animation_file import COLUMNS
from domain.typology.typology import TermKind
from projections.structures import queries

_EXAMPLE = {
    "title": "Café des parents : l'ENT sans peine",
    "description": "Lire les notes, écrire aux professeurs.",
    "date": "12/03/2027",
    "hours": "18h30 - 20h30",
    "territory": None,
    "venue_type": "École",
    "venue_name": "École Jean Jaurès",
    "address": "1 rue de l'École",
    "commune": "Montpellier",
    "audience": "Parents",
    "type": "Café des parents",
    "themes": "ENT - Pronote ; Temps d'écran",
    "seats": 12,
}
_LISTS = {
    "Type de lieu": TermKind.VENUE_TYPE,
    "Public": TermKind.AUDIENCE,
    "Type": TermKind.ANIMATION_TYPE,
    "Thèmes": TermKind.THEME,
    "Accessibilité": TermKind.ACCESSIBILITY,
}
HEADERS = tuple(name[:1].upper() + name[1:] for name in (COLUMNS.headers[column][0] for column in _EXAMPLE))


def _headers(ending: str) -> dict[str, str]:
    return {
        **HARMLESS,
        "Content-Disposition": disposition("attachment", file_name(ending, "Modèle pour déclarer des animations")),
    }


class ImportTemplates:
    """The endpoints of one process. Public."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def csv(self, request: Request) -> Response:
        return await answered(self._services, request, _table)

    async def xlsx(self, request: Request) -> Response:
        return await answered(self._services, request, _workbook)


async def _table(context: Context, request: Request) -> Response:
    return Response(csv_headers(HEADERS) + csv_rows([await _row(context)]), media_type=CSV, headers=_headers("csv"))


async def _row(context: Context) -> tuple[Any, ...]:
    """Return the example; a structure's own names a territory of its own, so that it can be sent as it is."""
    read = await context.read()
    rows = await read.of_ids(queries.BY_IDS, sorted(context.actor.structures))
    codes = sorted({code for row in rows for code in row["territories"]})
    if not codes:
        return tuple(_EXAMPLE.values())
    code = codes[0]
    commune = _EXAMPLE["commune"] if code == "34" else None
    name = (await lists_of(context)).territories[code].name
    return tuple({**_EXAMPLE, "territory": name, "commune": commune}.values())


async def _workbook(context: Context, request: Request) -> Response:
    row = await _row(context)
    terms = (await lists_of(context)).terms.values()
    words = {
        header: [term.label for term in terms if term.kind is kind and not term.retired]
        for header, kind in _LISTS.items()
    }
    with workbook(HEADERS) as sheet:
        sheet.write([row])
        sheet.add_lists("Valeurs acceptées", words)
        sheet.finish()
    return StreamingResponse(pieces(sheet.file), media_type=XLSX, headers=_headers("xlsx"))
