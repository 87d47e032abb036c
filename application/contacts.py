"""Use cases of a structure's contact list: added one by one or from a file, removed, and sent the planning."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field

from application.candidatures import EmailAddress
from application.commands import Command
from application.registrations import address_of
from application.unit_of_work import UnitOfWork
from domain import contacts
from domain.catalogue import CONTACTS, STRUCTURE
from domain.contact_events import ContactAdded
from domain.contacts import EMPTY, MOST_CONTACTS, ContactList
from domain.errors import DomainError, Problem, forbidden, invalid
from domain.events import Event
from domain.identifiers import contact_list_id
from domain.rights import Action, Belongings, authorize
from domain.validation import Label, validated

#: The first line of a file of contacts, in any order; the kind may be missing.
COLUMNS = {"nom": "name", "courriel": "email", "type": "kind"}
LARGEST_FILE = 500_000


class Contact(BaseModel):
    """`kind`: what it is, in a word: école, centre social…"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Label
    email: EmailAddress
    kind: Label = "autre"


class _OfStructure(Command):
    structure_id: UUID


class ContactAdd(_OfStructure, Contact):
    action: ClassVar[Action] = Action.CONTACT_ADD


class ContactsImport(_OfStructure):
    """`csv`: the text of a file with a first line that names the columns; commas or semicolons between them."""

    action: ClassVar[Action] = Action.CONTACTS_IMPORT

    csv: Annotated[str, Field(max_length=LARGEST_FILE)]


class ContactRemove(_OfStructure):
    action: ClassVar[Action] = Action.CONTACT_REMOVE

    contact_id: UUID


class PlanningSend(_OfStructure):
    """`animation_ids`: the coming animations, as the read side finds them; no part of what the client said."""

    action: ClassVar[Action] = Action.PLANNING_SEND

    animation_ids: Annotated[tuple[UUID, ...], Field(exclude=True)] = ()


class ContactErase(Command):
    action: ClassVar[Action] = Action.PERSON_ERASE

    structure_id: UUID
    contact_id: UUID


def add(command: ContactAdd, work: UnitOfWork) -> UUID:
    one = Contact(name=command.name, email=command.email, kind=command.kind)
    try:
        return _add(work, command.structure_id, [one])
    except DomainError as error:
        # Of the one contact, not of the first of several.
        raise DomainError(
            Problem(found.code, found.message, tuple(part for part in found.field if part != "0"))
            for found in error.problems
        ) from None


def import_file(command: ContactsImport, work: UnitOfWork) -> UUID:
    authorize(work.actor, command.action, Belongings(structure_id=command.structure_id))
    try:
        return _add(work, command.structure_id, read_contacts(command.csv))
    except DomainError as error:
        raise DomainError(_of_line(problem) for problem in error.problems) from None


def _of_line(problem: Problem) -> Problem:
    """A problem of one of the contacts told by its line in the file: the first contact stands on line 2."""
    place, *rest = problem.field or ("",)
    if not place.isdigit():
        return problem
    return Problem(problem.code, f"ligne {int(place) + 2} : {problem.message}", ("csv", *rest))


def read_contacts(text: str) -> list[Contact]:
    """The contacts of a file. Raises DomainError that names every line and column that cannot be used."""
    first = text.lstrip("\ufeff").splitlines()[:1]
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";" if first and ";" in first[0] else ",")
    named = {name: COLUMNS.get((name or "").strip().lower()) for name in rows.fieldnames or ()}
    if not {"name", "email"} <= set(named.values()):
        raise invalid("première ligne attendue : nom;courriel;type.", "csv")
    found: list[Contact] = []
    problems: list[Problem] = []
    for place, row in enumerate(rows):
        if place >= MOST_CONTACTS:
            raise invalid(f"{MOST_CONTACTS} lignes au plus.", "csv")
        said = {field: (row[name] or "").strip() for name, field in named.items() if field is not None}
        said = {field: value for field, value in said.items() if value}
        if not said:
            continue
        try:
            found.append(validated(Contact, said))
        except DomainError as error:
            problems += [Problem(one.code, one.message, (str(place), *one.field)) for one in error.problems]
    if problems:
        raise DomainError(problems)
    if not found:
        raise invalid("aucun contact dans ce fichier.", "csv")
    return found


def _add(work: UnitOfWork, structure_id: UUID, given: Iterable[Contact]) -> UUID:
    if work.find(STRUCTURE, structure_id) is None:
        raise forbidden()
    added = [
        ContactAdded(
            contact_id=uuid4(),
            structure_id=structure_id,
            person_id=work.keyed.pseudonym(address_of(one.email)),
            **one.model_dump(),
        )
        for one in given
    ]
    return _record(work, structure_id, contacts.add(_book(work, structure_id), added, structure_id, work.actor))


def remove(command: ContactRemove, work: UnitOfWork) -> UUID:
    book = _book(work, command.structure_id)
    facts = contacts.remove(book, command.contact_id, command.structure_id, work.actor)
    return _record(work, command.structure_id, facts)


def send_planning(command: PlanningSend, work: UnitOfWork) -> UUID:
    book = _book(work, command.structure_id)
    facts = contacts.send_planning(book, command.structure_id, command.animation_ids, work.actor)
    return _record(work, command.structure_id, facts)


def erase(command: ContactErase, work: UnitOfWork) -> UUID:
    book = _book(work, command.structure_id)
    authorize(work.actor, command.action, Belongings(person_id=book.contacts.get(command.contact_id)))
    return _record(work, command.structure_id, contacts.erase(book, command.contact_id))


def _book(work: UnitOfWork, structure_id: UUID) -> ContactList:
    return work.find(CONTACTS, contact_list_id(structure_id)) or EMPTY


def _record(work: UnitOfWork, structure_id: UUID, facts: list[Event]) -> UUID:
    work.record(CONTACTS, contact_list_id(structure_id), facts, Belongings(structure_id=structure_id))
    return structure_id


USE_CASES = (
    (ContactAdd, add),
    (ContactsImport, import_file),
    (ContactRemove, remove),
    (PlanningSend, send_planning),
    (ContactErase, erase),
)
