"""CSV as French spreadsheets open it by a double click: UTF-8 with BOM, semicolons, CRLF, decimal commas.

No cell can become a formula: a text that begins like one is given an apostrophe
(https://owasp.org/www-community/attacks/CSV_Injection).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

#: The media type.
CSV = "text/csv; charset=utf-8"
#: None is an empty cell.
Cell: TypeAlias = str | int | Decimal | date | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Rows written to one piece of the answer.
_AT_ONCE = 500


def csv_table(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file in pieces, the headers first. Days are written 15/03/2027, numbers as numbers."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(map(_text, headers))
    yield codecs.BOM_UTF8
    for number, row in enumerate(rows, 1):
        writer.writerow(map(_text, row))
        if number % _AT_ONCE == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> bytes:
    written = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return written


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return f"'{cell}" if cell.startswith(_FORMULA) else cell
        case Decimal():
            return f"{cell:f}".replace(".", ",")
        case date():
            return f"{cell:%d/%m/%Y}"
    return str(cell)
