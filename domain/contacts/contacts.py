"""A structure's contact list, which its plannings are sent to (docs/glossary.md, "Life of an animation", 3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from domain.contacts.events import (
    ContactAdded,
    ContactErased,
    ContactRemoved,
    ContactUnsubscribed,
    PlanningSent,
)
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode, Problem, broken, refuse
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings, authorize

#: More than any structure needs. The limit guards against importing the wrong file.
MOST_CONTACTS = 2_000
#: A contact does not get the same planning again within this time.
PLANNING_AGAIN = timedelta(minutes=10)
#: The refusal of a file that is imported a second time.
ALL_LISTED = "Tous ces contacts sont déjà dans la liste : rien n'a changé."


@dataclass(frozen=True, slots=True)
class ContactList:
    """`contacts` maps each contact to the pseudonym of its address, in the order in which they were added."""

    contacts: Mapping[UUID, UUID] = field(default_factory=dict)
    #: Pseudonyms of addresses that want no more letters, whether or not they are still in the list.
    unsubscribed: frozenset[UUID] = frozenset()

    @property
    def written_to(self) -> list[UUID]:
        """Return the contacts who have not unsubscribed."""
        return [contact for contact, person in self.contacts.items() if person not in self.unsubscribed]


EMPTY = ContactList()


@dataclass(frozen=True, slots=True)
class EarlierPlanning:
    """A planning sent within `PLANNING_AGAIN`, and how long ago."""

    planning: PlanningSent
    ago: timedelta


def evolve(state: ContactList | None, originator_id: UUID, fact: Event) -> ContactList:
    book = state or EMPTY
    match fact:
        case ContactAdded():
            return replace(book, contacts={**book.contacts, fact.contact_id: fact.person_id})
        case ContactUnsubscribed():
            return replace(book, unsubscribed=book.unsubscribed | {book.contacts[fact.contact_id]})
        case ContactErased():
            # Forget the unsubscription too: the same address, added again, gets a new pseudonym.
            return _without(replace(book, unsubscribed=book.unsubscribed - {fact.person_id}), fact.contact_id)
        case ContactRemoved():
            return _without(book, fact.contact_id)
        case PlanningSent():
            return book
    raise TypeError(f"not a contact list's event: {fact!r}")


def _without(book: ContactList, contact_id: UUID) -> ContactList:
    return replace(
        book, contacts={contact: person for contact, person in book.contacts.items() if contact != contact_id}
    )


def import_all(book: ContactList, added: Sequence[ContactAdded], structure_id: UUID, actor: Actor) -> list[Event]:
    """Add the contacts of a file that are not in the list: a file that is imported again changes nothing.

    Errors are those of `add`; one on `csv` says that all are there.
    """
    authorize(actor, Action.CONTACT_ADD, Belongings(structure_id=structure_id))
    listed = frozenset(book.contacts.values())
    if added and all(contact.person_id in listed for contact in added):
        raise refuse(ErrorCode.DUPLICATE, ALL_LISTED, "csv")
    return _added(book, added, listed)


def add(book: ContactList, added: Sequence[ContactAdded], structure_id: UUID, actor: Actor) -> list[Event]:
    """Add all or none. The error lists each listed or unsubscribed address by its place in `added` (from 0)."""
    authorize(actor, Action.CONTACT_ADD, Belongings(structure_id=structure_id))
    return _added(book, added, frozenset())


def _added(book: ContactList, added: Sequence[ContactAdded], passed_over: Collection[UUID]) -> list[Event]:
    """Return the additions of all but those `passed_over`, each of which must be new."""
    people, problems = set(book.contacts.values()).difference(passed_over), []
    for place, contact in enumerate(added):
        if contact.person_id in people:
            problems.append(
                Problem(ErrorCode.DUPLICATE, "cette adresse est déjà dans la liste.", (str(place), "email"))
            )
        elif contact.person_id in book.unsubscribed and contact.person_id not in passed_over:
            problems.append(
                Problem(ErrorCode.RULE_BROKEN, "cette adresse ne veut plus de vos messages.", (str(place), "email"))
            )
        people.add(contact.person_id)
    if problems:
        raise DomainError(problems)
    events = [contact for contact in added if contact.person_id not in passed_over]
    if len(book.contacts) + len(events) > MOST_CONTACTS:
        raise broken(f"Une liste compte {MOST_CONTACTS} contacts au plus.")
    return list(events)


def remove(book: ContactList, contact_id: UUID, structure_id: UUID, actor: Actor) -> list[Event]:
    authorize(actor, Action.CONTACT_REMOVE, Belongings(structure_id=structure_id))
    if contact_id not in book.contacts:
        raise broken("Ce contact n'est plus dans la liste.")
    return [ContactRemoved(contact_id=contact_id)]


def unsubscribe(book: ContactList, contact_id: UUID) -> list[Event]:
    """Unsubscribe a contact by the link in a letter. Whoever holds the link may use it."""
    if contact_id not in book.written_to:
        raise broken("Ce contact ne reçoit plus de messages.")
    return [ContactUnsubscribed(contact_id=contact_id)]


def send_planning(
    book: ContactList,
    structure_id: UUID,
    animation_ids: Sequence[UUID],
    actor: Actor,
    before: Sequence[EarlierPlanning] = (),
) -> list[Event]:
    """Send the planning to the contacts who got none of the plannings in `before`, however far ahead those went."""
    authorize(actor, Action.PLANNING_SEND, Belongings(structure_id=structure_id))
    if not book.contacts:
        raise broken("La liste de contacts est vide : ajoutez d'abord des contacts.")
    if not animation_ids:
        raise broken("Aucune animation publiée n'est à venir dans cette période.")
    if not book.written_to:
        raise broken("Tous les contacts se sont désabonnés : aucun ne reçoit plus de messages.")
    already_reached = {contact for sending in before for contact in sending.planning.contact_ids}
    recipients = tuple(contact for contact in book.written_to if contact not in already_reached)
    if not recipients:
        ago = minutes_ago(min(sending.ago for sending in before))
        wait = int(PLANNING_AGAIN.total_seconds()) // 60
        raise broken(f"Un planning a été envoyé {ago} : le suivant peut partir au bout de {wait} minutes.")
    return [PlanningSent(structure_id=structure_id, animation_ids=tuple(animation_ids), contact_ids=recipients)]


def minutes_ago(ago: timedelta) -> str:
    """Return the time in French: `il y a 2 minutes`."""
    minutes = int(ago.total_seconds()) // 60
    if minutes < 1:
        return "il y a moins d'une minute"
    return "il y a une minute" if minutes == 1 else f"il y a {minutes} minutes"


def erase(book: ContactList, contact_id: UUID) -> list[Event]:
    """Record that the key of the address is destroyed."""
    if contact_id not in book.contacts:
        raise broken("Les données personnelles de ce contact sont déjà effacées.")
    return [ContactErased(contact_id=contact_id, person_id=book.contacts[contact_id])]
