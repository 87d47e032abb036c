"""The first sheet of a workbook of LibreOffice (.ods), as rows of cells as they are typed in French."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

MEDIA_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
#: More columns than any import has, and more rows: a sheet may claim millions of empty ones in a few bytes.
_MOST_CELLS, _MOST_ROWS = 500, 20_000
_NAMESPACES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE, _TEXT = (_NAMESPACES % name for name in ("table", "office", "text"))
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_DURATION = re.compile(r"PT(\d{1,2})H(\d{1,2})M\d{1,2}(?:[.,]\d+)?S")


class TooLarge(ValueError):
    """More rows or columns than any import has."""


def is_spreadsheet(archive: zipfile.ZipFile) -> bool:
    """Tell whether a ZIP says that it is such a workbook, or a template of one."""
    if "mimetype" not in archive.namelist():
        return False
    with archive.open("mimetype") as file:
        return file.read(len(MEDIA_TYPE)) == MEDIA_TYPE


def rows_of(content: bytes) -> Iterator[list[str]]:
    """Yield the rows, with the empty ones between them: lines keep the numbers that the program shows.

    Raise TooLarge, or another ValueError or ElementTree.ParseError for a damaged workbook.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("content.xml")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise ValueError("entities of its own")
    empty = 0
    for row in _rows(text):
        cells, times = _cells(row), _repeated(row, "rows")
        if not cells:
            empty += times
            continue
        if empty + times > _MOST_ROWS:
            raise TooLarge
        yield from ([] for _ in range(empty))
        yield from ([*cells] for _ in range(times))
        empty = 0


def _rows(text: bytes) -> Iterator[Element]:
    """Yield the rows of the first sheet, each before the next one is read."""
    for event, element in ElementTree.iterparse(io.BytesIO(text), ("start", "end")):
        if event == "end" and element.tag == f"{_TABLE}table-row":
            yield element
            element.clear()
        elif event == "end" and element.tag == f"{_TABLE}table":
            return


def _cells(row: Element) -> list[str]:
    """Return the cells of a row up to the last one that holds something."""
    cells: list[str] = []
    for element in row:
        if element.tag in _CELLS:
            # A covered cell is under a merged one, and shows nothing.
            shown = _shown(element) if element.tag == _CELLS[0] else ""
            times = _repeated(element, "columns")
            if shown and len(cells) + times > _MOST_CELLS:
                raise TooLarge
            cells += [shown] * min(times, _MOST_CELLS)
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _repeated(element: Element, what: str) -> int:
    times = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return int(times) if times.isascii() and times.isdigit() and len(times) < 10 else 1


def _shown(cell: Element) -> str:
    match cell.get(f"{_OFFICE}value-type"):
        case "float":
            return _number(cell.get(f"{_OFFICE}value", ""))
        case "date":
            moment = datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", ""))
            return f"{moment:%d/%m/%Y %H:%M}" if moment.time() != datetime.min.time() else f"{moment:%d/%m/%Y}"
        case "time" if hours := _DURATION.fullmatch(cell.get(f"{_OFFICE}time-value", "")):
            return f"{int(hours[1]):02}:{int(hours[2]):02}"
    # Notes about a cell stand in it as well, one level deeper.
    return "\n".join(_written(paragraph) for paragraph in cell.findall(f"{_TEXT}p")).strip()


def _number(value: str) -> str:
    number = float(value)
    return str(int(number)) if number.is_integer() else str(number)


def _written(element: Element) -> str:
    """Return the text of a paragraph, in which spaces and ends of lines may be elements."""
    parts = [element.text or ""]
    for part in element:
        if part.tag == f"{_TEXT}s":
            parts.append(" " * min(int(part.get(f"{_TEXT}c", "1")), 100))
        elif part.tag in (f"{_TEXT}line-break", f"{_TEXT}tab"):
            parts.append("\n" if part.tag == f"{_TEXT}line-break" else " ")
        elif part.tag != f"{_OFFICE}annotation":
            parts.append(_written(part))
        parts.append(part.tail or "")
    return "".join(parts)
