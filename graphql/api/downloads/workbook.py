"""Write XLSX row by row, to disk instead of memory: real dates, times and numbers, and no formulas."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time
from itertools import zip_longest
from typing import IO, Any

import xlsxwriter  # type: ignore[import-untyped]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Rows that a sheet can hold below its headers.
MOST_ROWS = 1_048_575
#: Widths in characters: what is longer is read in the cell.
_NARROWEST, _WIDEST = 8, 60
#: A date is wider than the number that it is.
_DATE_WIDTH = len("15/03/2027")
_PIECE = 64 * 1024


class TooManyRows(Exception):
    """A sheet cannot hold that many rows."""


@dataclass(slots=True)
class Sheet:
    """The first sheet of a workbook that is written to `file`, an anonymous file that vanishes once it is closed."""

    file: IO[bytes]
    _book: Any
    _sheet: Any
    _date: Any
    _time: Any
    _widths: list[int]
    _written: int = 0

    def write(self, lines: Iterable[Sequence[Any]]) -> None:
        """Append lines. Raises TooManyRows."""
        for line in lines:
            if self._written == MOST_ROWS:
                raise TooManyRows
            self._written += 1
            for column, cell in enumerate(line):
                self._put(column, cell)
                self._widths[column] = max(self._widths[column], _width(cell))

    def _put(self, column: int, cell: Any) -> None:
        """Write a cell; texts stay texts, however they begin."""
        match cell:
            case None:
                return
            case date():
                refused = self._sheet.write_datetime(self._written, column, cell, self._date)
            case time():
                refused = self._sheet.write_datetime(self._written, column, cell, self._time)
            case int():
                refused = self._sheet.write_number(self._written, column, cell)
            case _:
                refused = self._sheet.write_string(self._written, column, str(cell))
        if refused:
            raise ValueError(f"no cell can hold column {column} of row {self._written}")

    def add_lists(self, name: str, lists: Mapping[str, Sequence[str]]) -> None:
        """Append a second sheet with lists of texts beside each other, each below its header."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        bold = self._book.add_format({"bold": True})
        for column, header in enumerate(lists):
            sheet.set_column(column, column, min(max(map(len, (header, *lists[header]))), _WIDEST) + 2)
            sheet.write_string(0, column, header, bold)
        for row, texts in enumerate(zip_longest(*lists.values()), 1):
            for column, text in enumerate(texts):
                if text is not None:
                    sheet.write_string(row, column, text)

    def finish(self) -> int:
        """Close the workbook, as wide as its content and ready to be filtered, and return the size of the file."""
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, min(max(width, _NARROWEST), _WIDEST) + 2)
        self._sheet.autofilter(0, 0, self._written, len(self._widths) - 1)
        self._book.close()
        return self.file.seek(0, 2)


@contextmanager
def workbook(headers: Sequence[str]) -> Iterator[Sheet]:
    """Open a workbook whose first sheet begins with these headers, in bold and frozen."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives the writing: it is what is sent
    with tempfile.TemporaryDirectory(prefix="parentalite-xlsx-") as folder:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": folder})
        sheet = book.add_worksheet("Animations")
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, bold)
        date_format, time_format = (book.add_format({"num_format": form}) for form in ("dd/mm/yyyy", "hh:mm"))
        # The arrow of the filter takes two characters of the header.
        widths = [len(header) + 2 for header in headers]
        try:
            yield Sheet(file, book, sheet, date_format, time_format, widths)
        except BaseException:
            # Closed now: its finaliser would otherwise write to a closed file.
            book.close()
            file.close()
            raise


def _width(cell: Any) -> int:
    match cell:
        case None:
            return 0
        case date():
            return _DATE_WIDTH
        case time():
            return len("18:00")
    return max(map(len, str(cell).splitlines()), default=0)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the file from its beginning, then close it."""
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece
