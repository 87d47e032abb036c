"""The bytes of a table as text: as spreadsheets save CSV on Windows, on a Mac and elsewhere, or as a workbook."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook  # type: ignore[import-untyped]

from application.tables import encodings, opendocument
from domain.kernel.errors import invalid

#: The most bytes that a workbook may unpack to: far more than a table within the limits of its import.
LARGEST_WORKBOOK = 50_000_000
_ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    *((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")),
    *((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")),
)
_START = 1_000
#: How other files begin, in small letters, that people send in the place of a table.
_OTHERS = (
    (b"%pdf-", "un PDF"),
    *((mark, "une image") for mark in (b"\x89png", b"\xff\xd8\xff", b"gif8", b"ii*\0", b"mm\0*", b"<svg")),
    *((mark, "une page HTML") for mark in (b"<!doctype html", b"<html", b"<head", b"<body", b"<table")),
    (b"{\\rtf", "un document RTF"),
)
_TOO_LARGE = "classeur trop grand : gardez les seules lignes à importer."
#: What the readers of archives, of XML and of workbooks raise for one that is damaged, or locked by a password.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, RuntimeError, KeyError, IndexError),
    *(ValueError, TypeError, AttributeError, EOFError, SyntaxError),
)
#: Encodings that UTF-8 is mistaken for where its letters come out in pairs.
_TAKEN_FOR = ("cp1252", "mac_roman", "cp858")


def text_of(content: bytes) -> str:
    """Return the table as CSV text. Raise DomainError (INVALID on `csv`) for a file that is no table."""
    check_is_table(content)
    if content.startswith(_ZIP):
        return _text_of_workbook(content)
    if content.startswith(_OLD_WORKBOOK):
        raise invalid("ancien classeur Excel (.xls) : enregistrez-le au format XLSX, ODS ou CSV.", "csv")
    return mended(_decoded(content))


def check_is_table(content: bytes) -> None:
    """Raise DomainError (INVALID on `csv`) that names what was sent in the place of a table."""
    start = content[:_START].removeprefix(codecs.BOM_UTF8).lstrip()
    kind = next((kind for mark, kind in _OTHERS if start.lower().startswith(mark)), None)
    if kind is None and content.startswith(_ZIP) and not _is_workbook(content):
        kind = "une archive ZIP, ou un document qui n'est pas un classeur XLSX ou ODS"
    if kind is not None:
        raise invalid(f"ce fichier est {kind}, et non un tableau : enregistrez-le au format XLSX, ODS ou CSV.", "csv")


def _is_workbook(content: bytes) -> bool:
    """Tell whether a ZIP holds a workbook; of a damaged archive nobody knows."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(name.startswith("xl/") for name in archive.namelist()) or opendocument.is_spreadsheet(archive)
    except (zipfile.BadZipFile, ValueError, EOFError):
        return True


def mended(text: str) -> str:
    """Return the text, with what was UTF-8 and was read as another encoding (`Ã©`, `√©`, `├®`) put right.

    Some texts are right as they are and can be read so as well, `l’école` among them: what tells more of French counts.
    """
    if text.isascii():
        return text
    for encoding in _TAKEN_FOR:
        try:
            other = text.removeprefix("\ufeff").encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if encodings.weight(other) > encodings.weight(text):
            return other
    return text


def _decoded(content: bytes) -> str:
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return content[len(bom) :].decode(encoding, errors="replace")
    if unmarked := _without_bom(content):
        return content.decode(unmarked, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return encodings.decode(content)


def _without_bom(content: bytes) -> str | None:
    """Return the encoding of UTF-16 without its mark: every other byte of a table's first line is null."""
    start = content[:200]
    if start[1::2].count(0) > len(start) // 3:
        return "utf-16-le"
    return "utf-16-be" if start[::2].count(0) > len(start) // 3 else None


def _text_of_workbook(content: bytes) -> str:
    """Return the first sheet, a line for each row, so that lines keep the numbers that the spreadsheet shows."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_WORKBOOK:
                raise invalid(_TOO_LARGE, "csv")
            rows = opendocument.rows_of if opendocument.is_spreadsheet(archive) else _rows_of_excel
        lines = io.StringIO(newline="")
        writer = csv.writer(lines, delimiter=";", lineterminator="\n")
        for row in rows(content):
            writer.writerow(row)
            if lines.tell() > LARGEST_WORKBOOK:
                raise invalid(_TOO_LARGE, "csv")
    except opendocument.TooLarge:
        raise invalid(_TOO_LARGE, "csv") from None
    except _DAMAGED:
        # The library has no error of its own for a damaged workbook.
        raise invalid(
            "ce classeur ne peut pas être lu : enregistrez-le à nouveau, en XLSX, en ODS ou en CSV.", "csv"
        ) from None
    return lines.getvalue()


def _rows_of_excel(content: bytes) -> Iterator[list[str]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for row in book.worksheets[0].iter_rows(values_only=True):
        yield [_cell(value) for value in row]


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%d/%m/%Y %H:%M}" if value.time() != time() else f"{value:%d/%m/%Y}"
        case date():
            return f"{value:%d/%m/%Y}"
        case time():
            return f"{value:%H:%M}"
        case float() if value.is_integer():
            return str(int(value))
    return str(value)
