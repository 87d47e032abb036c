"""The one reader of imported tables: any usual delimiter, line end and header, rows as the spreadsheet numbers them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from application.tables.decoding import check_is_table, mended
from application.tables.guard import without_guard
from application.tables.headings import Headings
from domain.kernel.errors import DomainError, ErrorCode, Problem, in_figures, invalid, quantity

#: A table begins within so many rows: people put a title above, or leave rows free.
_HEAD = 10
_DELIMITERS = ";,\t|"
#: A line that Excel puts first in some files, and hides.
_SEPARATOR = re.compile(r"sep=(.)\n", re.IGNORECASE)
#: How a text is written that a spreadsheet would otherwise take for a number.
_CONSTANT = re.compile('="([^"]*)"')
#: A decoder's replacement for bytes that it cannot read.
_UNREADABLE = "\ufffd"
#: Pasted with a text, and seen by nobody: marks of direction and of bytes, soft hyphens, blanks of no width.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
#: A « ? » in the place of a letter: within or before a word, or after one where the sentence goes on.
_LOST = re.compile(r"(?<!\S)(?!\S*(?://|www\.|@))(?:\S*\?[^\W\d_]\S*|\S*[^\W\d_]\?(?=[ ,'’-]+[a-zà-ÿ])\S*)")
_ASKS = re.compile(r"\b(comment|pourquoi|quel\w*|qui|que|quoi|où|quand|combien|est-ce|et si)\b", re.IGNORECASE)
_BROKEN = "un guillemet n'est pas refermé, du texte suit un guillemet, ou une cellule est trop longue."
_SWALLOWED = "un guillemet ouvert avale les lignes qui suivent : fermez-le, ou doublez-le s'il fait partie du texte."


class Row(NamedTuple):
    """A row with the number that a spreadsheet shows beside it."""

    number: int
    cells: Mapping[str, str]
    headings: Headings

    @property
    def seen(self) -> dict[str, str]:
        """The cells without what is pasted with a text and seen by nobody: no importer takes it."""
        cells = {name: _UNSEEN.sub("", cell).strip() for name, cell in self.cells.items()}
        return {name: cell for name, cell in cells.items() if cell}

    def problem(self, problem: Problem) -> Problem:
        """Return the problem with what the row says as one with the table, by its row and its columns."""
        named = self.headings.naming(problem, self.cells)
        return Problem(named.code, f"ligne {self.number} : {named.message}", ("csv", *named.field))


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of an import: the spellings of each header, and those that must be there.

    `instead` maps a column that stands for another one, where that is absent. `expected` is the first line in words.
    `sources` are the columns that say a field which none is called after.
    """

    headers: Mapping[str, Sequence[str]]
    mandatory: Collection[str]
    expected: str
    instead: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def named(self, header: str) -> str | None:
        """Return the column that a header names, whatever its accents, case and marks."""
        spelling = plain(header)
        return next((column for column, names in self.headers.items() if spelling in map(plain, names)), None)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that hold something, and the headers that name no column of the import."""

    rows: Sequence[Row]
    ignored: Sequence[str]
    #: Texts that look as if the program that wrote the table had lost a letter.
    warnings: Sequence[str] = ()


def read_table(text: str, columns: Columns, most: int) -> Table:
    """Return the table. Raise DomainError (INVALID on `csv`) that names every row which cannot be read."""
    check_is_table(text[:1_000].encode(errors="replace"))
    text = mended(text).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise invalid(f"ce fichier est vide ; {columns.expected}", "csv")
    if separator := _SEPARATOR.match(text):
        records = _records(text[separator.end() :], separator[1])
    else:
        records = _records(text, _delimiter(text, columns))
    number, headers = _headers(records, columns)
    headers = _stripped(headers)
    names = _names(headers, columns, number)
    own = {name: " ".join(header.split()) for name, header in zip(names, headers, strict=True) if name is not None}
    headings = Headings(own, columns.headers, columns.sources)
    rows, problems, warnings = [], [], list[str]()
    for number, record in records:
        try:
            if cells := _cells(record, names, headers):
                rows.append(Row(number, cells, headings))
                warnings += _lost_letters(rows[-1])
        except ValueError as error:
            problems.append(_problem(number, str(error)))
        if len(rows) > most:
            raise invalid(f"{in_figures(most)} lignes au plus.", "csv")
    if problems:
        raise DomainError(problems)
    return Table(
        rows, [header for header, name in zip(headers, names, strict=True) if name is None and header], warnings
    )


def _lost_letters(row: Row) -> Iterator[str]:
    for name, cell in row.cells.items():
        if (word := _LOST.search(cell)) and not _ASKS.search(cell[: word.start()]):
            where = f"ligne {row.number}, {row.headings.own[name]}"
            yield (
                f"{where} : « {word[0][:40]} » : le « ? » semble remplacer une lettre perdue."
                " Vérifiez, ou enregistrez le fichier en UTF-8."
            )


def _problem(number: int, message: str) -> Problem:
    return Problem(ErrorCode.INVALID, f"ligne {number} : {message}", ("csv",))


def plain(text: str) -> str:
    """Return a header without accents, case, marks and plural, as it is compared."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(char for char in letters if not unicodedata.combining(char)))
    return "".join(words)


