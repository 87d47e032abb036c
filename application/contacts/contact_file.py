"""A file of contacts as saved by spreadsheets, with any usual delimiter and line end. Errors name each wrong line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict

from domain.contacts.contacts import MOST_CONTACTS
from domain.kernel.errors import DomainError, ErrorCode, Problem, invalid
from domain.kernel.people import EmailAddress, Name
from domain.kernel.validation import Label, validated

#: The columns in the first line of a file, in any order and case; the kind may be missing.
COLUMNS = {
    "nom": "name",
    "courriel": "email",
    "email": "email",
    "e-mail": "email",
    "adresse électronique": "email",
    "type": "kind",
}
LARGEST_FILE = 500_000
_DELIMITERS = ";,\t|"
#: A decoder's replacement for bytes that it cannot read.
_UNREADABLE = "\ufffd"
_BROKEN = "un guillemet n'est pas refermé, du texte suit un guillemet, ou une cellule est trop longue."
_READ = "colonnes lues : nom, courriel, type."


def _legible(value: str) -> str:
    if _UNREADABLE in value:
        raise ValueError(f"caractère illisible ({_UNREADABLE}) : enregistrez le fichier en UTF-8")
    return value


class Contact(BaseModel):
    """A contact to add. `kind` says in a word what it is: école, centre social…"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Name, AfterValidator(_legible)]
    email: EmailAddress
    kind: Annotated[Label, AfterValidator(_legible)] = "autre"


class Line(NamedTuple):
    """A row of the file with the line it begins on, counted from 1."""

    number: int
    cells: Sequence[str]


class ContactFile(NamedTuple):
    """`lines[n]` is the line of `contacts[n]`."""

    contacts: list[Contact]
    lines: list[int]


def read_contacts(text: str) -> ContactFile:
    """Return the contacts of a file. Raise DomainError (INVALID on `csv`) that names every unusable line."""
    rows = _rows(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    columns = _columns(next(rows, Line(1, ())).cells)
    file, problems = ContactFile([], []), []
    for row in rows:
        if len(file.lines) >= MOST_CONTACTS:
            raise invalid(f"{MOST_CONTACTS} contacts au plus.", "csv")
        if surplus := [cell for cell in row.cells[len(columns) :] if cell.strip()]:
            problems.append(_problem(row.number, f"{len(surplus)} cellule(s) de trop, au-delà des colonnes nommées."))
            continue
        cells = {column: cell.strip() for column, cell in zip(columns, row.cells, strict=False) if cell.strip()}
        if not cells:
            continue
        try:
            file.contacts.append(validated(Contact, cells))
            file.lines.append(row.number)
        except DomainError as error:
            problems += [_problem(row.number, problem.message, *problem.field) for problem in error.problems]
    if problems:
        raise DomainError(problems)
    if not file.contacts:
        raise invalid("aucun contact dans ce fichier.", "csv")
    return file


def of_line(problem: Problem, lines: Sequence[int]) -> Problem:
    """Convert a problem with a contact, whose field begins with its place, into one that names its line in the file."""
    place, *field = problem.field or ("",)
    if not place.isdigit():
        return problem
    return Problem(problem.code, f"ligne {lines[int(place)]} : {problem.message}", ("csv", *field))


def _rows(text: str) -> Iterator[Line]:
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            yield Line(number, next(reader))
        except StopIteration:
            return
        except csv.Error:
            raise DomainError([_problem(number, _BROKEN)]) from None


def _columns(headers: Sequence[str]) -> list[str]:
    names = [header.strip() for header in headers]
    while names and not names[-1]:
        names.pop()
    columns = [COLUMNS.get(name.lower(), "") for name in names]
    if not {"name", "email"} <= set(columns):
        raise invalid("première ligne attendue : nom;courriel;type.", "csv")
    if unknown := [name for name, column in zip(names, columns, strict=True) if not column]:
        message = f"ligne 1 : colonne inconnue « {unknown[0][:40]} », qui ne serait pas gardée ; {_READ}"
        raise invalid(message, "csv")
    if len(set(columns)) < len(columns):
        raise invalid(f"ligne 1 : une colonne est nommée deux fois ; {_READ}", "csv")
    return columns


def _problem(number: int, message: str, *field: str) -> Problem:
    return Problem(ErrorCode.INVALID, f"ligne {number} : {message}", ("csv", *field))
