"""Use cases of a structure's contact list: added one by one or from a file, removed, and sent the planning."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

from pydantic import Field

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from application.contacts.contact_file import LARGEST_FILE, Contact, of_row, read_contacts
from domain.catalogue import CONTACTS, STRUCTURE
from domain.contacts import contacts
from domain.contacts.contacts import EMPTY, PLANNING_AGAIN, ContactList, EarlierPlanning
from domain.contacts.events import ContactAdded, PlanningSent
from domain.kernel.errors import DomainError, Problem
from domain.kernel.events import Event
from domain.kernel.identifiers import contact_list_id
from domain.kernel.rights import Action, Belongings, authorize, out_of_reach

#: How many days ahead a planning goes.
DEFAULT_DAYS, MOST_DAYS = 30, 366


class _OfStructure(Command):
    structure_id: UUID


class ContactAdd(_OfStructure, Contact):
    action: ClassVar[Action] = Action.CONTACT_ADD


class ContactsImport(_OfStructure):
    """`csv` is the text of a file whose first line names the columns, separated by commas or semicolons."""

    action: ClassVar[Action] = Action.CONTACTS_IMPORT

    csv: Annotated[str, Field(max_length=LARGEST_FILE)]


class ContactRemove(_OfStructure):
    action: ClassVar[Action] = Action.CONTACT_REMOVE

    contact_id: UUID


class PlanningSend(_OfStructure):
    """`animation_ids` are the coming animations, added by the read side and not by the client."""

    action: ClassVar[Action] = Action.PLANNING_SEND

    #: How far ahead the read side looks for them.
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = DEFAULT_DAYS
    animation_ids: Annotated[tuple[UUID, ...], Field(exclude=True)] = ()


class ContactErase(Command):
    action: ClassVar[Action] = Action.PERSON_ERASE

    structure_id: UUID
    contact_id: UUID


def add(command: ContactAdd, work: UnitOfWork) -> UUID:
    contact = Contact(name=command.name, email=command.email, kind=command.kind)
    try:
        return _add(work, command.structure_id, [contact])
    except DomainError as error:
        # Leave out the place in the list: this command has a single contact.
        raise DomainError(
            Problem(problem.code, problem.message, tuple(part for part in problem.field if part != "0"))
            for problem in error.problems
        ) from None


def import_file(command: ContactsImport, work: UnitOfWork) -> UUID:
    # Check this right before reading the file.
    authorize(work.actor, command.action, Belongings(structure_id=command.structure_id))
    file = read_contacts(command.csv)
    try:
        return _add(work, command.structure_id, file.contacts, whole_file=True)
    except DomainError as error:
        raise DomainError(of_row(problem, file.rows) for problem in error.problems) from None


def _add(work: UnitOfWork, structure_id: UUID, entries: Iterable[Contact], *, whole_file: bool = False) -> UUID:
    if work.find(STRUCTURE, structure_id) is None:
        raise out_of_reach(work.actor, work.action)
    entries = list(entries)
    people = work.keyed.mailboxes_in([entry.email for entry in entries], contact_list_id(structure_id))
    added = [
        ContactAdded(
            contact_id=uuid4(),
            structure_id=structure_id,
            person_id=people[entry.email],
            **entry.model_dump(),
        )
        for entry in entries
    ]
    decide = contacts.import_all if whole_file else contacts.add
    return _record(work, structure_id, decide(_book(work, structure_id), added, structure_id, work.actor))


def remove(command: ContactRemove, work: UnitOfWork) -> UUID:
    book = _book(work, command.structure_id)
    facts = contacts.remove(book, command.contact_id, command.structure_id, work.actor)
    return _record(work, command.structure_id, facts)


def send_planning(command: PlanningSend, work: UnitOfWork) -> UUID:
    book = _book(work, command.structure_id)
    before = [
        EarlierPlanning(record.event, work.now - record.stamp.recorded_at)
        for record in work.read_stream(contact_list_id(command.structure_id), 0)
        if isinstance(record.event, PlanningSent) and work.now - record.stamp.recorded_at < PLANNING_AGAIN
    ]
    facts = contacts.send_planning(book, command.structure_id, command.animation_ids, work.actor, before)
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
