"""XLSX, written row by row: what is written is on the disk, not in memory. Real dates and numbers, no formulas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTH = 22


@dataclass(slots=True)
class Sheet:
    """One sheet of a workbook that is being written."""

    _book: Any
    _sheet: Any
    _path: Path
    _date: Any
    _written: int = 1

    def write(self, lines: Iterable[Sequence[Any]]) -> None:
        for line in lines:
            for column, cell in enumerate(line):
                if isinstance(cell, date):
                    self._sheet.write_datetime(self._written, column, cell, self._date)
                elif isinstance(cell, int | float):
                    self._sheet.write_number(self._written, column, cell)
                elif cell is not None:
                    self._sheet.write_string(self._written, column, str(cell))
            self._written += 1

    def content(self) -> bytes:
        """The whole file; nothing can be written afterwards."""
        self._book.close()
        return self._path.read_bytes()


@contextmanager
def workbook(headers: Sequence[str]) -> Iterator[Sheet]:
    """A workbook of one sheet that begins with these headers, in bold, which stay in sight."""
    with TemporaryDirectory(prefix="parentalite-xlsx-") as folder:
        path = Path(folder) / "table.xlsx"
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": folder})
        sheet = book.add_worksheet("Animations")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headers) - 1, _WIDTH)
        bold = book.add_format({"bold": True})
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, bold)
        yield Sheet(book, sheet, path, book.add_format({"num_format": "dd/mm/yyyy"}))
