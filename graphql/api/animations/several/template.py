"""The table to begin an import with: the columns in French, and a row as an example."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.downloads.csv_table import CSV, csv_headers, csv_rows
from api.downloads.file_responses import HARMLESS, disposition
from api.downloads.workbook import XLSX, pieces, workbook
from application.animations.animation_file import COLUMNS

_EXAMPLE = {
    "title": "Café des parents : l'ENT sans peine",
    "description": "Lire les notes, écrire aux professeurs.",
    "date": "12/03/2027",
    "hours": "18h30 - 20h30",
    "venue_type": "École",
    "venue_name": "École Jean Jaurès",
    "address": "1 rue de l'École",
    "commune": "Montpellier",
    "audience": "Parents",
    "type": "Café des parents",
    "themes": "ENT - Pronote ; Temps d'écran",
    "seats": 12,
}
HEADERS = tuple(name[:1].upper() + name[1:] for name in (COLUMNS.headers[column][0] for column in _EXAMPLE))
ROW = tuple(_EXAMPLE.values())


def _headers(ending: str) -> dict[str, str]:
    return {**HARMLESS, "Content-Disposition": disposition("attachment", f"modele-animations.{ending}")}


async def csv_template(request: Request) -> Response:
    return Response(csv_headers(HEADERS) + csv_rows([ROW]), media_type=CSV, headers=_headers("csv"))


async def xlsx_template(request: Request) -> Response:
    with workbook(HEADERS) as sheet:
        sheet.write([ROW])
        sheet.finish()
    return StreamingResponse(pieces(sheet.file), media_type=XLSX, headers=_headers("xlsx"))
