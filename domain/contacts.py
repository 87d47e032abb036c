"""A structure's contact list: whom it tells of its animations (domain.md, "Life of an animation", 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from domain.actors import Actor
from domain.contact_events import ContactAdded, ContactErased, ContactRemoved, PlanningSent
from domain.errors import DomainError, ErrorCode, Problem, broken
from domain.events import Event
from domain.rights import Action, Belongings, authorize

#: More than any structure writes to: a guard against a file of something else.
MOST_CONTACTS = 2_000


@dataclass(frozen=True, slots=True)
class ContactList:
    """`contacts`: the pseudonym of each one's address, in the order of being added."""

    contacts: Mapping[UUID, UUID] = field(default_factory=dict)


EMPTY = ContactList()


def evolve(state: ContactList | None, originator_id: UUID, fact: Event) -> ContactList:
    book = state or EMPTY
    match fact:
        case ContactAdded():
            return replace(book, contacts={**book.contacts, fact.contact_id: fact.person_id})
        case ContactRemoved() | ContactErased():
            return replace(book, contacts={one: of for one, of in book.contacts.items() if one != fact.contact_id})
        case PlanningSent():
            return book
    raise TypeError(f"not a contact list's event: {fact!r}")


def add(book: ContactList, added: Sequence[ContactAdded], structure_id: UUID, actor: Actor) -> list[Event]:
    """All of them or none: every one that is there already is named, by its place in what was given (from 0)."""
    authorize(actor, Action.CONTACT_ADD, Belongings(structure_id=structure_id))
    known, problems = set(book.contacts.values()), []
    for place, one in enumerate(added):
        if one.person_id in known:
            problems.append(
                Problem(ErrorCode.DUPLICATE, "cette adresse est déjà dans la liste.", (str(place), "email"))
            )
        known.add(one.person_id)
    if problems:
        raise DomainError(problems)
    if len(book.contacts) + len(added) > MOST_CONTACTS:
        raise broken(f"Une liste compte {MOST_CONTACTS} contacts au plus.")
    return list(added)


def remove(book: ContactList, contact_id: UUID, structure_id: UUID, actor: Actor) -> list[Event]:
    authorize(actor, Action.CONTACT_REMOVE, Belongings(structure_id=structure_id))
    if contact_id not in book.contacts:
        raise broken("Ce contact n'est plus dans la liste.")
    return [ContactRemoved(contact_id=contact_id)]


def send_planning(book: ContactList, structure_id: UUID, animation_ids: Sequence[UUID], actor: Actor) -> list[Event]:
    authorize(actor, Action.PLANNING_SEND, Belongings(structure_id=structure_id))
    if not book.contacts:
        raise broken("La liste de contacts est vide : ajoutez d'abord des contacts.")
    if not animation_ids:
        raise broken("Aucune animation publiée n'est à venir dans cette période.")
    told = tuple(book.contacts)
    return [PlanningSent(structure_id=structure_id, animation_ids=tuple(animation_ids), contact_ids=told)]


def erase(book: ContactList, contact_id: UUID) -> list[Event]:
    """What remains to be recorded once the key of the address is destroyed."""
    if contact_id not in book.contacts:
        raise broken("Les données personnelles de ce contact sont déjà effacées.")
    return [ContactErased(contact_id=contact_id, person_id=book.contacts[contact_id])]