def _headers(records: Iterator[tuple[int, list[str]]], columns: Columns) -> tuple[int, list[str]]:
    """Read up to the row that names the columns: it may stand below a title. Return the one that names most of them if
    none names all, or else the first.
    """
    best, most = (1, list[str]()), -1
    for number, record in islice(records, _HEAD):
        named = set(_resolved(record, columns)) - {None}
        if not set(columns.mandatory) - named:
            return number, record
        if len(named) > most:
            best, most = (number, record), len(named)
    return best


def _delimiter(text: str, columns: Columns) -> str:
    """Return the delimiter by which a line at the top names most columns, and is cut most often."""

    def score(delimiter: str) -> tuple[int, int]:
        best = (0, 0)
        try:
            for _, record in islice(_records(text, delimiter), _HEAD):
                best = max(best, (sum(columns.named(header) is not None for header in record), len(record)))
        except DomainError:
            return best
        return best

    return max(_DELIMITERS, key=score)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = width = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise DomainError([_problem(number, _BROKEN)]) from None
        width = max(width, len(record))
        if any(_swallows(cell, delimiter, width) for cell in record):
            raise DomainError([_problem(number, _SWALLOWED)])
        yield number, record


def _swallows(cell: str, delimiter: str, width: int) -> bool:
    """Return whether a cell holds what looks like rows of its own table."""
    lines = cell.split("\n")
    return len(lines) > 1 and any(line.count(delimiter) >= max(1, width - 1) for line in lines)


def _stripped(headers: Sequence[str]) -> list[str]:
    names = [header.strip() for header in headers]
    while names and not names[-1]:
        names.pop()
    return names


def _resolved(headers: Sequence[str], columns: Columns) -> list[str | None]:
    names = [columns.named(header) for header in headers]
    for name, other in columns.instead.items():
        stand_in = None if other in names else other
        names = [stand_in if header == name else header for header in names]
    return names


def _names(headers: Sequence[str], columns: Columns, number: int) -> list[str | None]:
    names = _resolved(headers, columns)
    recognised = [name for name in names if name is not None]
    if missing := [name for name in columns.mandatory if name not in recognised]:
        absent = ", ".join(f"« {columns.headers[name][0]} »" for name in missing)
        wanted = f"colonne {absent} attendue" if len(missing) == 1 else f"colonnes {absent} attendues"
        unknown = [f"« {header[:40]} »" for header, name in zip(headers, names, strict=True) if name is None and header]
        # Of a row that names nothing, such as a title, that says nothing.
        aside = f" ; pas de colonne de ce nom : {', '.join(unknown[:5])}" if recognised and unknown else ""
        raise invalid(f"ligne {number} : {wanted}{aside} ; {columns.expected}", "csv")
    if len(set(recognised)) < len(recognised):
        twice = next(name for name in recognised if recognised.count(name) > 1)
        alike = " et ".join(f"« {header} »" for header, name in zip(headers, names, strict=True) if name == twice)
        raise invalid(f"ligne {number} : une colonne est nommée deux fois : {alike}.", "csv")
    return names


def _cells(record: Sequence[str], names: Sequence[str | None], headers: Sequence[str]) -> dict[str, str]:
    if surplus := [cell for cell in record[len(names) :] if cell.strip()]:
        raise ValueError(f"{quantity(len(surplus), 'cellule')} de trop, au-delà des colonnes nommées.")
    for name, header, cell in zip(names, headers, record, strict=False):
        if name is not None and _UNREADABLE in cell:
            raise ValueError(f"{header} : caractère illisible ({_UNREADABLE}) : enregistrez le fichier en UTF-8.")
    cells = ((name, _bare(cell.strip())) for name, cell in zip(names, record, strict=False))
    return {name: cell for name, cell in cells if name is not None and cell}


def _bare(cell: str) -> str:
    """Return the text of a cell that was written so that a spreadsheet leaves it alone."""
    constant = _CONSTANT.fullmatch(cell)
    return constant[1].strip() if constant else without_guard(cell)
