"""CSV as French spreadsheets open it at a double click: UTF-8 with BOM, semicolons, CRLF, decimal commas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from starlette.responses import StreamingResponse

BOM = "\ufeff"
#: A cell that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> str:
    """A value as its cell. Numbers stay numbers; a text that would be taken for a formula gets an apostrophe."""
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}".replace(".", ",")
        case datetime() | date():
            return value.isoformat()
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """The rows as lines of the table, without the BOM that begins a file."""
    lines = io.StringIO()
    csv.writer(lines, delimiter=";", lineterminator="\r\n").writerows([cell(value) for value in row] for row in rows)
    return lines.getvalue()


class CsvResponse(StreamingResponse):
    """A table to be saved as `file_name` (ASCII), made of the chunks of `csv_text` as they come."""

    def __init__(self, chunks: Any, file_name: str, headers: Mapping[str, str] | None = None) -> None:
        told = {
            "Content-Disposition": f'attachment; filename="{file_name}"',
            "Vary": "Authorization",
            "Cache-Control": "no-store",
            **(headers or {}),
        }
        super().__init__(chunks, headers=told, media_type="text/csv; charset=utf-8; header=present")
