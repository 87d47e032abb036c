"""A file of contacts as people make it. Errors name each wrong row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from application.tables.reader import Columns, Row, read_table
from domain.contacts.contacts import MOST_CONTACTS
from domain.kernel.errors import DomainError, Problem, invalid
from domain.kernel.people import EmailAddress, Name
from domain.kernel.validation import Label, validated

#: The columns in the first line of a file, in any order; the first spelling of each is the one that errors show.
COLUMNS = Columns(
    {
        "name": (
            *("nom", "name", "nom complet", "nom et prénom", "nom prénom", "nom du contact", "nom de famille"),
            "last name",
        ),
        "organisation": (
            *("structure", "organisme", "établissement", "nom de l'établissement", "raison sociale", "contact"),
        ),
        "first_name": ("prénom", "first name"),
        "email": (
            *("courriel", "email", "e-mail", "mail", "mél", "courriels", "emails", "mails", "courrier électronique"),
            *("adresse électronique", "adresse mail", "adresse e-mail", "adresse courriel", "adresse de courriel"),
            *("adresse de messagerie", "email address", "e-mail address", "e-mail 1 - value"),
        ),
        "kind": ("type", "catégorie", "nature", "kind", "type de contact", "fonction"),
    },
    instead={"organisation": "name"},
    sources={"name": ("name", "first_name")},
    mandatory=("name", "email"),
    expected="première ligne attendue : nom;courriel;type.",
)
LARGEST_FILE = 500_000


class Contact(BaseModel):
    """A contact to add. `kind` says in a word what it is: école, centre social…"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    email: EmailAddress
    kind: Label = "autre"


class ContactFile(NamedTuple):
    """`rows[n]` is the row of `contacts[n]`; `ignored` are the headers that name no column."""

    contacts: list[Contact]
    rows: list[Row]
    ignored: Sequence[str]
    warnings: Sequence[str] = ()


def read_contacts(text: str) -> ContactFile:
    """Return the contacts of a file. Raise DomainError (INVALID on `csv`) that names every unusable row."""
    table = read_table(text, COLUMNS, MOST_CONTACTS)
    file, problems = ContactFile([], [], table.ignored, table.warnings), list[Problem]()
    for row in table.rows:
        cells = row.seen
        if first_name := cells.pop("first_name", None):
            cells["name"] = f"{first_name} {cells.get('name', '')}".strip()
        try:
            file.contacts.append(validated(Contact, cells))
            file.rows.append(row)
        except DomainError as error:
            problems += map(row.problem, error.problems)
    if problems:
        raise DomainError(problems)
    if not file.contacts:
        raise invalid("aucun contact dans ce fichier.", "csv")
    return file


def of_row(problem: Problem, rows: Sequence[Row]) -> Problem:
    """Convert a problem with a contact, whose field begins with its place, into one that names its row in the file."""
    place, *field = problem.field or ("",)
    if not place.isdigit():
        return problem
    return rows[int(place)].problem(Problem(problem.code, problem.message, tuple(field)))
