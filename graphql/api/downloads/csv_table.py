"""CSV as French spreadsheets open it: UTF-8 with BOM, semicolons, CRLF, decimal commas.

No cell can become a formula: a text that begins like one is prefixed with an apostrophe
(https://owasp.org/www-community/attacks/CSV_Injection). No text becomes a number or a date: a SIRET, a code with its
zero or `3-4` stands as `="02691"`, which spreadsheets show as it was. `application.tables` takes both off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

from application.tables.guard import needs_guard

#: The media type.
CSV = "text/csv; charset=utf-8"

_BOM = "\ufeff"
_MONTH = r"(janv?|f[ée]v|feb|mars?|apr|avr|mai|may|jui?n|jui?l|ao[uû]t|aug|sept?|oct|nov|d[ée]c)[a-zé]*\.?"
#: Texts that a spreadsheet takes for a number, a date, a time or a truth value, and then shows otherwise. Short numbers
#: without a leading zero are shown as they stand.
_MISREAD = re.compile(
    r"(?!(0|[1-9]\d{0,10})$)\s*([\d(]|[.,]\d)[\d\s.,:/()\-%€$£]*(e[+-]?\d+)?(h|\s?am|\s?pm)?"
    rf"|\d{{1,4}}[\s/.-]*{_MONTH}([\s/.-]*\d{{1,4}})?|{_MONTH}[\s/.-]*\d{{1,4}}|vrai|faux|true|false",
    re.IGNORECASE,
)
_LONGEST_MISREAD = 40
#: Rows per chunk of the answer.
_AT_ONCE = 500


def csv_table(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield the file in chunks, the headers first. See `csv_rows`."""
    yield csv_headers(headers)
    remaining = iter(rows)
    while batch := list(islice(remaining, _AT_ONCE)):
        yield csv_rows(batch)


def csv_headers(headers: Sequence[str]) -> bytes:
    """Return the first line, with the byte order mark."""
    return _BOM.encode() + csv_rows([headers])


def csv_rows(rows: Iterable[Sequence[Any]]) -> bytes:
    """Format rows: dates as 15/03/2027, times as 18:00, instants in ISO 8601, numbers as numbers, None as an empty
    cell.
    """
    lines = io.StringIO(newline="")
    csv.writer(lines, delimiter=";", lineterminator="\r\n").writerows([_text(cell) for cell in row] for row in rows)
    return lines.getvalue().encode()


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case int():
            return str(cell)
        case Decimal():
            return f"{cell:f}".replace(".", ",")
        case datetime():
            return cell.isoformat()
        case date():
            return f"{cell:%d/%m/%Y}"
        case time():
            return f"{cell:%H:%M}"
    text = str(cell)
    if len(text) <= _LONGEST_MISREAD and _MISREAD.fullmatch(text):
        return f'="{text}"'
    return f"'{text}" if needs_guard(text) else text
